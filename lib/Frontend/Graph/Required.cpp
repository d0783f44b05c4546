//===- Required.cpp - what several ops ask of extents ---------------------===//
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

void requireElements(Emitter &n, Value v, ArrayRef<int64_t> axes) {
  for (int64_t axis : axes)
    if (!n.failed())
      n.requireAtMost(
          n.expr(1), n.dim(v, axis),
          formatv("axis {0} has {1} elements, not at least one", axis, "{1}")
              .str());
}

void requireOneOr(Emitter &n, AffineExpr extent, AffineExpr each,
                  StringRef text) {
  if (n.failed() || extent == each || constantOf(extent) == 1)
    return;
  AffineExpr wanted = each;
  if (!constantOf(extent)) {
    AffineExpr none = n.expr(0), one = n.expr(1);
    AffineExpr isOther =
        n.clamp(extent - 1, none, one) + n.clamp(one - extent, none, one);
    wanted = isOther * (each - 1) + 1;
  }
  n.requireEqual(extent, wanted, text);
}

Value listOf(Emitter &n, Value v, int64_t count, StringRef text) {
  if (!v || n.failed() || (constantOf(n.size(v)) && n.rank(v) == 1))
    return v;
  n.requireEqual(n.size(v), n.expr(count), text);
  return n.failed() ? Value() : n.reshape(v, {n.expr(count)});
}

Value onlyElementOf(Emitter &n, Value v, StringRef what, Type element) {
  if (v && !n.failed() && n.rank(v) > 1)
    v = n.reshape(v, {n.size(v)});
  return n.scalarOf(v, what, element);
}

void requireRank(Emitter &n, Value shape) {
  std::optional<int64_t> count = constantOf(n.size(shape));
  if (count && *count > kMostAxes)
    n.refuse(formatv("rank {0} is not supported", *count),
             llvm::Twine(kMostAxes));
}

} // namespace opc::graph
