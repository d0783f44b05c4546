//===- Legalise.cpp - what a target does that names nothing else ----------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Targets/Core/Target.h"

void opc::legaliseByDefault(mlir::OpPassManager &pm, const TargetDesc &) {
  pm.addNestedPass<mlir::func::FuncOp>(createDecomposePass());
  // Ahead of constant folding, which converts weights then.
  pm.addPass(createWidenFloatsPass());
}
