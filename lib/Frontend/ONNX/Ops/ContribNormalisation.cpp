//===- ContribNormalisation.cpp - normalised sums of com.microsoft --------===//
//
// Sums of what is skipped and of embeddings, normalised over the last axis.
// Halves are added and normalised in f32 and rounded once.
//
//===----------------------------------------------------------------------===//
#include "Contrib.h"
#include "QuantiseNodes.h"
#include "opc/Frontend/Graph/Required.h"

using namespace mlir;

namespace opc::onnx {
namespace {

/// The type in which x is added up and normalised.
Type wideType(Node &n, Value x) {
  return x && n.elementOf(x).isF64() ? n.elementOf(x) : n.f32Type();
}

/// A sum over the last axis' width, and what is made of it.
struct NormalisedSum {
  Value sum, gamma, beta;
  double epsilon;
  bool center;
  Type element;
};

Value normalised(Node &n, const NormalisedSum &s) {
  if (n.failed() || n.rank(s.sum) < 1)
    return {};
  for (Value v : {s.gamma, s.beta})
    if (v && n.rank(v) != 1)
      n.fail("gamma or beta has no rank of 1");
  Type wide = n.elementOf(s.sum);
  Value y = n.unary<NormalizeOp>(s.sum, {{"axes", n.ints(n.rank(s.sum) - 1)},
                                         {"epsilon", n.f64(s.epsilon)},
                                         {"center", n.boolean(s.center)}});
  y = n.mul(y, n.cast(s.gamma, wide));
  y = s.beta ? n.add(y, n.cast(s.beta, wide)) : y;
  return n.cast(y, s.element);
}

/// Means and reciprocal deviations, which training keeps.
void outputStatistics(Node &n, const NormalisedSum &s) {
  if (!n.wants(1) && !n.wants(2))
    return;
  Value mean = n.mean(s.sum, {-1}, true);
  Value rest = s.center ? n.sub(s.sum, mean) : s.sum;
  Value variance = n.mean(n.mul(rest, rest), {-1}, true);
  Value spread = n.unary<SqrtOp>(n.add(variance, n.like(variance, s.epsilon)));
  n.out(1, mean);
  n.out(2, n.unary<ReciprocalOp>(spread));
}

/// input + skip + bias; `bias` and `beta` are numbers of inputs.
void buildSkip(Node &n, int64_t bias, std::optional<int64_t> beta,
               bool center) {
  Value x = n.need(0), skip = n.need(1);
  Type wide = wideType(n, x);
  if (n.failed())
    return;
  // The skip may lack the batch; it never widens the input.
  if (n.rank(skip) > n.rank(x))
    return n.fail("the skip has a greater rank than the input");
  for (int64_t axis = 1; axis <= n.rank(skip); ++axis)
    if (axis > 2)
      requireOneOr(n, n.dim(skip, -axis), n.dim(x, -axis));
    else
      n.requireEqual(n.dim(skip, -axis), n.dim(x, -axis));
  NormalisedSum s;
  s.sum = n.add(n.cast(x, wide), n.cast(skip, wide));
  if (n.has(bias))
    s.sum = n.add(s.sum, n.cast(n.in(bias), wide));
  s.gamma = n.need(2);
  s.beta = beta ? n.in(*beta) : Value();
  s.epsilon = n.real("epsilon", 1e-12f);
  s.center = center;
  s.element = n.elementOf(x);
  n.out(0, normalised(n, s));
  outputStatistics(n, s);
  n.out(3, n.cast(s.sum, s.element));
}
void buildSkipLayerNormalization(Node &n) {
  buildSkip(n, /*bias=*/4, /*beta=*/3, /*center=*/true);
}
void buildSkipSimplifiedLayerNormalization(Node &n) {
  buildSkip(n, /*bias=*/3, std::nullopt, /*center=*/false);
}

/// Rows of a table as real numbers.
Value rowsOf(Node &n, const Embedding::Table &table, Value ids) {
  Value rows = rowsAt(n, table.rows, ids);
  return table.scale ? dequantise(n, rows, table.scale, table.zero) : rows;
}

/// Rows for given positions, or for 0, 1, ...
Value positionRows(Node &n, const Embedding &e) {
  if (e.positionIds)
    return rowsOf(n, e.positions, e.positionIds);
  Value count = n.iota(n.i32Type(), 0, {n.dim(e.ids, 1)});
  return rowsOf(n, e.positions, count);
}

/// How many of a mask's flags are 1, or zeros without a mask.
Value countOfMask(Node &n, const Embedding &e) {
  Type element = n.i32Type();
  if (!e.mask)
    return n.broadcast(n.scalarInt(element, 0), {n.dim(e.ids, 0)});
  Value one = n.scalarInt(n.elementOf(e.mask), 1);
  Value flags = n.cast(n.compare<EqualOp>(e.mask, one), element);
  return n.reduce("sum", flags, {1}, false);
}

void buildEmbedLayerNormalization(Node &n) {
  Embedding e;
  e.ids = n.need(0);
  e.segmentIds = n.in(1);
  e.words.rows = n.need(2);
  e.positions.rows = n.need(3);
  e.segments.rows = n.in(4);
  e.gamma = n.need(5);
  e.beta = n.need(6);
  e.mask = n.in(7);
  e.positionIds = n.in(8);
  e.epsilon = n.real("epsilon", 1e-12f);
  n.ignore("mask_index_type"); // says what infers types, not what is counted
  buildEmbedding(n, e);
}

constexpr OpRow kRows[] = {
    {"EmbedLayerNormalization", 1, kLatest, buildEmbedLayerNormalization},
    {"SkipLayerNormalization", 1, kLatest, buildSkipLayerNormalization},
    {"SkipSimplifiedLayerNormalization", 1, kLatest,
     buildSkipSimplifiedLayerNormalization},
};

} // namespace

void buildEmbedding(Node &n, const Embedding &e) {
  if (n.failed())
    return;
  for (Value v : {e.ids, e.words.rows, e.positions.rows, e.segmentIds,
                  e.segments.rows, e.positionIds, e.mask})
    if (v && n.rank(v) != 2)
      return n.fail("ids, mask or tables of embeddings have no rank of 2");
  if (!e.segmentIds != !e.segments.rows)
    return n.fail("segment_ids and segment_embedding come together");
  for (Value v : {e.segmentIds, e.mask})
    for (int64_t axis = 0; v && axis < 2; ++axis)
      n.requireEqual(n.dim(v, axis), n.dim(e.ids, axis));
  NormalisedSum s;
  s.element = n.elementOf(e.gamma);
  Type wide = wideType(n, e.gamma);
  s.sum = n.add(n.cast(rowsOf(n, e.words, e.ids), wide),
                n.cast(positionRows(n, e), wide));
  if (e.segmentIds)
    s.sum = n.add(s.sum, n.cast(rowsOf(n, e.segments, e.segmentIds), wide));
  s.gamma = e.gamma;
  s.beta = e.beta;
  s.epsilon = e.epsilon;
  s.center = true;
  n.out(0, normalised(n, s));
  n.out(1, countOfMask(n, e));
  n.out(2, n.cast(s.sum, s.element));
}

ArrayRef<OpRow> contribNormalisationRows() { return kRows; }

} // namespace opc::onnx
