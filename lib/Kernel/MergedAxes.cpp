//===- MergedAxes.cpp - neighbouring axes walked as one -------------------===//
#include "opc/Kernel/MergedAxes.h"
#include "opc/Dialect/Opc/IR/Access.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
namespace opc {

MergedAxes MergedAxes::ofKernel(KernelForm &kernel, const Dims &domain,
                                Value root) {
  return of(kernel, domain, root, /*whereEqual=*/false);
}

MergedAxes MergedAxes::whereEqual(KernelForm &kernel, const Dims &domain) {
  return of(kernel, domain, {}, /*whereEqual=*/true);
}

MergedAxes MergedAxes::of(KernelForm &kernel, const Dims &domain, Value root,
                          bool whereEqual) {
  ShapeEnv &env = kernel.env;
  MergedAxes axes;
  axes.whereOpenIsFull = whereEqual;
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
    for (Value value : values) {
      axes.merged.push_back({value, axes.merge(value, env)});
      axes.noteOpen(value, env);
    }
  return axes;
}

void MergedAxes::noteOpen(Value value, ShapeEnv &env) {
  const Dims &dims = env.dims(value);
  for (unsigned axis = original.size() - dims.size(); axis < original.size();
       ++axis) {
    std::pair pair(dims[axis + dims.size() - original.size()], original[axis]);
    if (use(value, axis, env) == Use::Open &&
        !llvm::is_contained(openPairs, pair))
      openPairs.push_back(pair);
  }
}

SmallVector<Dims> MergedAxes::partsOf(const MergedAxes &coarse) const {
  SmallVector<Dims> parts(coarse.starts.size());
  for (auto [start, extent] : llvm::zip_equal(starts, mergedDomain))
    parts[coarse.axisOf(start)].push_back(extent);
  return parts;
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
  if (isOpenBroadcast(extent, original[axis]) && !whereOpenIsFull)
    return Use::Open;
  return constantOf(extent) == 1 ? Use::Once : Use::Full;
}

bool MergedAxes::joins(Value value, unsigned axis, ShapeEnv &env) const {
  Use before = Use::Either;
  for (unsigned a = starts.back(); a < axis; ++a)
    if (Use own = use(value, a, env); own != Use::Either)
      before = own;
  Use own = use(value, axis, env);
  return before == Use::Either || own == Use::Either ||
         (before == own && own != Use::Open);
}

Dims MergedAxes::merge(Value value, ShapeEnv &env) const {
  Dims result;
  for (unsigned group = 0; group < starts.size(); ++group) {
    AffineExpr extent = env.constant(1);
    for (unsigned axis = starts[group]; axis < endOf(group); ++axis) {
      Use own = use(value, axis, env);
      if (own == Use::Full)
        extent = extent * original[axis];
      if (own == Use::Open)
        extent =
            env.dim(value, axis + env.dims(value).size() - original.size());
    }
    result.push_back(extent);
  }
  return result;
}

} // namespace opc
