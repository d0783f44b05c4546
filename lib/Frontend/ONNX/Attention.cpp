//===- Attention.cpp - Attention, RotaryEmbedding and companions ----------===//
//
// Attention is written out: scores, bias from masks, softmax, product. Scores
// that a mask takes out are minus infinity; a row without any key gives zeros.
//
//===----------------------------------------------------------------------===//
#include "Heads.h"
#include "Node.h"
#include <cmath>

using namespace mlir;

namespace opc::onnx {

Value repeatHeads(Node &n, Value v, AffineExpr heads) {
  Dims d = n.dims(v);
  if (n.failed() || d[1] == heads)
    return v;
  AffineExpr times = n.quotient(heads, d[1]);
  n.requireEqual(times * d[1], heads);
  Value wide =
      n.broadcast(n.unsqueeze(v, {2}), {d[0], d[1], times, d[2], d[3]});
  return n.reshape(wide, {d[0], heads, d[2], d[3]});
}
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// [batch, n, heads * d] -> [batch, heads, n, d]; rank 4 stays.
Value splitHeads(Node &n, Value v, int64_t heads) {
  if (n.failed() || n.rank(v) == 4)
    return v;
  if (n.rank(v) != 3 || heads < 1) {
    n.fail("Q, K and V need rank 4, or rank 3 with numbers of heads");
    return {};
  }
  AffineExpr count = n.expr(heads), each = n.dim(v, 2).floorDiv(heads);
  n.requireEqual(each * heads, n.dim(v, 2));
  return n.transpose(n.splitAxis(v, 2, count, each), {0, 2, 1, 3});
}

struct Scores {
  Value q, k, v;
  /// Added to scores; null: nothing is masked.
  Value bias;
  AffineExpr queries, keys;
  Type element;
};

void addBias(Node &n, Scores &s, Value bias) {
  s.bias = s.bias ? n.add(s.bias, bias) : bias;
}
void allowOnly(Node &n, Scores &s, Value allowed) {
  addBias(n, s,
          n.select(allowed, n.scalar(s.element, 0),
                   n.scalar(s.element, -kInfinity)));
}

/// The mask input, padded to all keys.
void applyMask(Node &n, Scores &s, Value mask) {
  if (!mask || n.failed())
    return;
  bool boolean = n.elementOf(mask).isInteger(1);
  AffineExpr length = n.dim(mask, -1);
  if (length != s.keys) {
    n.requireAtMost(length, s.keys);
    Dims low(n.rank(mask), n.expr(0)), high = low;
    high.back() = s.keys - length;
    mask = n.pad(
        mask, boolean ? n.scalarInt(n.boolType(), 0) : n.like(mask, -kInfinity),
        low, high);
  }
  if (boolean)
    return allowOnly(n, s, mask);
  addBias(n, s, n.cast(mask, s.element));
}

/// Position of a query minus that of a key: offset + i - j.
Value distances(Node &n, const Scores &s, Value offset) {
  Type index = n.i64Type();
  Value i = n.iota(index, 0, {s.queries, n.expr(1)});
  Value j = n.iota(index, 1, {n.expr(1), s.keys});
  return n.sub(n.add(i, offset), j);
}

void applyWindows(Node &n, Scores &s, Value pastKey, Value lengths) {
  bool causal = n.flag("is_causal", false);
  int64_t left = n.integer("left_window_size", -1);
  int64_t right = n.integer("right_window_size", -1);
  Type index = n.i64Type();
  if (causal || left >= 0 || right >= 0) {
    Value offset = n.scalarInt(index, 0);
    if (pastKey)
      offset = n.extentAs(index, n.dim(pastKey, 2));
    else if (lengths)
      offset =
          n.sub(n.unsqueeze(lengths, {1, 2, 3}), n.extentAs(index, s.queries));
    Value distance = distances(n, s, offset);
    if (causal)
      allowOnly(n, s,
                n.compare<GreaterEqualOp>(distance, n.scalarInt(index, 0)));
    if (left >= 0)
      allowOnly(n, s,
                n.compare<LessEqualOp>(distance, n.scalarInt(index, left)));
    if (right >= 0)
      allowOnly(
          n, s,
          n.compare<GreaterEqualOp>(distance, n.scalarInt(index, -right)));
  }
  if (!lengths)
    return;
  Value j = n.iota(index, 3, {n.expr(1), n.expr(1), n.expr(1), s.keys});
  allowOnly(n, s, n.compare<LessOp>(j, n.unsqueeze(lengths, {1, 2, 3})));
}

/// tanh(scores / cap) * cap.
Value softcap(Node &n, Value scores, double cap) {
  if (cap == 0)
    return scores;
  Value limit = n.like(scores, cap);
  return n.mul(n.unary<TanhOp>(n.div(scores, limit)), limit);
}

Value probabilities(Node &n, const Scores &s, Value biased) {
  Type precise = n.elementAttr("softmax_precision", s.element);
  Value wide = n.cast(biased, precise);
  Value p = n.unary<SoftmaxOp>(wide, {{"axis", n.i64(3)}});
  if (!s.bias)
    return p;
  Value most = n.reduce("max", s.bias, {-1}, true);
  Value empty = n.compare<EqualOp>(most, n.like(most, -kInfinity));
  return n.select(empty, n.like(p, 0), p);
}

bool readScores(Node &n, Scores &s) {
  int64_t heads = n.integer("q_num_heads", 0);
  int64_t sharedHeads = n.integer("kv_num_heads", 0);
  s.element = n.elementOf(n.need(0));
  for (int64_t i = 0; i < 3; ++i)
    if (n.need(i) && !n.isFloat(n.in(i)))
      n.fail("queries, keys and values are floats");
  s.q = splitHeads(n, n.need(0), heads);
  s.k = splitHeads(n, n.need(1), sharedHeads);
  s.v = splitHeads(n, n.need(2), sharedHeads);
  if (n.has(4) != n.has(5))
    n.fail("past_key and past_value come together");
  if (n.has(4) && n.has(6))
    n.fail("nonpad_kv_seqlen and past_key exclude each other");
  if (n.has(4)) {
    s.k = n.concat({n.in(4), s.k}, 2);
    s.v = n.concat({n.in(5), s.v}, 2);
  }
  if (n.failed())
    return false;
  s.queries = n.dim(s.q, 2);
  s.keys = n.dim(s.k, 2);
  return true;
}

void buildAttention(Node &n) {
  Scores s;
  if (!readScores(n, s))
    return;
  double cap = n.real("softcap", 0);
  int64_t mode = n.integer("qk_matmul_output_mode", 0);
  n.out(1, s.k);
  n.out(2, s.v);
  applyMask(n, s, n.in(3));
  Value lengths = n.has(6) ? n.cast(n.in(6), n.i64Type()) : Value();
  applyWindows(n, s, n.in(4), lengths);
  AffineExpr heads = n.dim(s.q, 1);
  Value k = repeatHeads(n, s.k, heads), v = repeatHeads(n, s.v, heads);
  std::optional<int64_t> depth = constantOf(n.dim(s.q, 3));
  if (!n.hasAttr("scale") && !depth)
    return n.fail("heads of unknown size without scale are not supported");
  double scale = n.hasAttr("scale")
                     ? n.real("scale", 1)
                     : 1 / std::sqrt(static_cast<double>(*depth));
  Value root = n.scalar(s.element, std::sqrt(scale));
  Value product = n.matmul(n.mul(s.q, root), n.mul(k, root), s.element, false,
                           /*transposeB=*/true);
  Value capped = softcap(n, product, cap);
  Value biased = s.bias ? n.add(capped, s.bias) : capped;
  Value p = n.cast(probabilities(n, s, biased), s.element);
  if (n.wants(3))
    n.out(3, mode == 0 ? product : mode == 1 ? capped : mode == 2 ? biased : p);
  Value y = n.matmul(p, v, s.element);
  if (!n.failed() && n.rank(n.in(0)) == 3) {
    y = n.transpose(y, {0, 2, 1, 3});
    Dims d = n.dims(y);
    y = n.failed() ? y : n.reshape(y, {d[0], d[1], d[2] * d[3]});
  }
  n.out(0, y);
}

/// Rotates pairs of channels by angles given as sines and cosines.
void buildRotaryEmbedding(Node &n) {
  Value x = n.need(0), cos = n.need(1), sin = n.need(2);
  if (n.failed())
    return;
  Dims original = n.dims(x);
  bool packed = n.rank(x) == 3;
  if (packed)
    x = splitHeads(n, x, n.integer("num_heads", 0));
  if (n.failed() || n.rank(x) != 4)
    return n.fail("the input has neither rank 3 with num_heads nor rank 4");
  // [batch, n, heads, d]
  x = n.transpose(x, {0, 2, 1, 3});
  AffineExpr whole = n.dim(x, 3), rotated = whole;
  if (int64_t partial = n.integer("rotary_embedding_dim", 0))
    rotated = n.expr(partial);
  AffineExpr half = rotated.floorDiv(2);
  n.requireAtMost(rotated, whole);
  n.requireEqual(half * 2, rotated);
  if (n.has(3)) {
    cos = n.gather(cos, n.in(3), 0);
    sin = n.gather(sin, n.in(3), 0);
  }
  n.requireEqual(n.dim(cos, -1), half);
  n.requireEqual(n.dim(sin, -1), half);
  cos = n.unsqueeze(cos, {2});
  sin = n.unsqueeze(sin, {2});
  bool interleaved = n.flag("interleaved", false);
  Value part = n.slice(x, 3, n.expr(0), rotated);
  AffineExpr second = interleaved ? n.expr(1) : half;
  int64_t step = interleaved ? 2 : 1;
  Value a = n.slice(part, 3, n.expr(0), half, step);
  Value b = n.slice(part, 3, second, half, step);
  Value real = n.sub(n.mul(cos, a), n.mul(sin, b));
  Value imaginary = n.add(n.mul(sin, a), n.mul(cos, b));
  Value turned;
  if (interleaved)
    turned = n.reshape(
        n.concat({n.unsqueeze(real, {4}), n.unsqueeze(imaginary, {4})}, 4),
        n.dims(part));
  else
    turned = n.concat({real, imaginary}, 3);
  if (rotated != whole)
    turned = n.concat({turned, n.slice(x, 3, rotated, whole - rotated)}, 3);
  if (packed)
    return n.out(0, n.reshape(turned, original));
  n.out(0, n.transpose(turned, {0, 2, 1, 3}));
}

/// A depthwise convolution over what came before and now.
void buildCausalConvWithState(Node &n) {
  Value x = n.need(0), w = n.need(1);
  if (n.failed() || n.rank(x) != 3 || n.rank(w) != 3)
    return n.fail("input or weight has no rank of 3");
  std::optional<int64_t> channels = constantOf(n.dim(w, 0));
  std::optional<int64_t> taps = constantOf(n.dim(w, 2));
  if (!channels || !taps || *channels < 1 || *taps < 1)
    return n.failNeeds("weight");
  n.requireEqual(n.dim(x, 1), n.expr(*channels));
  n.requireEqual(n.dim(w, 1), n.expr(1));
  Dims kept{n.dim(x, 0), n.dim(x, 1), n.expr(*taps - 1)};
  Value past = n.has(3) ? n.in(3) : n.broadcast(n.like(x, 0), kept);
  Value line = n.concat({past, x}, 2);
  Value y = n.emit<ConvOp>({line, w},
                           {{"strides", n.ints(1)},
                            {"dilations", n.ints(1)},
                            {"pad_low", n.ints(0)},
                            {"pad_high", n.ints(0)},
                            {"group", n.i64(*channels)}},
                           n.elementOf(x));
  if (n.has(2))
    y = n.add(y, n.unsqueeze(n.in(2), {1}));
  std::string activation = n.string("activation", "none");
  if (activation == "silu" || activation == "swish")
    y = n.unary<SwishOp>(y, {{"alpha", n.f64(1)}});
  else if (activation != "none")
    return n.fail("activation " + quoted(activation) + " is not known");
  n.out(0, y);
  n.out(1, n.slice(line, 2, n.dim(line, 2) - (*taps - 1), n.expr(*taps - 1)));
}

constexpr OpRow kRows[] = {
    {"Attention", 23, kLatest, buildAttention},
    {"CausalConvWithState", 27, kLatest, buildCausalConvWithState},
    {"RotaryEmbedding", 23, kLatest, buildRotaryEmbedding},
};

} // namespace

ArrayRef<OpRow> attentionRows() { return kRows; }

} // namespace opc::onnx
