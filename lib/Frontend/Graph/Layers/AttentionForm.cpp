//===- AttentionForm.cpp - attention, written out -------------------------===//
//
// Scores, bias and masks, softmax, product. Heads that share keys are rows of
// one product, so that keys and values are never repeated.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/Graph/Layers/AttentionForm.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

Value splitHeads(Emitter &n, Value v, int64_t heads) {
  if (n.failed() || n.rank(v) == 4)
    return v;
  if (n.rank(v) != 3 || heads < 1) {
    n.fail("Q, K and V need rank 4, or rank 3 with numbers of heads");
    return {};
  }
  AffineExpr count = n.expr(heads), each = n.dim(v, 2).floorDiv(heads);
  n.requireEqual(each * heads, n.dim(v, 2),
                 formatv("{{1} channels do not make {0} heads", heads).str());
  return n.transpose(n.splitAxis(v, 2, count, each), {0, 2, 1, 3});
}

Value joinHeads(Emitter &n, Value v) {
  v = n.transpose(v, {0, 2, 1, 3});
  if (n.failed())
    return {};
  Dims d = n.dims(v);
  return n.reshape(v, {d[0], d[1], d[2] * d[3]});
}

/// [b, heads, n, c] -> [b, shared, heads / shared * n, c].
static Value gathered(Emitter &n, Value v, AffineExpr shared) {
  if (n.failed())
    return {};
  Dims d = n.dims(v);
  if (d[1] == shared)
    return v;
  AffineExpr times = n.quotient(d[1], shared);
  n.requireEqual(times * shared, d[1]);
  return n.reshape(v, {d[0], shared, times * d[2], d[3]});
}

/// The inverse, to the heads and rows of `like`.
static Value spread(Emitter &n, Value v, Value like) {
  if (n.failed() || !v)
    return {};
  Dims d = n.dims(v);
  return n.reshape(v, {d[0], n.dim(like, 1), n.dim(like, 2), d[3]});
}

Value scoresOf(Emitter &n, Value q, Value k, Type element) {
  Value rows = gathered(n, q, n.dim(k, 1));
  return spread(n, n.matmul(rows, k, element, false, /*transposeB=*/true), q);
}

Value weighted(Emitter &n, Value p, Value v) {
  Value rows = gathered(n, p, n.dim(v, 1));
  return spread(n, n.matmul(rows, v, n.elementOf(v)), p);
}

Value collected(Emitter &n, Value p, Value x, AffineExpr shared) {
  return n.matmul(gathered(n, p, shared), gathered(n, x, shared),
                  n.elementOf(x), /*transposeA=*/true);
}

Value softcap(Emitter &n, Value x, double cap) {
  if (cap == 0)
    return x;
  Value limit = n.like(x, cap);
  return n.mul(n.unary<TanhOp>(n.div(x, limit)), limit);
}

/// A scale that is known when compiling.
static std::optional<double> knownScale(std::optional<double> given,
                                        AffineExpr depth) {
  std::optional<int64_t> known = constantOf(depth);
  if (given || !known || *known <= 0)
    return given;
  return 1 / std::sqrt(static_cast<double>(*known));
}

/// The usual scale where the depth is not; halves could not hold it.
static Value scaleAtRunTime(Emitter &n, AffineExpr depth, Type element) {
  Type real = element.isF64() ? element : n.f32Type();
  Value root = n.unary<SqrtOp>(n.extentAs(real, depth));
  return n.div(n.like(root, 1), root);
}

Value scaleOf(Emitter &n, std::optional<double> given, AffineExpr depth,
              Type element) {
  if (std::optional<double> known = knownScale(given, depth))
    return n.scalar(element, *known);
  return n.cast(scaleAtRunTime(n, depth, element), element);
}

Value rootOfScale(Emitter &n, std::optional<double> given, AffineExpr depth,
                  Type element) {
  if (std::optional<double> known = knownScale(given, depth))
    return n.scalar(element, std::sqrt(std::abs(*known)));
  return n.cast(n.unary<SqrtOp>(scaleAtRunTime(n, depth, element)), element);
}

/// Softmax over the keys and one more, whose probability is left out.
static Value softmaxBeside(Emitter &n, Value x, Value sink) {
  sink = n.cast(sink, n.elementOf(x));
  Value most = n.max(n.reduce("max", x, {-1}, true), sink);
  Value e = n.unary<ExpOp>(n.sub(x, most));
  Value sum =
      n.add(n.reduce("sum", e, {-1}, true), n.unary<ExpOp>(n.sub(sink, most)));
  return n.div(e, sum);
}

static Value probabilities(Emitter &n, const AttentionForm &form,
                           Value biased) {
  Value wide = n.cast(biased, form.softmax);
  Value p = form.sink ? softmaxBeside(n, wide, form.sink)
                      : n.unary<SoftmaxOp>(wide, {{"axis", n.i64(3)}});
  if (!form.bias || !form.emptyIsZero)
    return p;
  Value most = n.reduce("max", form.bias, {-1}, true);
  Value empty = n.compare<EqualOp>(most, n.like(most, -kInfinity));
  return n.select(empty, n.like(p, 0), p);
}

Attended attend(Emitter &n, const AttentionForm &form) {
  Attended r;
  n.requireEqual(n.dim(form.k, 1), n.dim(form.v, 1),
                 "the keys have {0} heads, the values {1}");
  auto wide = [&](Value v) { return n.cast(v, form.scores); };
  r.product = scoresOf(n, wide(form.q), wide(form.k), form.scores);
  r.capped = softcap(n, r.product, form.softcap);
  r.biased = form.bias ? n.add(r.capped, wide(form.bias)) : r.capped;
  if (form.allowed)
    r.biased = n.select(form.allowed, r.biased, n.like(r.biased, form.blocked));
  r.probabilities = n.cast(probabilities(n, form, r.biased), form.scores);
  r.y = n.cast(weighted(n, r.probabilities, wide(form.v)), form.result);
  return r;
}

Attended attend(Emitter &n, const ScaledAttention &a) {
  if (n.failed())
    return {};
  Value bias = biasOf(n, a.mask, n.dim(a.q, 2), n.dim(a.k, 2), a.scores);
  Value root = rootOfScale(n, a.scale, n.dim(a.q, 3), a.scores);
  bool isNegative = a.scale && std::signbit(*a.scale);
  AttentionForm form;
  form.q =
      n.mul(n.cast(a.q, a.scores), isNegative ? n.unary<NegOp>(root) : root);
  form.k = n.mul(n.cast(a.k, a.scores), root);
  form.v = a.v;
  form.softcap = a.softcap;
  form.bias = bias;
  form.emptyIsZero = true;
  form.scores = a.scores;
  form.softmax = a.softmax ? a.softmax : a.scores;
  form.result = a.result;
  return attend(n, form);
}

} // namespace opc::graph
