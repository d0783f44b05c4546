//===- ReorderAxes.cpp - ops of operands whose axes moved -----------------===//
//
// Each op renames the axes that it names: axis k is perm[k] from now on.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

using Perm = SmallVector<int64_t>;

static Perm renamed(ArrayRef<int64_t> axes, ArrayRef<int64_t> perm) {
  return llvm::map_to_vector(axes, [&](int64_t axis) { return perm[axis]; });
}

/// What is given for each axis, where that is now.
template <typename T>
static SmallVector<T> moved(ArrayRef<T> values, ArrayRef<int64_t> perm) {
  SmallVector<T> result(values.size());
  for (auto [axis, value] : llvm::enumerate(values))
    result[perm[axis]] = value;
  return result;
}

static AffineMap moved(AffineMap map, ArrayRef<int64_t> perm) {
  return toMap(map.getContext(), moved(map.getResults(), perm));
}

Perm SoftmaxOp::reorderAxes(ArrayRef<int64_t> perm) {
  setAxis(perm[getAxis()]);
  return Perm(perm);
}

Perm LogSoftmaxOp::reorderAxes(ArrayRef<int64_t> perm) {
  setAxis(perm[getAxis()]);
  return Perm(perm);
}

Perm NormalizeOp::reorderAxes(ArrayRef<int64_t> perm) {
  Perm axes = renamed(getAxes(), perm);
  llvm::sort(axes);
  setAxes(axes);
  return Perm(perm);
}

/// The axes that are gone are gone from the permutation, too.
template <typename Op>
static Perm reorderReduced(Op op, ArrayRef<int64_t> perm) {
  Perm axes = renamed(op.getAxes(), perm);
  llvm::sort(axes);
  op.setAxes(axes);
  if (op.getKeepdims())
    return Perm(perm);
  Perm left;
  for (int64_t from : perm)
    if (!llvm::binary_search(axes, from))
      left.push_back(from - (llvm::lower_bound(axes, from) - axes.begin()));
  return left;
}
Perm ReduceOp::reorderAxes(ArrayRef<int64_t> perm) {
  return reorderReduced(*this, perm);
}
Perm FoldOp::reorderAxes(ArrayRef<int64_t> perm) {
  return reorderReduced(*this, perm);
}

/// In the order in which `scales` and `dims` are given.
Perm ResizeOp::reorderAxes(ArrayRef<int64_t> perm) {
  setAxes(renamed(getAxes(), perm));
  return Perm(perm);
}

unsigned ConcatOp::numReordered() { return getNumOperands(); }

Perm ConcatOp::reorderAxes(ArrayRef<int64_t> perm) {
  setAxis(perm[getAxis()]);
  return Perm(perm);
}

Perm PadOp::reorderAxes(ArrayRef<int64_t> perm) {
  setLow(moved(getLow(), perm));
  setDims(moved(getDims(), perm));
  return Perm(perm);
}

Perm SliceOp::reorderAxes(ArrayRef<int64_t> perm) {
  setStarts(moved(getStarts(), perm));
  setSteps(moved(getSteps(), perm));
  setDims(moved(getDims(), perm));
  return Perm(perm);
}
