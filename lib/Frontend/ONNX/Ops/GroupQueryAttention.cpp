//===- GroupQueryAttention.cpp - attention over a cache of keys -----------===//
//
// Of com.microsoft. Batch b has seqlens_k[b] + 1 keys: those of the past, then
// the new ones. The cache has max(total_sequence_length, its extent) rows.
//
//===----------------------------------------------------------------------===//
#include "Contrib.h"
#include "GroupQuery.h"
#include "opc/Frontend/Graph/Layers/AttentionForm.h"
#include "opc/Frontend/Graph/Layers/Rotation.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

enum Input {
  kQuery,
  kKey,
  kValue,
  kPastKey,
  kPastValue,
  kLengths,
  kTotal,
  kCos,
  kSin,
  kPositions,
  kBias,
  kSink,
  kKeyScale,
  kValueScale,
  kQueryNorm,
  kKeyNorm,
};

/// What the node says, in heads [b, heads, n, d].
struct GroupQuery {
  int64_t heads = 0, shared = 0, window = -1;
  bool causal = true, windowed = false;
  Value q, k, v;
  CacheForm keys, values;
  /// Keys of each batch that come before the new ones, and all (i64 [b]).
  Value kept, lengths;
  AffineExpr queries, total;
};

void checkForm(Node &n, const GroupQuery &g) {
  if (g.heads < 1 || g.shared < 1 || g.heads % g.shared != 0)
    n.fail(formatv("num_heads of {0} is no multiple of kv_num_heads, {1}",
                   g.heads, g.shared));
  if (!g.causal && g.window > 0)
    n.fail(formatv("local_window_size of {0} needs causal=1", g.window));
  for (auto [a, b] : {std::pair{kPastKey, kPastValue},
                      {kKey, kValue},
                      {kCos, kSin},
                      {kQueryNorm, kKeyNorm}})
    if (n.has(a) != n.has(b))
      n.fail(formatv("inputs {0} and {1} come together", int(a), int(b)));
}

/// A cache of a window: what it must have, and what it is not followed with.
void checkWindowed(Node &n, const GroupQuery &g) {
  if (!g.windowed)
    return;
  if (g.window < 1)
    n.fail(
        formatv("sliding_window_cache=1 with local_window_size={0}", g.window));
  if (!n.has(kPastKey))
    n.fail("sliding_window_cache=1 without past_key");
  if (n.has(kBias))
    n.refuse("attention_bias beside sliding_window_cache=1 is not supported",
             "no attention_bias");
  if (n.integer("qk_output", 0) != 0)
    n.refuse("qk_output beside sliding_window_cache=1 is not supported", "0");
}

/// How the caches keep keys and values, and that all dtypes fit.
void readCaches(Node &n, GroupQuery &g) {
  if (n.failed())
    return;
  g.keys = readCacheForm(n, "k_quant_type", kKeyScale, g.k);
  g.values = readCacheForm(n, "v_quant_type", kValueScale, g.v);
  if (!g.keys.scale && !g.values.scale)
    if (int64_t bits = n.integer("kv_cache_bit_width", 0))
      n.fail(
          formatv("kv_cache_bit_width is {0}, but nothing is quantised", bits));
  Type query = n.elementOf(n.in(kQuery));
  for (auto [i, element] : {std::pair{kKey, query},
                            {kValue, query},
                            {kPastKey, elementOfCache(n, g.keys, query)},
                            {kPastValue, elementOfCache(n, g.values, query)}})
    if (n.has(i) && n.elementOf(n.in(i)) != element)
      n.fail(formatv("input {0} is {1}, not {2}", int(i),
                     dtypeName(n.elementOf(n.in(i))), dtypeName(element)));
}

