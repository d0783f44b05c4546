//===- QuantisedContrib.cpp - ops on 8-bit numbers of com.microsoft -------===//
//
// What onnxruntime's static quantiser writes (QuantFormat.QOperator) for the
// ops that ONNX has no quantised form of: operands become reals, the op
// computes, the result becomes 8 bits again.
//
//===----------------------------------------------------------------------===//
#include "Quantise.h"

using namespace mlir;

namespace opc::onnx {
namespace {

/// A scale or zero point that is one number, as a scalar; null stays null.
Value single(Node &n, Value v) { return n.scalarOf(v, "scale or zero point"); }

/// Input `i`, whose scale and zero point are the two inputs behind it.
Value realInput(Node &n, int64_t i) {
  return dequantise(n, n.need(i), single(n, n.need(i + 1)),
                    single(n, n.in(i + 2)));
}

/// Makes `real` the node's output, with the scale in input `i` and the zero
/// point behind it; without a zero point it has the type `element`.
void quantisedOutput(Node &n, Value real, int64_t i, Type element) {
  Value scale = single(n, n.need(i)), zero = single(n, n.in(i + 1));
  if (n.failed())
    return;
  n.out(0, saturate(n, n.div(real, scale), zero,
                    zero ? n.elementOf(zero) : element));
}

Type firstElement(Node &n) { return n.elementOf(n.need(0)); }

void buildQLinearAdd(Node &n) {
  quantisedOutput(n, n.add(realInput(n, 0), realInput(n, 3)), 6,
                  firstElement(n));
}
void buildQLinearMul(Node &n) {
  quantisedOutput(n, n.mul(realInput(n, 0), realInput(n, 3)), 6,
                  firstElement(n));
}
void buildQLinearSigmoid(Node &n) {
  quantisedOutput(n, n.unary<SigmoidOp>(realInput(n, 0)), 3, firstElement(n));
}
void buildQLinearLeakyRelu(Node &n) {
  Value y = n.unary<LeakyReluOp>(realInput(n, 0),
                                 {{"alpha", n.f64(n.real("alpha", 0.01f))}});
  quantisedOutput(n, y, 3, firstElement(n));
}

void buildQLinearGlobalAveragePool(Node &n) {
  Value x = realInput(n, 0);
  if (n.failed() || n.rank(x) < 3)
    return n.fail("x has no spatial axes");
  int64_t first = n.flag("channels_last", false) ? 1 : 2;
  Ints axes = axesBetween(first, first + n.rank(x) - 2);
  quantisedOutput(n, n.mean(x, axes, true), 3, firstElement(n));
}

/// The op of ai.onnx, as `opset` has it, between reals.
void buildBetweenReals(Node &n, StringRef op, int64_t opset) {
  Value x = realInput(n, 0), scale = n.need(3), zero = n.in(4);
  if (n.failed())
    return;
  const OpRow *row = findRow("ai.onnx", op, opset);
  if (!row)
    return n.fail("opset has no such op");
  Type element = firstElement(n);
  n.replaceInputs({x});
  row->build(n);
  Value y = n.outputs().front();
  n.replaceInputs({x, {}, {}, scale, zero});
  if (!n.failed())
    quantisedOutput(n, y, 3, element);
}

void buildQLinearAveragePool(Node &n) {
  if (n.flag("channels_last", false))
    return n.fail("channels_last = 1 is not supported, 0 is");
  buildBetweenReals(n, "AveragePool", 1);
}
void buildQLinearSoftmax(Node &n) {
  buildBetweenReals(n, "Softmax", n.integer("opset", 0));
}

/// Inputs: scale and zero point of the result, then three for each operand.
void buildQLinearConcat(Node &n) {
  SmallVector<Value> parts;
  for (int64_t i = 2; i + 2 < n.numInputs(); i += 3)
    parts.push_back(realInput(n, i));
  if (parts.empty() || n.failed())
    return n.fail("there is nothing to concatenate");
  int64_t axis = n.axisIn(n.integer("axis", 0), n.rank(parts.front()));
  if (!n.failed())
    quantisedOutput(n, n.concat(parts, axis), 0, n.elementOf(n.need(2)));
}

/// alpha * (a - za)(b - zb) * sa * sb + c, where c counts in steps of the
/// product.
void buildQGemm(Node &n) {
  auto matrix = [&](int64_t i, StringRef transposed) {
    Value v = n.need(i);
    if (n.failed() || n.rank(v) != 2)
      n.fail("an operand has no rank of 2");
    return n.flag(transposed, false) && !n.failed() ? n.transpose(v, {1, 0})
                                                    : v;
  };
  Value scaleB = plainScale(n, n.need(4));
  Value a = matrix(0, "transA"), b = matrix(3, "transB");
  if (n.failed())
    return;
  Value sum =
      integerMatMul(n, a, b, zeroPoint(n, n.need(2)), zeroPoint(n, n.need(5)));
  if (n.has(6))
    sum = n.add(sum, n.in(6));
  Value step = n.mul(single(n, n.need(1)), scaleB);
  step = n.mul(step, n.like(step, n.real("alpha", 1)));
  Value real = n.mul(n.cast(sum, n.elementOf(step)), step);
  if (n.has(7))
    return quantisedOutput(n, real, 7, firstElement(n));
  n.out(0, real);
}

constexpr OpRow kRows[] = {
    {"QGemm", 1, kLatest, buildQGemm},
    {"QLinearAdd", 1, kLatest, buildQLinearAdd},
    {"QLinearAveragePool", 1, kLatest, buildQLinearAveragePool},
    {"QLinearConcat", 1, kLatest, buildQLinearConcat},
    {"QLinearGlobalAveragePool", 1, kLatest, buildQLinearGlobalAveragePool},
    {"QLinearLeakyRelu", 1, kLatest, buildQLinearLeakyRelu},
    {"QLinearMul", 1, kLatest, buildQLinearMul},
    {"QLinearSigmoid", 1, kLatest, buildQLinearSigmoid},
    {"QLinearSoftmax", 1, kLatest, buildQLinearSoftmax},
};

} // namespace

ArrayRef<OpRow> quantisedContribRows() { return kRows; }

} // namespace opc::onnx
