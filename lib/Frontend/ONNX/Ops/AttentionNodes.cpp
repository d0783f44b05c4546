//===- AttentionNodes.cpp - Attention of ai.onnx, and its convolution
//----------===//
//
// Attention is written out: scores, bias from masks, softmax, product. Scores
// that a mask takes out are minus infinity; a row without any key gives zeros.
//
//===----------------------------------------------------------------------===//
#include "AttentionForm.h"
#include "opc/Frontend/Graph/Wide.h"
#include <cmath>

using namespace mlir;

namespace opc::onnx {
namespace {

struct Scores {
  Value q, k, v;
  /// Added to scores; null: nothing is masked.
  Value bias;
  AffineExpr queries, keys;
  /// Of scores: at least f32.
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
    Value distance = distances(n, s.queries, s.keys, offset);
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

bool readScores(Node &n, Scores &s) {
  int64_t heads = n.integer("q_num_heads", 0);
  int64_t sharedHeads = n.integer("kv_num_heads", 0);
  s.element = n.elementOf(wide(n, n.need(0)));
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
  int64_t mode = n.integer("qk_matmul_output_mode", 0);
  n.out(1, s.k);
  n.out(2, s.v);
  applyMask(n, s, n.in(3));
  Value lengths = n.has(6) ? n.cast(n.in(6), n.i64Type()) : Value();
  applyWindows(n, s, n.in(4), lengths);
  double scale =
      n.hasAttr("scale") ? n.real("scale", 1) : usualScale(n, n.dim(s.q, 3));
  if (!(scale >= 0))
    return n.fail("scale is negative");
  Value root = n.scalar(s.element, std::sqrt(scale));
  AttentionForm form;
  form.q = n.mul(n.cast(s.q, s.element), root);
  form.k = n.mul(n.cast(s.k, s.element), root);
  form.v = s.v;
  form.softcap = n.real("softcap", 0);
  form.bias = s.bias;
  form.emptyIsZero = true;
  form.scores = s.element;
  form.result = n.elementOf(n.need(0));
  form.softmax = n.elementAttr("softmax_precision", s.element);
  Attended r = attend(n, form);
  if (n.wants(3))
    n.out(3, rounded(n, mode == 0   ? r.product
                        : mode == 1 ? r.capped
                        : mode == 2 ? r.biased
                                    : r.probabilities));
  bool packed = !n.failed() && n.rank(n.in(0)) == 3;
  n.out(0, packed ? joinHeads(n, r.y) : r.y);
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
  Value all = wide(n, line);
  Value y = n.emit<ConvOp>({all, wide(n, w)},
                           {{"strides", n.ints(1)},
                            {"dilations", n.ints(1)},
                            {"pad_low", n.ints(0)},
                            {"pad_high", n.ints(0)},
                            {"group", n.i64(*channels)}},
                           n.elementOf(all));
  if (n.has(2))
    y = n.add(y, n.unsqueeze(wide(n, n.in(2)), {1}));
  std::string activation = n.string("activation", "none");
  if (activation == "silu" || activation == "swish")
    y = n.unary<SwishOp>(y, {{"alpha", n.f64(1)}});
  else if (activation != "none")
    return n.fail("activation " + quoted(activation) + " is not known");
  n.out(0, rounded(n, y));
  n.out(1, n.slice(line, 2, n.dim(line, 2) - (*taps - 1), n.expr(*taps - 1)));
}

constexpr OpRow kRows[] = {
    {"Attention", 23, kLatest, buildAttention},
    {"CausalConvWithState", 27, kLatest, buildCausalConvWithState},
};

} // namespace

ArrayRef<OpRow> attentionRows() { return kRows; }

} // namespace opc::onnx