/// Queries, keys and values, in one input or in three.
void readHeads(Node &n, GroupQuery &g) {
  Value q = n.need(kQuery), k = n.in(kKey), v = n.in(kValue);
  for (Value x : {q, k, v})
    if (x && n.rank(x) != 3)
      n.fail("query, key or value has no rank of 3");
  if (n.failed())
    return;
  if (!k) {
    AffineExpr depth = n.quotient(n.dim(q, 2), n.expr(g.heads + 2 * g.shared));
    AffineExpr own = depth * g.heads, other = depth * g.shared;
    v = n.slice(q, 2, own + other, other);
    k = n.slice(q, 2, own, other);
    q = n.slice(q, 2, n.expr(0), own);
  }
  g.q = splitHeads(n, q, g.heads);
  g.k = splitHeads(n, k, g.shared);
  g.v = splitHeads(n, v, g.shared);
  n.requireEqual(n.dim(g.q, 2), n.dim(g.k, 2));
  g.queries = n.dim(g.q, 2);
}

/// Lengths, which must lie in the cache.
void readLengths(Node &n, GroupQuery &g) {
  g.total = n.resolveScalar(n.need(kTotal), "total_sequence_length", 1);
  Value last = n.need(kLengths);
  if (n.failed())
    return;
  n.requireEqual(n.size(last), n.dim(g.q, 0));
  n.requireAtMost(g.queries, g.total,
                  "{0} new tokens, but total_sequence_length is {1}");
  Type index = n.i64Type();
  last = n.cast(n.reshape(last, {n.dim(g.q, 0)}), index);
  Value zero = n.scalarInt(index, 0);
  // There may be no batch.
  Value least = n.min(n.reduce("min", last, {0}, false), zero);
  Value most = n.max(n.reduce("max", last, {0}, false), zero);
  n.bindElement(least, 0, 0, "input 'seqlens_k' holds {0}, less than {1}");
  n.requireAtMost(n.bindElement(most, 0, 0) + 1, g.total,
                  "input 'seqlens_k' asks for {0} keys, but "
                  "total_sequence_length is {1}");
  g.lengths = n.add(last, n.scalarInt(index, 1));
  // The prompt may be padded behind its end: nothing comes before it.
  g.kept = n.max(n.sub(g.lengths, n.extentAs(index, g.queries)), zero);
}

/// x / root(mean(x^2) + epsilon) * weight over each head, in at least f32.
Value normalised(Node &n, Value x, Value weight) {
  double epsilon = n.real("qk_norm_epsilon", 1e-6f); // of no use alone
  if (!weight || n.failed())
    return x;
  Value y = n.unary<NormalizeOp>(wide(n, x), {{"axes", n.ints(3)},
                                              {"epsilon", n.f64(epsilon)},
                                              {"center", n.boolean(false)}});
  return n.mul(y, wide(n, weight));
}

/// Positions [b, n] of the new tokens: behind the kept ones, or as given. The
/// first prompt counts on from the first given one.
Value positionsOf(Node &n, const GroupQuery &g) {
  Type index = n.i64Type();
  Value step = n.iota(index, 1, {n.expr(1), g.queries});
  if (!n.has(kPositions))
    return n.add(n.unsqueeze(g.kept, {1}), step);
  Value given = n.in(kPositions);
  if (n.failed() || n.rank(given) != 2)
    n.fail("position_ids have no rank of 2");
  n.requireEqual(n.dim(given, 0), n.dim(g.q, 0));
  n.requireEqual(n.dim(given, 1), g.queries);
  AffineExpr one = n.expr(1), zero = n.expr(0);
  Value first = n.slice(n.slice(given, 0, zero, one), 1, zero, one);
  Value prompt = n.compare<EqualOp>(n.extentAs(index, g.queries),
                                    n.extentAs(index, g.total));
  return n.select(prompt, n.add(first, step), given);
}

