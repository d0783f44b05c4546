//===- MACATarget.cpp - MetaX's GPUs ----------------------------------===//
#include "opc/Targets/Simt/Family.h"

#include "Chips.inc"

namespace opc {

const Target &macaTarget();

static constexpr simt::RuntimeNames kRuntime = {
    "mc", "mcLaunchKernelGGL({0}, dim3({1}), dim3({2}), 0, 0, {3})",
    "mxcc -x maca -shared -fPIC"};

static simt::Spelling spelling() {
  simt::Spelling spelling = simt::kDeviceCxx;
  spelling.language = "MACA C++";
  spelling.suffix = "maca";
  spelling.header = "#include <mc_runtime.h>\n";
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

const Target &macaTarget() {
  static const Target target = [] {
    Target target = simt::sourceTarget();
    target.name = "maca";
    target.summary = "MetaX's GPUs, as source";
    target.chips = kChips;
    target.emit = emit;
    target.source = source;
    return target;
  }();
  return target;
}

} // namespace opc
