//===- Reduce.cpp - reductions with what is before, between and after -----===//
//
// A kernel whose reductions all run over the same axes of the same extents:
// sums, softmax, normalisations. For each position along the other axes, one
// pass for each reduction and one that writes the full-sized results; between
// passes its elements stay in the cache. Vectors run along the last axis,
// whether that is reduced (and lanes are combined at the end) or not.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Rows/ReducePasses.h"

using namespace mlir;
namespace opc::cpu {
namespace {

bool dependsOnReduce(Value value) {
  Operation *op = value.getDefiningOp();
  return op && (isa<ReductionOp>(op) ||
                llvm::any_of(op->getOperands(), dependsOnReduce));
}

bool acceptsType(Type element) {
  return element.isF32() || element.isF64() || element.isInteger(32) ||
         element.isInteger(64);
}

/// Extents of a reduce's result with keepdims.
Dims rowDims(const Dims &domain, ArrayRef<int64_t> axes, ShapeEnv &env) {
  Dims row(domain);
  for (int64_t axis : axes)
    row[axis] = env.constant(1);
  return row;
}

/// The common extents and axes of all reductions of the kernel.
struct Common {
  Dims domain;
  SmallVector<int64_t> axes;
};

std::optional<Common> commonOf(KernelForm &kernel) {
  ShapeEnv &env = kernel.env;
  std::optional<Common> common;
  for (Operation &op : kernel.ops()) {
    auto reduce = dyn_cast<ReductionOp>(op);
    if (!reduce) {
      bool plain = readsAlongAxes(&op, env);
      if (!indexedLowering(&op) ||
          (!plain && llvm::any_of(op.getOperands(), dependsOnReduce)))
        return std::nullopt;
      continue;
    }
    Common own{env.dims(reduce.getX()), SmallVector<int64_t>(reduce.getAxes())};
    llvm::sort(own.axes);
    Type element = getElementTypeOrSelf(reduce.getX());
    if (!acceptsType(element) || !reduce.getKeepdims() || own.axes.empty() ||
        (common && (common->domain != own.domain || common->axes != own.axes)))
      return std::nullopt;
    common = own;
  }
  return common;
}

bool fitsResults(KernelForm &kernel, const Common &common) {
  ShapeEnv &env = kernel.env;
  llvm::SmallPtrSet<void *, 4> different;
  Dims row = rowDims(common.domain, common.axes, env);
  return llvm::all_of(kernel.results(), [&](Value result) {
    const Dims &dims = env.dims(result);
    return result.getDefiningOp() &&
           different.insert(result.getAsOpaquePointer()).second &&
           (dims == common.domain || dims == row);
  });
}

bool keepsToPlan(ReductionOp reduce, const ReduceShape &shape, int64_t lanes,
                 ShapeEnv &env) {
  NumericPlan plan = numericPlan(reduce, env);
  const Dims dims(env.dims(reduce.getX()));
  AffineExpr line = env.constant(1);
  for (int64_t axis : reduce.getAxes().take_back(plan.lineAxes))
    line = line * dims[axis];
  return shape.keepsTo(plan, line, lanes);
}

} // namespace

bool leadsReduce(Operation *op, const TargetDesc &) {
  auto reduce = dyn_cast<ReductionOp>(op);
  return reduce && reduce.getKeepdims() &&
         acceptsType(getElementTypeOrSelf(reduce.getX()));
}

ScheduleResult scheduleReduce(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  std::optional<Common> common = commonOf(kernel);
  if (!common)
    return misfitOf<ReductionOp>(kernel,
                                 "no reductions along the same axes alone");
  if (!fitsResults(kernel, *common))
    return ScheduleResult::declined("results of other extents");
  VectorMachine machine = machineOf(desc);
  MergedAxes axes = MergedAxes::ofKernel(kernel, common->domain);
  ReduceShape shape;
  shape.domain = axes.domain();
  // Axes of extent 1 may be part of any other; nothing is reduced along them.
  for (int64_t axis : common->axes)
    if (int64_t merged = axes.axisOf(axis);
        constantOf(common->domain[axis]) != 1 &&
        !llvm::is_contained(shape.reduced, merged))
      shape.reduced.push_back(merged);
  for (unsigned axis = 0; axis + 1 < shape.domain.size(); ++axis)
    if (!llvm::is_contained(shape.reduced, int64_t(axis)))
      shape.outer.push_back(axis);
  shape.lanesReduced =
      llvm::is_contained(shape.reduced, int64_t(shape.domain.size()) - 1);

  for (Operation &op : kernel.ops())
    if (auto reduce = dyn_cast<ReductionOp>(op);
        reduce && !keepsToPlan(reduce, shape, machine.lanes, env))
      return ScheduleResult::declined("a sum in another order than of vectors");

  AffineExpr units = env.constant(1);
  for (int64_t axis : shape.outer)
    units = units * shape.domain[axis];
  if (!shape.lanesReduced)
    units =
        units * shape.domain.back().ceilDiv(ReduceShape::slots * machine.lanes);
  return writeKernel(kernel, machine.lanes, units, /*grain=*/0,
                     [&](KernelWriter &w) {
                       walkMerged(w, axes);
                       writeReductions(w, shape);
                     });
}

} // namespace opc::cpu
