//===- HivmTarget.cpp - Huawei's Ascend 910B, as text of HIVM -------------===//
#include "Hivm.h"
#include "opc/Targets/Tile/CoreFamily.h"

#include "Chips.inc"
#include "Machines.inc"

using namespace mlir;
namespace opc {

const Target &hivmTarget();

/// Bytes of a line of the scalar unit's cache, which other cores do not see.
static constexpr int64_t kCacheLine = 64;

static llvm::Expected<std::string> print(ModuleOp kernels,
                                         const TargetDesc &desc) {
  MLIRContext *context = kernels.getContext();
  bool allowed = context->allowsUnregisteredDialects();
  context->allowUnregisteredDialects(true);
  OwningOpRef<ModuleOp> own = kernels.clone();
  llvm::Error error = hivm::lowerKernels(*own, desc);
  std::string text;
  if (!error)
    text = hivm::textOf(*own);
  own = {};
  context->allowUnregisteredDialects(allowed);
  if (error)
    return std::move(error);
  return text;
}

static llvm::Error emit(ModuleOp kernels, const TargetDesc &desc,
                        llvm::SmallVectorImpl<char> &image) {
  llvm::Expected<std::string> text = print(kernels, desc);
  if (!text)
    return text.takeError();
  image.append(text->begin(), text->end());
  return llvm::Error::success();
}

static llvm::Error writeSource(ModuleOp kernels, const TargetDesc &desc,
                               std::vector<SourceFile> &files) {
  llvm::Expected<std::string> text = print(kernels, desc);
  if (!text)
    return text.takeError();
  files.push_back({"kernels.hivm.mlir", *text});
  return llvm::Error::success();
}

const Target &hivmTarget() {
  static const Target target = [] {
    Target target = named(tile::sourceTarget(), "hivm",
                          "the vector cores of Huawei's Ascend processors, as "
                          "text of the MLIR dialect HIVM",
                          kChips);
    target.machines = kMachines;
    target.emit = emit;
    target.source = writeSource;
    target.finishKernel = [](OpPassManager &pm, const TargetDesc &) {
      tile::finishKernel(pm, kCacheLine);
    };
    return target;
  }();
  return target;
}

} // namespace opc
