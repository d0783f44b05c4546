//===- MergedAxes.cpp - neighbouring axes walked as one -------------------===//
#include "opc/Kernel/MergedAxes.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
namespace opc {

MergedAxes MergedAxes::ofKernel(KernelForm &kernel, const Dims &domain,
                                Value root) {
  ShapeEnv &env = kernel.env;
  MergedAxes axes;
  axes.original = domain;
  llvm::SetVector<Value> values;
  if (root)
    values.insert(root);
  for (Operation &op : kernel.ops()) {
    if (root && &op == root.getDefiningOp())
      continue;
    axes.mergeable &=
        isa<ConstantOp, ReductionOp>(op) || broadcastsOperands(&op);
    // The elements of a table are found by its own axes.
    if (auto constant = dyn_cast<ConstantOp>(op))
      axes.mergeable &= isSplat(constant);
    values.insert(op.operand_begin(), op.operand_end());
    values.insert(op.result_begin(), op.result_end());
  }
  for (Value value : values)
    axes.mergeable &= env.dims(value).size() <= domain.size();
  axes.starts = {0};
  for (unsigned axis = 1; axis < domain.size(); ++axis) {
    bool apart = root && axis + 1 == domain.size();
    if (apart || !axes.mergeable || !llvm::all_of(values, [&](Value value) {
          return axes.joins(value, axis, env);
        }))
      axes.starts.push_back(axis);
  }
  for (unsigned group = 0; group < axes.starts.size(); ++group)
    axes.mergedDomain.push_back(product(
        env.getContext(),
        ArrayRef(domain).slice(axes.starts[group],
                               axes.endOf(group) - axes.starts[group])));
  if (axes.mergeable)
    for (Value value : values)
      axes.merged.push_back({value, axes.merge(value, env)});
  return axes;
}

unsigned MergedAxes::endOf(unsigned group) const {
  return group + 1 < starts.size() ? starts[group + 1] : original.size();
}

int64_t MergedAxes::axisOf(int64_t axis) const {
  auto after = llvm::upper_bound(starts, unsigned(axis));
  return after - starts.begin() - 1;
}

MergedAxes::Use MergedAxes::use(Value value, unsigned axis,
                                ShapeEnv &env) const {
  const Dims &dims = env.dims(value);
  if (constantOf(original[axis]) == 1)
    return Use::Either;
  if (axis + dims.size() < original.size())
    return Use::Once;
  AffineExpr extent = dims[axis + dims.size() - original.size()];
  return constantOf(extent) == 1 ? Use::Once : Use::Full;
}

bool MergedAxes::joins(Value value, unsigned axis, ShapeEnv &env) const {
  Use before = Use::Either;
  for (unsigned a = starts.back(); a < axis; ++a)
    if (Use own = use(value, a, env); own != Use::Either)
      before = own;
  Use own = use(value, axis, env);
  return before == own || before == Use::Either || own == Use::Either;
}

Dims MergedAxes::merge(Value value, ShapeEnv &env) const {
  Dims result;
  for (unsigned group = 0; group < starts.size(); ++group) {
    AffineExpr extent = env.constant(1);
    for (unsigned axis = starts[group]; axis < endOf(group); ++axis)
      if (use(value, axis, env) == Use::Full)
        extent = extent * original[axis];
    result.push_back(extent);
  }
  return result;
}

} // namespace opc
