//===- IntegerContractionNodes.cpp - products of quantised tensors --------===//
#include "QuantiseNodes.h"
#include "WindowAttributes.h"
#include "opc/Frontend/Graph/Quantised/IntegerProducts.h"
#include "opc/Frontend/Graph/Required.h"

using namespace mlir;

namespace opc::onnx {

/// The node's convolution of x - zeroX with w - zeroW in i32.
static Value integerConv(Node &n, Value x, Value w, Value zeroX, Value zeroW) {
  Value weights = centred(n, w, alongAxis(n, zeroW, n.rank(x), 0));
  return convolveNode(n, centred(n, x, zeroX), weights,
                      n.scalarInt(n.i32Type(), 0), n.i32Type());
}

namespace {

void buildMatMulInteger(Node &n) {
  n.out(0, integerMatMul(n, n.need(0), n.need(1), zeroPoint(n, n.in(2)),
                         zeroPoint(n, n.in(3))));
}

void buildConvInteger(Node &n) {
  n.out(0, integerConv(n, n.need(0), n.need(1), zeroPoint(n, n.in(2)),
                       zeroPoint(n, n.in(3))));
}

void buildQLinearMatMul(Node &n) {
  Value a = n.need(0), b = n.need(3), scaleA = plainScale(n, n.need(1));
  Value scaleB = plainScale(n, n.need(4));
  Value sum =
      integerMatMul(n, a, b, zeroPoint(n, n.need(2)), zeroPoint(n, n.need(5)));
  if (n.failed())
    return;
  if (n.rank(scaleA) == 1) {
    requireOneOr(n, n.dim(scaleA, 0), n.dim(sum, -2),
                 "a_scale has {0} elements, a has {1} rows");
    scaleA = n.unsqueeze(scaleA, {1});
  }
  if (n.rank(scaleB) == 1)
    requireOneOr(n, n.dim(scaleB, 0), n.dim(sum, -1),
                 "b_scale has {0} elements, b has {1} columns");
  n.out(0, requantise(n, sum, scaleA, scaleB, n.need(6), n.need(7)));
}

} // namespace

void buildQLinearConv(Node &n) {
  Value x = n.need(0), w = n.need(3);
  Value sum =
      integerConv(n, x, w, zeroPoint(n, n.need(2)), zeroPoint(n, n.need(5)));
  sum = addChannelBias(n, sum, n.in(8));
  Value scaleW = alongAxis(n, plainScale(n, n.need(4)), n.rank(x), 1);
  n.out(0, requantise(n, sum, plainScale(n, n.need(1)), scaleW, n.need(6),
                      n.need(7)));
}

namespace {

constexpr OpRow kRows[] = {
    {"ConvInteger", 10, kLatest, buildConvInteger},
    {"MatMulInteger", 10, kLatest, buildMatMulInteger},
    {"QLinearConv", 10, kLatest, buildQLinearConv},
    {"QLinearMatMul", 10, kLatest, buildQLinearMatMul},
};

} // namespace

ArrayRef<OpRow> integerContractionRows() { return kRows; }

} // namespace opc::onnx