void turn(Node &n, GroupQuery &g) {
  // Exporters write it beside do_rotary=0, too.
  bool interleaved = n.integer("rotary_interleaved", 0) != 0;
  if (n.integer("do_rotary", 0) == 0) {
    for (Input i : {kCos, kSin, kPositions}) // of a rotation that is not done
      n.ignoreInput(i);
    return;
  }
  if (!n.has(kCos)) // nor the sines: they come together
    return n.fail("do_rotary=1 needs cos_cache and sin_cache");
  Value positions = positionsOf(n, g);
  Rotation rotation{rowsAt(n, n.need(kCos), positions),
                    rowsAt(n, n.need(kSin), positions), interleaved};
  for (Value *x : {&g.q, &g.k}) {
    if (n.failed())
      return;
    // The tables may leave their width open.
    Dims dims = n.dims(*x);
    *x = n.reshape(rotate(n, *x, rotation, 1), dims);
  }
}

/// `rows` rows for each head: the first `kept` of `past`, all of `fresh`,
/// zeros.
Value appendRows(Node &n, Value past, Value fresh, Value kept,
                 AffineExpr rows) {
  if (n.failed() || !past || !fresh || !kept)
    return {};
  Type index = n.i64Type();
  AffineExpr one = n.expr(1), zero = n.expr(0);
  Value row = n.iota(index, 2, {one, one, rows});
  Value behind = n.sub(row, n.unsqueeze(kept, {1, 2}));
  Value last = n.sub(n.extentAs(index, n.dim(fresh, 2)), n.scalarInt(index, 1));
  Value added =
      pickRows(n, fresh, n.min(n.max(behind, n.scalarInt(index, 0)), last));
  Dims none(4, zero), high(4, zero);
  high[2] = rows - n.dim(past, 2);
  Value old = n.pad(past, n.like(past, 0), none, high);
  behind = n.unsqueeze(behind, {3});
  Value isOld = n.compare<LessOp>(behind, n.scalarInt(index, 0));
  Value isNew = n.compare<LessEqualOp>(behind, last);
  return n.select(isOld, old, n.select(isNew, added, n.like(added, 0)));
}

void checkCache(Node &n, Value past, Value fresh) {
  if (n.failed() || !past)
    return;
  if (n.rank(past) != 4)
    return n.fail("a cache has no rank of 4");
  for (int64_t axis : {0, 1, 3})
    n.requireEqual(n.dim(past, axis), n.dim(fresh, axis));
}

/// The cache with the new rows; the program checks that it has room for them.
Value present(Node &n, const GroupQuery &g, Value past, Value fresh) {
  if (n.failed())
    return {};
  if (!past) {
    n.requireEqual(g.total, g.queries);
    return fresh;
  }
  AffineExpr size = n.dim(past, 2);
  n.requireAtMost(g.total, size + g.queries,
                  "total_sequence_length is {0}, but past and new tokens are "
                  "{1}");
  // The greater of both.
  AffineExpr rows = n.clamp(size, g.total, n.expr(INT64_MAX));
  return appendRows(n, past, fresh, g.kept, rows);
}

WindowedCache windowOf(Node &n, const GroupQuery &g) {
  return {n.dim(n.in(kPastKey), 2), g.queries, g.window, g.kept, g.lengths};
}

/// Which of the first `total` keys a query sees: [b, 1, n, m].
Value allowedKeys(Node &n, const GroupQuery &g) {
  Type index = n.i64Type();
  if (!g.causal) {
    AffineExpr one = n.expr(1);
    Value j = n.iota(index, 3, {one, one, one, g.total});
    return n.compare<LessOp>(j, n.unsqueeze(g.lengths, {1, 2, 3}));
  }
  Value distance =
      distances(n, g.queries, g.total, n.unsqueeze(g.kept, {1, 2, 3}));
  Value allowed = n.compare<GreaterEqualOp>(distance, n.scalarInt(index, 0));
  if (g.window <= 0)
    return allowed;
  return n.binary<AndOp>(
      allowed, n.compare<LessOp>(distance, n.scalarInt(index, g.window)));
}

