//===- AscendTarget.cpp - Huawei's Ascend 910B and 950 --------------------===//
#include "AscendC.h"
#include "opc/Targets/Tile/CoreFamily.h"

#include "Chips.inc"
#include "Machines.inc"

namespace opc {

const Target &ascendTarget();

/// Bytes of a line of the scalar unit's cache, which other cores do not see.
static constexpr int64_t kCacheLine = 64;

static llvm::Error emit(mlir::ModuleOp kernels, const TargetDesc &desc,
                        llvm::SmallVectorImpl<char> &image) {
  llvm::Expected<std::string> text = ascend::printAscendC(kernels, desc);
  if (!text)
    return text.takeError();
  image.append(text->begin(), text->end());
  return llvm::Error::success();
}

const Target &ascendTarget() {
  static const Target target = [] {
    Target target = named(tile::sourceTarget(), "ascend",
                          "Huawei's Ascend processors, as Ascend C", kChips);
    target.machines = kMachines;
    target.emit = emit;
    target.source = ascend::ascendCFolder;
    target.plugIn = "device.asc";
    target.finishKernel = [](mlir::OpPassManager &pm, const TargetDesc &) {
      tile::finishKernel(pm, kCacheLine);
    };
    return target;
  }();
  return target;
}

} // namespace opc
