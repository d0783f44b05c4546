//===- IntegerContraction.cpp - products of quantised tensors -------------===//
//
// Zero points are taken out of the product, so that its operands stay 8 bits:
//   (a - za)(b - zb) = ab - za sum(b) - sum(a) zb + k za zb,
// exact in i32 because it wraps.
//
//===----------------------------------------------------------------------===//
#include "Quantise.h"
#include "Window.h"
#include "llvm/Support/FormatVariadic.h"

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

Value integerMatMul(Node &n, Value a, Value b, Value zeroA, Value zeroB) {
  Type wide = n.i32Type();
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
  Value y = n.matmul(a, b, wide);
  if (zeroA) {
    Value columns = n.reduce("sum", n.cast(b, wide), {-2}, true);
    y = n.sub(y, n.mul(zeroA, columns));
  }
  if (zeroB) {
    Value rows = n.reduce("sum", n.cast(a, wide), {-1}, true);
    y = n.sub(y, n.mul(rows, zeroB));
  }
  if (zeroA && zeroB)
    y = n.add(y, n.mul(n.extentAs(wide, n.dim(a, -1)), n.mul(zeroA, zeroB)));
  if (vectorA)
    y = n.squeeze(y, {-2});
  return vectorB ? n.squeeze(y, {-1}) : y;
}

/// A value for each output channel (or one for all) against [N, M, ...].
static Value channelwise(Node &n, Value v, int64_t rank) {
  if (!v || n.failed() || n.rank(v) == 0)
    return v;
  Ints axes;
  for (int64_t axis = 1; axis < rank - 1; ++axis)
    axes.push_back(axis);
  return n.unsqueeze(v, axes);
}

Value integerConv(Node &n, Value x, Value w, Value zeroX, Value zeroW) {
  Type wide = n.i32Type();
  int64_t rank = n.rank(x);
  if (zeroW) {
    Value plain = n.cast(x, wide), weights = n.cast(w, wide);
    if (zeroX)
      plain = n.sub(plain, zeroX);
    if (n.rank(zeroW) == 1)
      zeroW = n.unsqueeze(zeroW, [&] {
        Ints axes;
        for (int64_t axis = 1; axis < rank; ++axis)
          axes.push_back(axis);
        return axes;
      }());
    weights = n.sub(weights, zeroW);
    return convolve(n, plain, weights, n.scalarInt(wide, 0), wide);
  }
  if (!zeroX)
    return convolve(n, x, w, n.like(x, 0), wide);
  // Padding stands for 0, that is, for x's zero point.
  std::optional<Ints> kernel = convKernel(n, x, w);
  Value filler = n.cast(zeroX, n.elementOf(x));
  std::optional<Window> window =
      kernel ? readWindow(n, x, *kernel, filler) : std::nullopt;
  if (!window)
    return {};
  Dims low(2, n.expr(0)), high(2, n.expr(0));
  llvm::append_range(low, n.exprList(window->low));
  llvm::append_range(high, n.exprList(window->high));
  x = n.pad(x, filler, low, high);
  window->low = window->high = Ints(rank - 2, 0);
  int64_t group = n.integer("group", 1);
  if (group < 1 || group > std::numeric_limits<int32_t>::max()) {
    n.fail("group is out of range");
    return {};
  }
  n.requireEqual(n.dim(x, 1), n.dim(w, 1) * group);
  n.requireEqual(n.dim(w, 0).floorDiv(group) * group, n.dim(w, 0));
  Value y = n.emit<ConvOp>(
      {x, w}, window->attributes(n, {{"group", n.i64(group)}}), wide);
  Ints axes = axesUpTo(rank);
  Value sums = n.reduce("sum", n.cast(w, wide),
                        ArrayRef<int64_t>(axes).drop_front(), false);
  return n.sub(y, n.mul(zeroX, channelwise(n, sums, rank)));
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

/// A scale that is one number, whatever its shape, as a scalar.
Value plainScale(Node &n, Value scale) {
  bool one = scale && !n.failed() && constantOf(n.size(scale)) == 1;
  return one ? n.reshape(scale, {}) : scale;
}

/// round(sum * scaleA * scaleB / scaleY) + zeroY.
Value requantise(Node &n, Value sum, Value scaleA, Value scaleB, Value scaleY,
                 Value zeroY) {
  Value factor = n.div(n.mul(scaleA, scaleB), plainScale(n, scaleY));
  factor = n.cast(factor, n.f32Type());
  Value real = n.mul(n.cast(sum, n.f32Type()), factor);
  return saturate(n, real, n.reshape(zeroY, {}), n.elementOf(zeroY));
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

void buildQLinearConv(Node &n) {
  Value x = n.need(0), w = n.need(3);
  Value sum =
      integerConv(n, x, w, zeroPoint(n, n.need(2)), zeroPoint(n, n.need(5)));
  sum = addChannelBias(n, sum, n.in(8));
  Value scaleW = channelwise(n, plainScale(n, n.need(4)), n.rank(x));
  n.out(0, requantise(n, sum, plainScale(n, n.need(1)), scaleW, n.need(6),
                      n.need(7)));
}

constexpr OpRow kRows[] = {
    {"ConvInteger", 10, kLatest, buildConvInteger},
    {"MatMulInteger", 10, kLatest, buildMatMulInteger},
    {"QLinearConv", 10, kLatest, buildQLinearConv},
    {"QLinearMatMul", 10, kLatest, buildQLinearMatMul},
};

} // namespace

ArrayRef<OpRow> integerContractionRows() { return kRows; }

} // namespace opc::onnx
