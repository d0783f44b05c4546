//===- MUSATarget.cpp - Moore Threads' GPUs ---------------------------===//
#include "opc/Targets/Simt/Family.h"

#include "Chips.inc"

namespace opc {

const Target &musaTarget();

static llvm::Error source(mlir::ModuleOp kernels, const TargetDesc &desc,
                          llvm::SmallVectorImpl<char> &text) {
  simt::Spelling spelling = simt::kDeviceCxx;
  spelling.language = "MUSA C++";
  spelling.suffix = "mu";
  spelling.header = "#include <musa_runtime.h>\n";
  return simt::emitSource(kernels, desc, spelling, text);
}

const Target &musaTarget() {
  static const Target target = [] {
    Target target = simt::sourceTarget();
    target.name = "musa";
    target.summary = "Moore Threads' GPUs, as source";
    target.chips = kChips;
    target.emit = source;
    target.source = source;
    return target;
  }();
  return target;
}

} // namespace opc
