//===- MACATarget.cpp - MetaX's GPUs ----------------------------------===//
#include "opc/Targets/Simt/Family.h"

#include "Chips.inc"

namespace opc {

const Target &macaTarget();

static llvm::Error source(mlir::ModuleOp kernels, const TargetDesc &desc,
                          llvm::SmallVectorImpl<char> &text) {
  simt::Spelling spelling = simt::kDeviceCxx;
  spelling.language = "MACA C++";
  spelling.suffix = "maca";
  spelling.header = "#include <mc_runtime.h>\n";
  return simt::emitSource(kernels, desc, spelling, text);
}

const Target &macaTarget() {
  static const Target target = [] {
    Target target = simt::sourceTarget();
    target.name = "maca";
    target.summary = "MetaX's GPUs, as source";
    target.chips = kChips;
    target.emit = source;
    target.source = source;
    return target;
  }();
  return target;
}

} // namespace opc
