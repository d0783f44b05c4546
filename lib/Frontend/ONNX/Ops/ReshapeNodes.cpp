//===- ReshapeNodes.cpp - the same elements in another shape
//-------------------===//
//
// Targets that a graph computes are expressions where they can be; what only a
// run knows is computed by ordinary ops and bound.
//
//===----------------------------------------------------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// The target of Reshape as a tensor without 0 and -1, computed at run time.
Value resolvedTarget(Node &n, Value x, Value shape, bool keepZero) {
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
void fillFree(Node &n, Value x, Dims &target) {
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

void buildReshape(Node &n) {
  Value x = n.need(0), shape = n.need(1);
  if (n.failed())
    return;
  bool keepZero = n.flag("allowzero", false);
  std::optional<int64_t> count = constantOf(n.size(shape));
  requireRank(n, shape);
  if (!count || n.rank(shape) != 1)
    n.failNeeds("shape");
  if (n.failed())
    return;
  Dims target = n.partialContents(shape).value_or(Dims(*count, AffineExpr()));
  bool complete = !llvm::is_contained(target, AffineExpr());
  Value computed = complete ? Value() : resolvedTarget(n, x, shape, keepZero);
  for (auto [i, extent] : llvm::enumerate(target)) {
    std::optional<int64_t> value = constantOf(extent);
    if (value == 0 && !keepZero) {
      if (static_cast<int64_t>(i) >= n.rank(x))
        return n.fail(formatv("extent {0} is 0, but the input has rank {1}", i,
                              n.rank(x)));
      extent = n.dim(x, i);
    } else if (!complete && (!extent || value == -1)) {
      extent = n.bindElement(computed, i, 0, "extent {0} is negative");
    }
  }
  fillFree(n, x, target);
  if (n.failed())
    return;
  n.requireSameSize(target, n.dims(x),
                    "the shape has {0} elements, the input {1}");
  n.out(0, n.reshape(x, target));
}

void buildFlatten(Node &n) {
  Value x = n.need(0);
  int64_t rank = n.rank(x), axis = n.integer("axis", 1);
  if (axis < -rank || axis > rank)
    return n.fail(formatv("axis {0} is outside of rank {1}", axis, rank));
  axis += axis < 0 ? rank : 0;
  n.out(0, n.reshape(x, {n.sizeOf(x, 0, axis), n.sizeOf(x, axis, rank)}));
}

void buildSqueeze(Node &n) {
  Value x = n.need(0);
  std::optional<Ints> axes = n.axesOf(13);
  if (n.failed())
    return;
  if (!axes) {
    axes.emplace();
    for (auto [i, extent] : llvm::enumerate(n.dims(x))) {
      if (!constantOf(extent))
        return n.refuse(
            "no axes are not supported where an extent is not known",
            formatv("axes, or an extent for axis {0} (--dim NAME=N, dims=)",
                    i));
      if (constantOf(extent) == 1)
        axes->push_back(i);
    }
  }
  n.out(0, n.squeeze(x, *axes));
}

void buildUnsqueeze(Node &n) {
  Value x = n.need(0);
  std::optional<Ints> axes = n.axesOf(13);
  if (!axes)
    return n.fail("axes are missing");
  n.out(0, n.unsqueeze(x, *axes));
}

constexpr OpRow kRows[] = {
    {"Flatten", 1, kLatest, buildFlatten},
    {"Reshape", 5, kLatest, buildReshape},
    {"Squeeze", 1, kLatest, buildSqueeze},
    {"Unsqueeze", 1, kLatest, buildUnsqueeze},
};

} // namespace

ArrayRef<OpRow> reshapeRows() { return kRows; }

} // namespace opc::onnx
