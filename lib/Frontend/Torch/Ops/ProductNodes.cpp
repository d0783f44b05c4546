//===- ProductNodes.cpp - products of matrices, distances of rows
//-------------===//
#include "PromotedOperands.h"
#include "opc/Frontend/Graph/Arrays/Einsum.h"
#include "opc/Frontend/Graph/Arrays/MatrixProduct.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// Operands of one dtype that opc multiplies: halves as f32.
bool checkAlike(Node &n, ArrayRef<Value> values) {
  for (Value value : values)
    if (!n.failed() && n.elementOf(value) != n.elementOf(values[0]))
      n.fail("operands have different dtypes");
  if (!n.failed() && isBool(n.elementOf(values[0])))
    n.refuse("products of bool are not supported", "integers");
  return !n.failed();
}

/// a b, added up in f32 for halves.
Value product(Node &n, Value a, Value b) {
  if (!checkAlike(n, {a, b}))
    return {};
  a = wide(n, a);
  b = wide(n, b);
  // 8-bit products would be added up in another type than torch's, which wraps.
  if (!n.isFloat(a) && n.elementOf(a).getIntOrFloatBitWidth() < 32) {
    a = n.cast(a, n.i32Type());
    b = n.cast(b, n.i32Type());
  }
  return matrixProduct(n, a, b);
}
void requireRanks(Node &n, Value a, int64_t rankA, Value b, int64_t rankB) {
  if (!n.failed() && (n.rank(a) != rankA || n.rank(b) != rankB))
    n.fail(formatv("ranks {0} and {1} are not {2} and {3}", n.rank(a),
                   n.rank(b), rankA, rankB));
}

template <int64_t RankA, int64_t RankB>
void multiply(Node &n, StringRef first, StringRef second) {
  Value a = n.tensor(first), b = n.tensor(second);
  requireRanks(n, a, RankA, b, RankB);
  n.out(n.cast(product(n, a, b), n.elementOf(a)));
}
void buildMm(Node &n) { multiply<2, 2>(n, "self", "mat2"); }
void buildBmm(Node &n) { multiply<3, 3>(n, "self", "mat2"); }
void buildMv(Node &n) { multiply<2, 1>(n, "self", "vec"); }
void buildDot(Node &n) { multiply<1, 1>(n, "self", "tensor"); }

void buildMatmul(Node &n) {
  Value a = n.tensor("self"), b = n.tensor("other");
  n.out(n.cast(product(n, a, b), n.elementOf(a)));
}

Value scaledBy(Node &n, Value x, const Operand &factor) {
  if (n.failed() || factor.isConstant(1))
    return x;
  if (!n.isFloat(x) && factor.isReal())
    n.fail("a factor of integers is real");
  return n.mul(x, as(n, factor, n.elementOf(x)));
}

/// beta * self + alpha * a b, where beta of 0 takes nothing of self. With
/// `total` products of a batch are added up.
void addProduct(Node &n, StringRef first, StringRef second,
                bool total = false) {
  Value self = n.tensor("self"), a = n.tensor(first), b = n.tensor(second);
  Operand beta = n.operand("beta"), alpha = n.operand("alpha");
  if (!checkAlike(n, {self, a, b}))
    return;
  Value y = product(n, a, b);
  if (total)
    y = n.reduce("sum", y, {0}, false);
  y = scaledBy(n, y, alpha);
  if (!beta.isConstant(0))
    y = n.add(y, scaledBy(n, n.cast(self, n.elementOf(y)), beta));
  n.out(n.cast(y, n.elementOf(self)));
}
void buildAddmm(Node &n) { addProduct(n, "mat1", "mat2"); }
void buildAddbmm(Node &n) { addProduct(n, "batch1", "batch2", true); }
void buildBaddbmm(Node &n) { addProduct(n, "batch1", "batch2"); }
void buildAddmv(Node &n) { addProduct(n, "mat", "vec"); }

/// x w^T + bias.
void buildLinear(Node &n) {
  Value x = n.tensor("input"), w = n.tensor("weight"),
        bias = n.optionalTensor("bias");
  if (!checkAlike(n, {x, w}))
    return;
  if (n.rank(w) > 2 || n.rank(w) < 1)
    return n.fail(formatv("a weight of rank {0}", n.rank(w)));
  Value a = wide(n, x), b = wide(n, w);
  if (!n.isFloat(a))
    return n.refuse("integers are not supported", "reals");
  Value y;
  if (n.rank(w) == 1 || n.rank(x) == 1)
    y = matrixProduct(n, a, n.rank(w) == 1 ? b : n.transpose(b, {1, 0}));
  else
    y = n.matmul(a, b, n.elementOf(a), false, true);
  if (bias)
    y = n.add(y, wide(n, bias));
  n.out(n.cast(y, n.elementOf(x)));
}

void buildOuter(Node &n) {
  Value a = n.tensor("self"), b = n.tensor("vec2");
  if (n.failed())
    return;
  n.out(n.mul(n.unsqueeze(a, {1}), n.unsqueeze(b, {0})));
}

