//===- Selection.cpp - sorting and sizes that depend on data --------------===//
#include "opc/Frontend/Graph/Arrays/Selection.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace opc::graph {

Selected topK(Emitter &n, Value x, const TopK &k) {
  if (n.failed())
    return {};
  n.requireAtMost(n.expr(0), k.count, "k is {1}, less than {0}");
  n.requireAtMost(k.count, n.dim(x, k.axis),
                  "k is {0}, more than the extent {1} of its axis");
  auto results = n.emitAll(TopKOp::getOperationName(), x,
                           {{"count", n.exprs(k.count)},
                            {"axis", n.i64(k.axis)},
                            {"largest", n.boolean(k.largest)}},
                           {n.elementOf(x), n.i64Type()});
  return {results[0], results[1]};
}

Value nonzero(Emitter &n, Value x) {
  if (!n.failed() && n.rank(x) == 0)
    x = n.unsqueeze(x, {0});
  Value number = n.emit<NonzeroCountOp>(x, {}, n.i64Type());
  AffineExpr count = n.bindElement(number, 0, 0);
  return n.emit<NonzeroOp>(x, {{"count", n.exprs(count)}}, n.i64Type());
}

Distinct distinct(Emitter &n, Value x, int64_t axis, bool sorted) {
  Type index = n.i64Type();
  auto results =
      n.emitAll(UniqueOp::getOperationName(), x,
                {{"axis", n.i64(axis)}, {"sorted", n.boolean(sorted)}},
                {n.elementOf(x), index, index, index, index});
  AffineExpr count = n.bindElement(results[4], 0, 0), zero = n.expr(0);
  return {n.slice(results[0], axis, zero, count),
          n.slice(results[1], 0, zero, count), results[2],
          n.slice(results[3], 0, zero, count)};
}

/// `threshold`, which must be a share.
static void requireShare(Emitter &n, Value threshold, StringRef name) {
  if (n.failed())
    return;
  if (auto known = n.reals(threshold)) {
    if (!(known->front() >= 0 && known->front() <= 1))
      n.fail(formatv("{0} of {1} is outside of [0, 1]", name, known->front()));
    return;
  }
  n.guard(n.binary<AndOp>(
              n.compare<GreaterEqualOp>(threshold, n.like(threshold, 0)),
              n.compare<LessEqualOp>(threshold, n.like(threshold, 1))),
          (name + " is outside of [0, 1]").str());
}

Value suppress(Emitter &n, const Suppression &s) {
  if (n.failed() || n.rank(s.boxes) != 3 || n.rank(s.scores) != 3) {
    n.fail("boxes or scores have no rank of 3");
    return {};
  }
  n.requireEqual(n.dim(s.boxes, 0), n.dim(s.scores, 0));
  n.requireEqual(n.dim(s.boxes, 1), n.dim(s.scores, 2));
  n.requireEqual(n.dim(s.boxes, 2), n.expr(4));
  Type real = n.elementOf(s.boxes);
  Value most = s.most ? s.most : n.scalarInt(n.i64Type(), 0);
  Value overlap = s.overlap ? s.overlap : n.scalar(real, 0);
  Value least = s.least
                    ? s.least
                    : n.scalar(real, -std::numeric_limits<double>::infinity());
  overlap = onlyElementOf(n, overlap, "iou_threshold");
  requireShare(n, overlap, "iou_threshold");
  auto results = n.emitAll(
      NonMaxSuppressionOp::getOperationName(),
      {s.boxes, s.scores, onlyElementOf(n, most, "max_output_boxes_per_class"),
       overlap, onlyElementOf(n, least, "score_threshold")},
      {{"center_point", n.boolean(s.center)}}, {n.i64Type(), n.i64Type()});
  AffineExpr count = n.bindElement(results[1], 0, 0);
  return n.slice(results[0], 0, n.expr(0), count);
}

} // namespace opc::graph
