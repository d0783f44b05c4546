//===- SelectionNodes.cpp - sorting and sizes that depend on data ---------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Arrays/Selection.h"

using namespace mlir;

namespace opc::onnx {
namespace {

void buildTopK(Node &n) {
  Value x = n.need(0);
  int64_t axis = n.axisIn(n.integer("axis", -1), n.rank(x));
  n.ignore("sorted"); // sorted is one order that unsorted may have
  AffineExpr count = n.opset < 10 ? n.expr(n.needInteger("k"))
                                  : n.resolveScalar(n.need(1), "k", 0);
  Selected selected = topK(n, x, {count, axis, n.flag("largest", true)});
  n.out(0, selected.values);
  n.out(1, selected.indices);
}

void buildNonZero(Node &n) { n.out(0, nonzero(n, n.need(0))); }

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
  Distinct d = distinct(n, x, axis, n.flag("sorted", true));
  n.out(0, d.values);
  n.out(1, d.first);
  n.out(2, d.inverse);
  n.out(3, d.counts);
}

void buildNonMaxSuppression(Node &n) {
  Suppression s{n.need(0), n.need(1), n.in(2), n.in(3), n.in(4)};
  s.center = n.flag("center_point_box", false);
  n.out(0, suppress(n, s));
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
