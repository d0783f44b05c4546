//===- Reshaping.cpp - the same elements in another shape -----------------===//
//
// Targets that a graph computes are expressions where they can be; what only a
// run knows is computed by ordinary ops and bound.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/Graph/Arrays/Reshaping.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

/// The target of Reshape as a tensor without 0 and -1, computed at run time.
static Value resolvedTarget(Emitter &n, Value x, Value shape, bool keepZero) {
  Value target = n.cast(shape, n.i64Type());
  std::optional<int64_t> count = constantOf(n.size(shape));
  if (!keepZero && count) {
    Dims old = n.dims(x);
    old.resize(*count, n.expr(0));
    Value isZero = n.compare<EqualOp>(target, n.scalarInt(n.i64Type(), 0));
    target = n.select(isZero, n.extents(old), target);
  }
  Value isFree = n.compare<EqualOp>(target, n.scalarInt(n.i64Type(), -1));
  Value known = n.reduce(
      "prod", n.select(isFree, n.scalarInt(n.i64Type(), 1), target), {0}, true);
  Value rest = n.div(n.extentAs(n.i64Type(), n.size(x)), known);
  return n.select(isFree, rest, target);
}

/// Puts the extent that -1 stands for; the others are known expressions.
static void fillFree(Emitter &n, Value x, Dims &target) {
  int64_t free = -1;
  AffineExpr others = n.expr(1);
  for (auto [i, extent] : llvm::enumerate(target)) {
    std::optional<int64_t> value = constantOf(extent);
    if (value == -1 && free >= 0)
      return n.fail("more than one extent is -1");
    if (value && *value < -1)
      return n.fail(formatv("extent {0} is negative", *value));
    if (value == -1)
      free = i;
    else
      others = others * extent;
  }
  if (free < 0)
    return;
  if (constantOf(others) == 0)
    return n.fail("-1 beside an extent of 0 could be any");
  target[free] = n.quotient(n.size(x), others);
}

Value reshapeTo(Emitter &n, Value x, Dims target) {
  fillFree(n, x, target);
  if (n.failed())
    return {};
  n.requireSameSize(target, n.dims(x),
                    "the shape has {0} elements, the input {1}");
  return n.reshape(x, target);
}

Value reshapeAs(Emitter &n, Value x, Value shape, bool keepZero) {
  std::optional<int64_t> count = constantOf(n.size(shape));
  Dims target = n.partialContents(shape).value_or(Dims(*count, AffineExpr()));
  bool complete = !llvm::is_contained(target, AffineExpr());
  Value computed = complete ? Value() : resolvedTarget(n, x, shape, keepZero);
  for (auto [i, extent] : llvm::enumerate(target)) {
    std::optional<int64_t> value = constantOf(extent);
    if (value == 0 && !keepZero) {
      if (static_cast<int64_t>(i) >= n.rank(x)) {
        n.fail(formatv("extent {0} is 0, but the input has rank {1}", i,
                       n.rank(x)));
        return {};
      }
      extent = n.dim(x, i);
    } else if (!complete && (!extent || value == -1)) {
      extent = n.bindElement(computed, i, 0, "extent {0} is negative");
    }
  }
  return reshapeTo(n, x, target);
}

Value flattenAt(Emitter &n, Value x, int64_t axis) {
  return n.reshape(x, {n.sizeOf(x, 0, axis), n.sizeOf(x, axis, n.rank(x))});
}

Value depthToSpace(Emitter &n, Value x, const DepthBlocks &blocks) {
  Dims d = n.dims(x);
  auto [b, depthFirst] = blocks;
  AffineExpr block = n.expr(b), depth = d[1].floorDiv(b * b);
  n.requireEqual(depth * (b * b), d[1]);
  Value split =
      n.reshape(x, depthFirst ? Dims{d[0], block, block, depth, d[2], d[3]}
                              : Dims{d[0], depth, block, block, d[2], d[3]});
  split = n.transpose(split, depthFirst ? Ints{0, 3, 4, 1, 5, 2}
                                        : Ints{0, 1, 4, 2, 5, 3});
  return n.reshape(split, {d[0], depth, d[2] * b, d[3] * b});
}

Value spaceToDepth(Emitter &n, Value x, const DepthBlocks &blocks) {
  Dims d = n.dims(x);
  auto [b, depthFirst] = blocks;
  AffineExpr block = n.expr(b), h = d[2].floorDiv(b), w = d[3].floorDiv(b);
  n.requireEqual(h * b, d[2]);
  n.requireEqual(w * b, d[3]);
  Value split = n.reshape(x, {d[0], d[1], h, block, w, block});
  split = n.transpose(split, depthFirst ? Ints{0, 3, 5, 1, 2, 4}
                                        : Ints{0, 1, 3, 5, 2, 4});
  return n.reshape(split, {d[0], d[1] * (b * b), h, w});
}

} // namespace opc::graph
