//===- Schedule.cpp - Each kernel to the first schedule that takes it -----===//
//
//   func.func private @k(%x: tensor<?xf32>) -> tensor<?xf32>
//   // becomes
//   func.func private @k(%status: memref<4xi64>, %x: memref<?xf32>,
//                        %y: memref<?xf32>, ..., %begin: index, %end: index)
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Conversion/KernelAttributes.h"
#include "opc/Conversion/OpcToLoops/LowerKernels.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/Core/Target.h"

namespace opc {
#define GEN_PASS_DEF_SCHEDULEPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

namespace {

/// The plain loops take one op, or indexed ops alone. What else no schedule
/// took stays on tensors and is broken up (opc-unfuse-kernels).
bool fitsPlainLoops(func::FuncOp kernel) {
  auto ops = kernel.front().without_terminator();
  auto computes = [](Operation &op) { return !isa<ConstantOp>(op); };
  auto isIndexed = [](Operation &op) {
    return indexedLowering(&op) != nullptr;
  };
  return llvm::count_if(ops, computes) <= 1 || llvm::all_of(ops, isIndexed);
}

/// Whether an operand's extent may turn out to be 1 at run time where the
/// result's is not. Schedules decide about broadcasting when they are written,
/// but for the batches of products; the plain loops do when they run.
bool broadcastsAtRunTime(Value operand, Value result, ShapeEnv &env) {
  const Dims from = env.dims(operand), to = env.dims(result);
  for (size_t back = 1; back <= from.size(); ++back) {
    AffineExpr extent = from[from.size() - back];
    if (back <= to.size() && extent != to[to.size() - back] &&
        constantOf(extent) != 1 &&
        !(constantOf(extent) && constantOf(to[to.size() - back])))
      return true;
  }
  return false;
}

bool broadcastsAtRunTime(func::FuncOp kernel) {
  ShapeEnv env(kernel.getContext());
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (!broadcastsOperands(&op))
      continue;
    for (Value operand : op.getOperands())
      if (broadcastsAtRunTime(operand, op.getResult(0), env))
        return true;
  }
  return false;
}

/// Whether an extent is known to be 0, as of what is reduced. Schedules may
/// divide by extents and cut them into tiles; plain loops over nothing end.
bool hasEmptyTensor(func::FuncOp kernel) {
  auto isEmpty = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && llvm::is_contained(type.getShape(), 0);
  };
  bool found = llvm::any_of(kernel.getArguments(), isEmpty);
  for (Operation &op : kernel.front())
    found |= llvm::any_of(op.getResults(), isEmpty);
  return found;
}

struct SchedulePass : opc::impl::SchedulePassBase<SchedulePass> {
  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!kernel->hasAttr(kKernelAttr) || kernel->hasAttr(kUnitsAttr))
      return;
    const TargetDesc &desc = targetOf(kernel);
    if (!broadcastsAtRunTime(kernel) && !hasEmptyTensor(kernel))
      for (const Schedule &schedule : findTarget(desc.target)->schedules)
        if (succeeded(schedule.apply(kernel, desc))) {
          auto name = StringAttr::get(&getContext(), schedule.name);
          return kernel->setAttr(kScheduleAttr, name);
        }
    if (fitsPlainLoops(kernel) && failed(lowerKernelToLoops(kernel)))
      signalPassFailure();
  }
};

} // namespace
