//===- SunwayTarget.cpp - Sunway's SW26010 and SW26010-Pro ----------------===//
#include "Athread.h"
#include "opc/Targets/Tile/CoreFamily.h"
#include "opc/Targets/Tile/Passes.h"

#include "mlir/Pass/PassManager.h"

#include "Chips.inc"
#include "Machines.inc"

namespace opc {

const Target &sunwayTarget();

static llvm::Error emit(mlir::ModuleOp kernels, const TargetDesc &desc,
                        llvm::SmallVectorImpl<char> &image) {
  llvm::Expected<std::string> text = sunway::printAthread(kernels, desc);
  if (!text)
    return text.takeError();
  image.append(text->begin(), text->end());
  return llvm::Error::success();
}

static void finishKernel(mlir::OpPassManager &pm, const TargetDesc &desc) {
  tile::sourceTarget().finishKernel(pm, desc);
  pm.addPass(tile::createLaneLoopsPass(
      {tile::machinesOf(desc).front().vectorBits / 2}));
}

const Target &sunwayTarget() {
  static const Target target = [] {
    Target target =
        named(tile::sourceTarget(), "sunway",
              "Sunway's many-core processors, as source of athread", kChips);
    target.machines = kMachines;
    target.finishKernel = finishKernel;
    target.emit = emit;
    target.source = sunway::athreadFolder;
    target.plugIn = "device.c";
    return target;
  }();
  return target;
}

} // namespace opc
