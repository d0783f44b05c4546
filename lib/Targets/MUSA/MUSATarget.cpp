//===- MUSATarget.cpp - Moore Threads' GPUs ---------------------------===//
#include "opc/Targets/Simt/Family.h"

#include "Chips.inc"

namespace opc {

const Target &musaTarget();

static constexpr simt::RuntimeNames kRuntime = {
    "musa", "{0}<<<{1}, {2}>>>({3})", "mcc -x musa -shared -fPIC"};

static simt::Spelling spelling() {
  simt::Spelling spelling = simt::kDeviceCxx;
  spelling.language = "MUSA C++";
  spelling.suffix = "mu";
  spelling.header = "#include <musa_runtime.h>\n";
  return spelling;
}

static llvm::Error emit(mlir::ModuleOp kernels, const TargetDesc &desc,
                        llvm::SmallVectorImpl<char> &image) {
  return simt::emitSource(kernels, desc, spelling(), image);
}

static llvm::Error source(mlir::ModuleOp kernels, const TargetDesc &desc,
                          std::vector<SourceFile> &files) {
  return simt::sourceFolder(kernels, desc, spelling(), kRuntime, files);
}

const Target &musaTarget() {
  static const Target target = [] {
    Target target = simt::sourceTarget();
    target.name = "musa";
    target.summary = "Moore Threads' GPUs, as source";
    target.chips = kChips;
    target.emit = emit;
    target.source = source;
    return target;
  }();
  return target;
}

} // namespace opc
