//===- Legalise.cpp - what a target does that names nothing else ----------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Targets/Core/Target.h"

/// Whether a unit of the chip multiplies bf16 and adds up in f32.
static bool multipliesBf16(const opc::TargetDesc &desc) {
  return llvm::any_of(desc.matrixUnits, [](const opc::MatrixUnit &unit) {
    return unit.a == "bf16" && unit.b == "bf16" && unit.acc == "f32";
  });
}

void opc::legaliseByDefault(mlir::OpPassManager &pm, const TargetDesc &desc) {
  pm.addNestedPass<mlir::func::FuncOp>(createDecomposePass());
  // Ahead of constant folding, which converts weights then.
  pm.addPass(createWidenFloatsPass({multipliesBf16(desc)}));
}