void buildEinsum(Node &n) {
  std::string equation;
  for (char c : n.string("equation"))
    if (c != ' ')
      equation += c;
  SmallVector<Value> operands = n.tensors("tensors");
  n.ignore("path"); // in which order is opc's to say
  if (!checkAlike(n, operands))
    return;
  n.out(n.cast(einsum(n, equation, operands), n.elementOf(operands[0])));
}

/// Rows x1 [..., n, m] and x2 [..., k, m] as differences [..., n, k, m].
Value differences(Node &n, Value &a, Value b) {
  if (!n.failed() && (n.rank(a) < 2 || n.rank(b) < 2 || !n.isFloat(a) ||
                      n.elementOf(a) != n.elementOf(b)))
    n.refuse("integers are not supported", "matrices of reals");
  if (n.failed())
    return {};
  a = wide(n, a);
  return n.sub(n.unsqueeze(a, {n.rank(a) - 1}),
               n.unsqueeze(wide(n, b), {n.rank(b) - 2}));
}
Value power(Node &n, Value x, double exponent) {
  return n.binary<PowOp>(x, n.like(x, exponent));
}
void buildDistances(Node &n) {
  Value a = n.tensor("x1"), b = n.tensor("x2");
  double p = n.real("p");
  n.ignore("compute_mode"); // how, not what
  Value x = n.unary<AbsOp>(differences(n, a, b));
  if (n.failed())
    return;
  auto sum = [&](Value v) {
    return n.reduce("sum", v, {n.rank(v) - 1}, false);
  };
  Value y;
  if (p == 0)
    y = sum(n.min(n.unary<CeilOp>(x), n.like(x, 1))); // NaN stays
  else if (p == 1)
    y = sum(x);
  else if (p == 2)
    y = n.unary<SqrtOp>(sum(n.mul(x, x)));
  else if (std::isinf(p))
    // Of rows without elements it is 0.
    y = n.max(n.reduce("max", x, {n.rank(x) - 1}, false), n.like(x, 0));
  else
    y = power(n, sum(power(n, x, p)), 1 / p);
  n.out(n.cast(y, n.elementOf(n.tensor("x1"))));
}
/// Of the distances of rows x1 to the others.
void buildDistancesBackward(Node &n) {
  Value grad = n.tensor("grad"), a = n.tensor("x1"), b = n.tensor("x2"),
        distance = n.tensor("cdist");
  double p = n.real("p");
  Value x = differences(n, a, b);
  if (n.failed())
    return;
  auto line = [&](Value v) { return n.unsqueeze(wide(n, v), {n.rank(v)}); };
  Value g = line(grad), d = line(distance), zero = n.like(x, 0), y;
  Value size = n.unary<AbsOp>(x), sign = n.unary<SignOp>(x);
  if (p == 0)
    y = n.broadcast(zero, n.dims(x));
  else if (p == 1)
    y = n.mul(g, sign);
  else if (std::isinf(p))
    y = n.select(n.compare<EqualOp>(size, d), n.mul(g, sign), zero);
  else
    y = n.mul(n.mul(sign, power(n, size, p - 1)), n.div(g, power(n, d, p - 1)));
  // Of rows that are the same there is none, nor where a power has none.
  Value isNone = n.compare<EqualOp>(d, zero);
  if (p < 2)
    isNone = n.binary<OrOp>(isNone, n.compare<EqualOp>(size, zero));
  y = n.select(isNone, zero, y);
  n.out(n.cast(n.reduce("sum", y, {n.rank(y) - 2}, false), n.elementOf(grad)));
}

constexpr OpRow kRows[] = {
    {"aten::_cdist_forward(Tensor x1, Tensor x2, float p, int? compute_mode) "
     "-> Tensor",
     buildDistances},
    {"aten::_cdist_backward(Tensor grad, Tensor x1, Tensor x2, float p, Tensor "
     "cdist) -> Tensor",
     buildDistancesBackward},
    {"aten::addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar "
     "beta=1, Scalar alpha=1) -> Tensor",
     buildAddbmm},
    {"aten::mm(Tensor self, Tensor mat2) -> Tensor", buildMm},
    {"aten::bmm(Tensor self, Tensor mat2) -> Tensor", buildBmm},
    {"aten::mv(Tensor self, Tensor vec) -> Tensor", buildMv},
    {"aten::dot(Tensor self, Tensor tensor) -> Tensor", buildDot},
    {"aten::matmul(Tensor self, Tensor other) -> Tensor", buildMatmul},
    {"aten::addmm(Tensor self, Tensor mat1, Tensor mat2, *, Scalar beta=1, "
     "Scalar alpha=1) -> Tensor",
     buildAddmm},
    {"aten::baddbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar "
     "beta=1, Scalar alpha=1) -> Tensor",
     buildBaddbmm},
    {"aten::addmv(Tensor self, Tensor mat, Tensor vec, *, Scalar beta=1, "
     "Scalar alpha=1) -> Tensor",
     buildAddmv},
    {"aten::linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor",
     buildLinear},
    {"aten::outer(Tensor self, Tensor vec2) -> Tensor", buildOuter},
    {"aten::einsum(str equation, Tensor[] tensors, *, int[]? path=None) -> "
     "Tensor",
     buildEinsum},
};

} // namespace

ArrayRef<OpRow> productRows() { return kRows; }

} // namespace opc::torch