/// The score beside the keys': of each head, or 0; null without one.
Value sinkOf(Node &n, const GroupQuery &g) {
  bool smooth = n.integer("smooth_softmax", 0) == 1;
  if (n.has(kSink)) {
    n.requireEqual(n.size(n.in(kSink)), n.expr(g.heads));
    return n.reshape(n.in(kSink), {n.expr(g.heads), n.expr(1), n.expr(1)});
  }
  return smooth ? n.scalar(n.f32Type(), 0) : Value();
}

/// The step whose scores are output 3; empty where that is not wanted.
StringRef stepOfOutput(Node &n) {
  int64_t mode = n.integer("qk_output", 0);
  if (!n.wants(3) || n.failed())
    return "";
  if (mode != 1 && mode != 2)
    n.refuse(formatv("qk_output of {0} gives no output 3", mode), "1 or 2");
  return mode == 1 ? "biased" : "probabilities";
}

void outputScores(Node &n, const AttentionForm &form, Value scores) {
  if (!scores || n.failed())
    return;
  if (form.gives == "biased")
    scores = n.select(form.allowed, scores, n.like(scores, 0));
  n.out(3, n.cast(scores, form.result));
}

/// Keys or values after the step: what the cache holds, and what queries see.
struct Cached {
  Value present, seen;
};

Cached store(Node &n, const GroupQuery &g, const CacheForm &form, Value past,
             Value rows) {
  // Rows are seen as the cache keeps them.
  Value fresh = toCache(n, n.cast(rows, n.elementOf(n.in(kQuery))), form);
  checkCache(n, past, fresh);
  if (n.failed())
    return {};
  if (g.windowed) {
    WindowedCache w = windowOf(n, g);
    Value staged = stagedRows(n, w, past, fresh);
    return {windowedRows(n, w, staged), fromCache(n, staged, form)};
  }
  Value all = present(n, g, past, fresh);
  return {all, fromCache(n, n.slice(all, 2, n.expr(0), g.total), form)};
}

void attendToCache(Node &n, const GroupQuery &g) {
  if (n.failed())
    return;
  Type element = n.elementOf(n.in(kQuery));
  Cached k = store(n, g, g.keys, n.in(kPastKey), g.k);
  Cached v = store(n, g, g.values, n.in(kPastValue), g.v);
  if (n.failed())
    return;
  n.out(1, k.present);
  n.out(2, v.present);
  double scale = n.real("scale", 0);
  auto given = scale != 0 ? std::optional(scale) : std::nullopt;
  AttentionForm form;
  form.result = element;
  form.scale = given;
  form.q = g.q;
  form.k = k.seen;
  form.v = v.seen;
  form.softcap = std::max(n.real("softcap", 0), 0.0);
  form.mask.mask = n.cast(n.in(kBias), n.f32Type());
  form.mask.hidesRest = false;
  form.emptyIsZero = false;
  form.allowed =
      g.windowed ? windowedKeys(n, windowOf(n, g)) : allowedKeys(n, g);
  form.sink = sinkOf(n, g);
  form.gives = stepOfOutput(n);
  Attended r = attend(n, form);
  n.out(0, joinHeads(n, r.y));
  outputScores(n, form, r.scores);
}

void buildGroupQueryAttention(Node &n) {
  GroupQuery g;
  g.heads = n.needInteger("num_heads");
  g.shared = n.needInteger("kv_num_heads");
  if (n.failed())
    return;
  g.window = n.integer("local_window_size", -1);
  g.causal = n.integer("causal", 1) != 0;
  g.windowed = n.integer("sliding_window_cache", 0) != 0;
  checkForm(n, g);
  checkWindowed(n, g);
  readHeads(n, g);
  readCaches(n, g);
  readLengths(n, g);
  g.q = normalised(n, g.q, n.in(kQueryNorm));
  g.k = normalised(n, g.k, n.in(kKeyNorm));
  turn(n, g);
  attendToCache(n, g);
}

constexpr OpRow kRows[] = {
    {"GroupQueryAttention", 1, kLatest, buildGroupQueryAttention},
};

} // namespace

ArrayRef<OpRow> groupQueryRows() { return kRows; }

} // namespace opc::onnx
