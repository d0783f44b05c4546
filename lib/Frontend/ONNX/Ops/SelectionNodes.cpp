//===- SelectionNodes.cpp - sorting and sizes that depend on data
//--------------===//
#include "Reader/Node.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

void buildTopK(Node &n) {
  Value x = n.need(0);
  int64_t axis = n.axisIn(n.integer("axis", -1), n.rank(x));
  n.ignore("sorted"); // sorted is one order that unsorted may have
  AffineExpr count = n.opset < 10 ? n.expr(n.integer("k", 0))
                                  : n.resolveScalar(n.need(1), "k", 0);
  if (n.failed())
    return;
  n.requireAtMost(n.expr(0), count, "k is {1}, less than {0}");
  n.requireAtMost(count, n.dim(x, axis),
                  "k is {0}, more than the extent {1} of its axis");
  auto results = n.emitAll(TopKOp::getOperationName(), x,
                           {{"count", n.exprs(count)},
                            {"axis", n.i64(axis)},
                            {"largest", n.boolean(n.flag("largest", true))}},
                           {n.elementOf(x), n.i64Type()});
  n.out(0, results[0]);
  n.out(1, results[1]);
}

/// Coordinates [rank, count] of what is not zero.
Value nonzero(Node &n, Value x) {
  Value number = n.emit<NonzeroCountOp>(x, {}, n.i64Type());
  AffineExpr count = n.bindElement(number, 0, 0);
  return n.emit<NonzeroOp>(x, {{"count", n.exprs(count)}}, n.i64Type());
}

void buildNonZero(Node &n) {
  Value x = n.need(0);
  // A scalar counts as a vector of one element.
  if (!n.failed() && n.rank(x) == 0)
    x = n.unsqueeze(x, {0});
  n.out(0, nonzero(n, x));
}

void buildCompress(Node &n) {
  Value x = n.need(0), condition = n.need(1);
  int64_t axis = 0;
  if (n.hasAttr("axis"))
    axis = n.axisIn(n.integer("axis", 0), n.rank(x));
  else
    x = n.reshape(x, {n.size(x)});
  if (n.failed() || n.rank(condition) != 1)
    return n.fail("condition is no vector");
  Value indices = n.squeeze(nonzero(n, condition), {0});
  n.out(0, n.gather(x, indices, axis));
}

void buildUnique(Node &n) {
  Value x = n.need(0);
  int64_t axis = 0;
  if (n.hasAttr("axis"))
    axis = n.axisIn(n.integer("axis", 0), n.rank(x));
  else
    x = n.reshape(x, {n.size(x)});
  Type index = n.i64Type();
  auto results = n.emitAll(
      UniqueOp::getOperationName(), x,
      {{"axis", n.i64(axis)}, {"sorted", n.boolean(n.flag("sorted", true))}},
      {n.elementOf(x), index, index, index, index});
  AffineExpr count = n.bindElement(results[4], 0, 0), zero = n.expr(0);
  n.out(0, n.slice(results[0], axis, zero, count));
  n.out(1, n.slice(results[1], 0, zero, count));
  n.out(2, results[2]);
  n.out(3, n.slice(results[3], 0, zero, count));
}

void buildNonMaxSuppression(Node &n) {
  Value boxes = n.need(0), scores = n.need(1);
  if (n.failed() || n.rank(boxes) != 3 || n.rank(scores) != 3)
    return n.fail("boxes or scores have no rank of 3");
  n.requireEqual(n.dim(boxes, 0), n.dim(scores, 0));
  n.requireEqual(n.dim(boxes, 1), n.dim(scores, 2));
  n.requireEqual(n.dim(boxes, 2), n.expr(4));
  Type real = n.elementOf(boxes);
  Value most = n.has(2) ? n.in(2) : n.scalarInt(n.i64Type(), 0);
  Value overlap = n.has(3) ? n.in(3) : n.scalar(real, 0);
  // Without a threshold every score counts.
  Value least = n.has(4)
                    ? n.in(4)
                    : n.scalar(real, -std::numeric_limits<double>::infinity());
  bool center = n.flag("center_point_box", false);
  auto results = n.emitAll(
      NonMaxSuppressionOp::getOperationName(),
      {boxes, scores, n.scalarOf(most, "max_output_boxes_per_class"),
       n.scalarOf(overlap, "iou_threshold"),
       n.scalarOf(least, "score_threshold")},
      {{"center_point", n.boolean(center)}}, {n.i64Type(), n.i64Type()});
  AffineExpr count = n.bindElement(results[1], 0, 0);
  n.out(0, n.slice(results[0], 0, n.expr(0), count));
}

constexpr OpRow kRows[] = {
    {"Compress", 9, kLatest, buildCompress},
    {"NonMaxSuppression", 10, kLatest, buildNonMaxSuppression},
    {"NonZero", 9, kLatest, buildNonZero},
    {"TopK", 1, kLatest, buildTopK},
    {"Unique", 11, kLatest, buildUnique},
};

} // namespace

ArrayRef<OpRow> selectionRows() { return kRows; }

} // namespace opc::onnx
