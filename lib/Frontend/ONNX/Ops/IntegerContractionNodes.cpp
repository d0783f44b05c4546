//===- IntegerContractionNodes.cpp - products of quantised tensors
//-------------===//
//
// Zero points are taken away first, in i32, and what is multiplied are nine-bit
// numbers (opc-narrow-integers finds that): padding is 0 then, as everywhere.
//
//===----------------------------------------------------------------------===//
#include "Quantise.h"
#include "WindowAttributes.h"

using namespace mlir;

namespace opc::onnx {

Value zeroPoint(Node &n, Value zero) {
  if (!zero || n.failed())
    return {};
  std::optional<Ints> values = n.constants(zero);
  if (values && llvm::all_of(*values, [](int64_t v) { return v == 0; }))
    return {};
  zero = n.cast(zero, n.i32Type());
  return constantOf(n.size(zero)) == 1 ? n.reshape(zero, {}) : zero;
}

Value plainScale(Node &n, Value scale) {
  bool one = scale && !n.failed() && constantOf(n.size(scale)) == 1;
  return one ? n.reshape(scale, {}) : scale;
}

/// x less its zero point, in i32.
static Value centred(Node &n, Value x, Value zero) {
  x = n.cast(x, n.i32Type());
  return zero ? n.sub(x, zero) : x;
}

Value integerMatMul(Node &n, Value a, Value b, Value zeroA, Value zeroB) {
  bool vectorA = n.rank(a) == 1, vectorB = n.rank(b) == 1;
  if (n.failed() || n.rank(a) == 0 || n.rank(b) == 0) {
    n.fail("an operand is a scalar");
    return {};
  }
  if (vectorA)
    a = n.unsqueeze(a, {0});
  if (vectorB)
    b = n.unsqueeze(b, {1});
  if (zeroA && n.rank(zeroA) == 1)
    zeroA = n.unsqueeze(zeroA, {1});
  Value y = n.matmul(centred(n, a, zeroA), centred(n, b, zeroB), n.i32Type());
  if (vectorA)
    y = n.squeeze(y, {-2});
  return vectorB ? n.squeeze(y, {-1}) : y;
}

/// A value for each index of axis `from` (or one for all) against a tensor of
/// rank `rank`.
static Value alongAxis(Node &n, Value v, int64_t rank, int64_t from) {
  if (!v || n.failed() || n.rank(v) == 0)
    return v;
  return n.unsqueeze(v, axesBetween(1, rank - from));
}

Value integerConv(Node &n, Value x, Value w, Value zeroX, Value zeroW) {
  Value weights = centred(n, w, alongAxis(n, zeroW, n.rank(x), 0));
  return convolveNode(n, centred(n, x, zeroX), weights, n.scalarInt(n.i32Type(), 0),
                  n.i32Type());
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

/// round(sum * scaleA * scaleB / scaleY) + zeroY.
Value requantise(Node &n, Value sum, Value scaleA, Value scaleB, Value scaleY,
                 Value zeroY) {
  Value factor = n.div(n.mul(scaleA, scaleB), n.scalarOf(scaleY, "y_scale"));
  factor = n.cast(factor, n.f32Type());
  Value real = n.mul(n.cast(sum, n.f32Type()), factor);
  return saturate(n, real, n.scalarOf(zeroY, "y_zero_point"),
                  n.elementOf(zeroY));
}

void buildQLinearMatMul(Node &n) {
  Value a = n.need(0), b = n.need(3), scaleA = plainScale(n, n.need(1));
  Value scaleB = plainScale(n, n.need(4));
  Value sum =
      integerMatMul(n, a, b, zeroPoint(n, n.need(2)), zeroPoint(n, n.need(5)));
  if (!n.failed() && n.rank(scaleA) == 1)
    scaleA = n.unsqueeze(scaleA, {1});
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
