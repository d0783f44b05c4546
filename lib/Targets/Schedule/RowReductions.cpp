//===- RowReductions.cpp - kernels of reductions along the same axes ------===//
#include "opc/Targets/Schedule/RowReductions.h"

using namespace mlir;
namespace opc {
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

} // namespace

bool RowReductions::leads(Operation *op) {
  auto reduce = dyn_cast<ReductionOp>(op);
  return reduce && reduce.getKeepdims() &&
         acceptsType(getElementTypeOrSelf(reduce.getX()));
}

ScheduleResult RowReductions::of(KernelForm &kernel,
                                 std::optional<RowReductions> &rows) {
  std::optional<Common> common = commonOf(kernel);
  if (!common)
    return misfitOf<ReductionOp>(kernel,
                                 "no reductions along the same axes alone");
  if (!fitsResults(kernel, *common))
    return ScheduleResult::declined("results of other extents");
  rows.emplace(
      RowReductions{MergedAxes::ofKernel(kernel, common->domain), {}, {}, {}});
  rows->domain = rows->axes.domain();
  // Axes of extent 1 may be part of any other; nothing is reduced along them.
  for (int64_t axis : common->axes)
    if (int64_t merged = rows->axes.axisOf(axis);
        constantOf(common->domain[axis]) != 1 &&
        !llvm::is_contained(rows->reduced, merged))
      rows->reduced.push_back(merged);
  for (unsigned axis = 0; axis + 1 < rows->domain.size(); ++axis)
    if (!llvm::is_contained(rows->reduced, int64_t(axis)))
      rows->outer.push_back(axis);
  rows->lastReduced =
      llvm::is_contained(rows->reduced, int64_t(rows->domain.size()) - 1);
  return ScheduleResult::taken();
}

bool RowReductions::isLine(ReductionOp reduce, const NumericPlan &plan,
                           ShapeEnv &env) const {
  const Dims dims(env.dims(reduce.getX()));
  AffineExpr line = env.constant(1);
  for (int64_t axis : reduce.getAxes().take_back(plan.lineAxes))
    line = line * dims[axis];
  return line == domain.back();
}

Value convertedFloat(const LoopBuilder &l, Value x, Type element) {
  Type from = getElementTypeOrSelf(x);
  if (from == element || !isa<FloatType>(element))
    return x;
  auto vector = dyn_cast<VectorType>(x.getType());
  Type to = vector ? Type(vector.clone(element)) : element;
  if (from.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth())
    return arith::ExtFOp::create(l.b, l.loc, to, x);
  return arith::TruncFOp::create(l.b, l.loc, to, x);
}

} // namespace opc
