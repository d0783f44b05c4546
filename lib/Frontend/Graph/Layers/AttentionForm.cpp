//===- AttentionForm.cpp - attention as one op ----------------------------===//
//
// What opc.attention relies on is checked here; what it is broken down to, the
// op says itself.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/Graph/Layers/AttentionForm.h"
#include "llvm/Support/FormatVariadic.h"

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

/// How many of `heads` share one of `shared`; the program checks that it is a
/// whole number.
static AffineExpr groupOf(Emitter &n, AffineExpr heads, AffineExpr shared) {
  if (n.failed() || heads == shared)
    return n.expr(1);
  AffineExpr times = n.quotient(heads, shared);
  n.requireEqual(times * shared, heads);
  return times;
}

/// Heads that share keys as rows of one matrix.
static Value gathered(Emitter &n, Value v, AffineExpr shared) {
  if (n.failed())
    return {};
  Dims d = n.dims(v);
  if (d[1] == shared)
    return v;
  return n.reshape(v, dimsOfRows(d, shared, groupOf(n, d[1], shared)));
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

Value scaleOf(Emitter &n, std::optional<double> given, AffineExpr depth,
              Type element) {
  return n.failed() ? Value()
                    : scoreBuilder(n, {}).scale(given, depth, element);
}

Value rootOfScale(Emitter &n, std::optional<double> given, AffineExpr depth,
                  Type element) {
  return n.failed() ? Value()
                    : scoreBuilder(n, {}).rootOfScale(given, depth, element);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Checks that heads of queries, keys and values go together; the extents of
/// scores.
static Dims checkedScores(Emitter &n, const AttentionForm &a) {
  constexpr StringRef inner = "inner extents {0} and {1} differ";
  n.requireEqual(n.dim(a.k, 1), n.dim(a.v, 1),
                 "the keys have {0} heads, the values {1}");
  n.requireEqual(n.dim(a.q, 3), n.dim(a.k, 3), inner);
  n.requireEqual(n.dim(a.k, 2), n.dim(a.v, 2), inner);
  Dims scores{n.dim(a.q, 0), n.dim(a.q, 1), n.dim(a.q, 2), n.dim(a.k, 2)};
  for (Value shared : {a.k, a.v}) {
    AffineExpr batch = n.dim(shared, 0);
    if (constantOf(scores[0]) == 1)
      scores[0] = batch;
    else if (constantOf(batch) != 1)
      n.requireEqual(scores[0], batch);
  }
  return scores;
}

/// v with `dims` for its first extents where it has ones.
static Value stretched(Emitter &n, Value v, ArrayRef<AffineExpr> dims) {
  Dims result = n.dims(v);
  for (auto [own, other] : llvm::zip(result, dims))
    if (constantOf(own) == 1)
      own = other;
  return n.broadcast(v, result);
}

namespace {

/// Operands of opc.attention, of which some may be absent, and its attributes.
struct OpParts {
  SmallVector<Value> operands;
  SmallVector<int32_t> segments;
  SmallVector<std::pair<StringRef, Attribute>> attrs;

  void add(Value v) {
    segments.push_back(v ? 1 : 0);
    if (v)
      operands.push_back(v);
  }
  void set(StringRef name, Attribute value, bool isDefault) {
    if (!isDefault)
      attrs.emplace_back(name, value);
  }
};

} // namespace

static Type scoreType(Emitter &n, Value q) {
  Type element = n.elementOf(q);
  return element.getIntOrFloatBitWidth() < 32 ? n.f32Type() : element;
}

static void setAttributes(Emitter &n, const AttentionForm &a, OpParts &parts) {
  OpBuilder &b = n.state.builder;
  parts.set("scale", n.f64(a.scale.value_or(0)), !a.scale);
  parts.set("roots", n.boolean(true), !a.roots);
  parts.set("softcap", n.f64(a.softcap), a.softcap == 0);
  parts.set("causal", n.boolean(true), !a.mask.causal);
  parts.set("left", n.i64(a.mask.left), a.mask.left < 0);
  parts.set("right", n.i64(a.mask.right), a.mask.right < 0);
  parts.set("blocked", n.f64(a.blocked), !a.allowed || a.blocked == -kInfinity);
  parts.set("empty_is_zero", n.boolean(false), a.emptyIsZero);
  if (a.softmax && a.softmax != scoreType(n, a.q))
    parts.set("softmax_type", TypeAttr::get(a.softmax), false);
  parts.set("gives", n.text(a.gives), a.gives.empty());
  AffineExpr heads = n.dim(a.q, 1), shared = n.dim(a.k, 1);
  AffineExpr group = groupOf(n, heads, shared);
  parts.set("group", n.exprs(group),
            heads == shared || (constantOf(heads) && constantOf(shared)));
  parts.set("operandSegmentSizes", b.getDenseI32ArrayAttr(parts.segments),
            false);
}

Attended attend(Emitter &n, AttentionForm a) {
  if (n.failed())
    return {};
  Dims scores = checkedScores(n, a);
  if (n.failed())
    return {};
  KeyMask mask = keyMaskOf(n, a.mask, scores);
  if (a.allowed)
    meet(n, scores, n.dims(a.allowed));
  if (a.sink)
    meet(n, scores, n.dims(a.sink));
  if (n.failed())
    return {};
  a.q = stretched(n, a.q, ArrayRef(scores).take_front(3));
  a.k = stretched(n, a.k, scores[0]);
  a.v = stretched(n, a.v, scores[0]);
  OpParts parts;
  for (Value each :
       {a.q, a.k, a.v, mask.mask, a.allowed, a.sink, mask.first, mask.lengths})
    parts.add(each);
  setAttributes(n, a, parts);
  SmallVector<Type> elements{a.result};
  if (!a.gives.empty())
    elements.push_back(scoreType(n, a.q));
  SmallVector<Value> results = n.emitAll(AttentionOp::getOperationName(),
                                         parts.operands, parts.attrs, elements);
  return {results[0], a.gives.empty() ? Value() : results[1]};
}

} // namespace opc::graph
