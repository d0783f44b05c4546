//===- QuantisedContrib.cpp - ops on 8-bit numbers of com.microsoft -------===//
//
// What onnxruntime's static quantiser writes (QuantFormat.QOperator) for the
// ops that ONNX has no quantised form of: operands become reals, the op
// computes, the result becomes 8 bits again.
//
//===----------------------------------------------------------------------===//
#include "Contrib.h"
#include "QuantiseNodes.h"
#include "opc/Frontend/Graph/Quantised/IntegerProducts.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

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
    return n.refuse("channels_last = 1 is not supported", "0");
  buildBetweenReals(n, "AveragePool", 1);
}
void buildQLinearSoftmax(Node &n) {
  buildBetweenReals(n, "Softmax", n.needInteger("opset"));
}

/// Inputs: scale and zero point of the result, then three for each operand.
void buildQLinearConcat(Node &n) {
  SmallVector<Value> parts;
  for (int64_t i = 2; i + 2 < n.numInputs(); i += 3)
    parts.push_back(realInput(n, i));
  if (parts.empty() || n.failed())
    return n.fail("there is nothing to concatenate");
  int64_t axis = n.axisIn(n.needInteger("axis"), n.rank(parts.front()));
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

/// Where the condition holds x, else y, both as reals.
void buildQLinearWhere(Node &n) {
  Value real = n.select(n.need(0), realInput(n, 1), realInput(n, 4));
  quantisedOutput(n, real, 7, n.elementOf(n.need(1)));
}

/// The op of ai.onnx; with channels_last between transposes, as the weights lie
/// alike.
void buildContribQLinearConv(Node &n) {
  if (n.integer("channels_last", 0) == 0)
    return buildQLinearConv(n);
  SmallVector<Value> inputs;
  for (int64_t i = 0; i < n.numInputs(); ++i)
    inputs.push_back(n.in(i));
  Value x = n.need(0);
  if (n.failed() || n.rank(x) < 3)
    return n.fail("x has no spatial axes");
  Ints first{0, n.rank(x) - 1}, last{0};
  llvm::append_range(first, axesBetween(1, n.rank(x) - 1));
  llvm::append_range(last, axesBetween(2, n.rank(x)));
  last.push_back(1);
  SmallVector<Value> turned(inputs);
  turned[0] = n.transpose(x, first);
  n.replaceInputs(turned);
  buildQLinearConv(n);
  n.replaceInputs(inputs);
  n.out(0, n.transpose(n.outputs().front(), last));
}

/// Products of 16-bit numbers, whose sums wrap at 32 bits.
void buildMatMulInteger16(Node &n) {
  n.out(0, integerMatMul(n, n.need(0), n.need(1), {}, {}));
}

/// Input `i` of integers with its scale and zero point, by their inputs.
Embedding::Table tableOf(Node &n, int64_t i, int64_t scale, int64_t zero) {
  return {n.need(i), single(n, n.need(scale)), single(n, n.need(zero))};
}
/// The same as reals.
Value realTable(Node &n, int64_t i, int64_t scale, int64_t zero) {
  Embedding::Table t = tableOf(n, i, scale, zero);
  return n.failed() ? Value() : dequantise(n, t.rows, t.scale, t.zero);
}

void buildQEmbedLayerNormalization(Node &n) {
  Embedding e;
  e.ids = n.need(0);
  e.segmentIds = n.in(1);
  e.words = tableOf(n, 2, 8, 13);
  e.positions = tableOf(n, 3, 9, 14);
  for (int64_t i : {4, 10, 15}) // without segments there is no table of them
    n.ignoreInput(i);
  if (n.has(1))
    e.segments = tableOf(n, 4, 10, 15);
  e.gamma = realTable(n, 5, 11, 16);
  e.beta = realTable(n, 6, 12, 17);
  e.mask = n.in(7);
  e.epsilon = n.real("epsilon", 1e-12f);
  buildEmbedding(n, e);
}

/// Fails where input `i` has another rank, or no type that quantised numbers
/// have.
void requireBytes(Node &n, int64_t i, StringRef name, int64_t rank) {
  Value v = n.need(i);
  if (n.failed())
    return;
  if (!n.elementOf(v).isInteger(8))
    n.fail(
        formatv("{0} is {1}, not i8 or u8", name, dtypeName(n.elementOf(v))));
  else if (n.rank(v) != rank)
    n.fail(formatv("{0} has rank {1}, not {2}", name, n.rank(v), rank));
}

/// `v` (null stays null) with one element for all columns, or one for each of
/// `columns`; of an unknown extent the run may show either.
Value ofColumns(Node &n, Value v, StringRef name, AffineExpr columns) {
  if (!v || n.failed() || constantOf(n.size(v)) == 1)
    return v;
  if (n.rank(v) != 1)
    n.fail(formatv("{0} has rank {1}, not 0 or 1", name, n.rank(v)));
  else if (constantOf(n.dim(v, 0)))
    n.requireEqual(
        n.dim(v, 0), columns,
        formatv("{0} has {{0} elements for {{1} columns", name).str());
  return v;
}

/// Fails where a zero point (or null) is not of the type of what it belongs to.
void requireTypeOf(Node &n, Value zero, Value x, StringRef name) {
  if (zero && !n.failed() && n.elementOf(zero) != n.elementOf(x))
    n.fail(formatv("{0} is {1}, not {2}", name, dtypeName(n.elementOf(zero)),
                   dtypeName(n.elementOf(x))));
}

/// Queries, keys and values of QAttention: the product is exact, and what
/// follows is f32, as whole numbers may lie beyond the range of a half.
Value quantisedProjection(Node &n) {
  requireBytes(n, 0, "input", 3);
  requireBytes(n, 1, "weight", 2);
  Value x = n.need(0), weights = n.need(1), bias = n.need(2);
  Value scaleX = n.scalarOf(n.need(3), "input_scale");
  Value zeroX = n.scalarOf(n.in(6), "input_zero_point");
  requireTypeOf(n, zeroX, x, "input_zero_point");
  requireTypeOf(n, n.in(7), weights, "weight_zero_point");
  if (n.failed())
    return {};
  AffineExpr columns = n.dim(weights, 1);
  Value scaleW = ofColumns(n, n.need(4), "weight_scale", columns);
  Value zeroW = ofColumns(n, n.in(7), "weight_zero_point", columns);
  if (n.rank(bias) != 1)
    n.fail(formatv("bias has rank {0}, not 1", n.rank(bias)));
  else
    n.requireEqual(n.dim(bias, 0), columns,
                   "bias has {0} elements for {1} columns");
  if (n.failed())
    return {};
  Value sum =
      integerMatMul(n, x, weights, zeroPoint(n, zeroX), zeroPoint(n, zeroW));
  Value step = n.mul(wide(n, scaleX), wide(n, plainScale(n, scaleW)));
  Value real = n.mul(n.cast(sum, n.f32Type()), step);
  if (!n.failed())
    n.requireEqual(n.dim(real, -1), columns);
  return n.cast(n.add(real, wide(n, bias)), n.elementOf(bias));
}

void buildQAttention(Node &n) {
  MergedAttention merged;
  merged.qkv = quantisedProjection(n);
  if (n.failed())
    return;
  merged.mask = n.in(5);
  merged.past = n.in(8);
  merged.hidden = merged.valueHidden =
      n.quotient(n.dim(merged.qkv, -1), n.expr(3));
  buildMergedAttention(n, merged);
}

constexpr OpRow kRows[] = {
    {"DequantizeLinear", 1, kLatest, buildDequantizeLinear},
    {"MatMulInteger16", 1, kLatest, buildMatMulInteger16},
    {"QAttention", 1, kLatest, buildQAttention},
    {"QEmbedLayerNormalization", 1, kLatest, buildQEmbedLayerNormalization},
    {"QGemm", 1, kLatest, buildQGemm},
    {"QLinearAdd", 1, kLatest, buildQLinearAdd},
    {"QLinearAveragePool", 1, kLatest, buildQLinearAveragePool},
    {"QLinearConcat", 1, kLatest, buildQLinearConcat},
    {"QLinearConv", 1, kLatest, buildContribQLinearConv},
    {"QLinearGlobalAveragePool", 1, kLatest, buildQLinearGlobalAveragePool},
    {"QLinearLeakyRelu", 1, kLatest, buildQLinearLeakyRelu},
    {"QLinearMul", 1, kLatest, buildQLinearMul},
    {"QLinearSigmoid", 1, kLatest, buildQLinearSigmoid},
    {"QLinearSoftmax", 1, kLatest, buildQLinearSoftmax},
    {"QLinearWhere", 1, kLatest, buildQLinearWhere},
    {"QuantizeLinear", 1, kLatest, buildQuantizeLinear},
};

} // namespace

ArrayRef<OpRow> quantisedContribRows() { return kRows; }

} // namespace opc::onnx
