//===- ContribAttention.cpp - attention of com.microsoft ------------------===//
//
// MultiHeadAttention and Attention: a padded key loses mask_filter_value, a
// later one has the least score of the type, as in onnxruntime.
//
//===----------------------------------------------------------------------===//
#include "Contrib.h"
#include "opc/Frontend/Graph/Layers/AttentionForm.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// Heads [b, heads, .., d] with what came before, and what comes out of them.
struct Cached {
  /// All keys (or values) that there are, and the output `present`.
  Value all, present;
};

/// Sizes of one attention.
struct Extents {
  AffineExpr batch, queries, keys;
  /// Position of the first query among the keys.
  AffineExpr past;
};

/// `fresh` behind `past` (null: nothing is), whose rows from `length` on are a
/// buffer to write to where it is given; `present` is of the type `element`,
/// all others of that of `fresh`.
Cached append(Node &n, Value past, Value fresh, AffineExpr length,
              Type element) {
  if (n.failed() || !past)
    return {fresh, n.cast(fresh, element)};
  past = n.cast(past, n.elementOf(fresh));
  if (!length) {
    Value all = n.concat({past, fresh}, 2);
    return {all, n.cast(all, element)};
  }
  AffineExpr end = length + n.dim(fresh, 2), size = n.dim(past, 2);
  n.requireAtMost(end, size);
  Value before = n.slice(past, 2, n.expr(0), length);
  Value all = n.concat({before, fresh}, 2);
  Value rest = n.slice(past, 2, end, size - end);
  return {all, n.cast(n.concat({all, rest}, 2), element)};
}

/// The one number of the input `past_sequence_length`, or null.
AffineExpr pastLength(Node &n, Value v) {
  if (!v || n.failed())
    return {};
  return n.resolveScalar(v, "past_sequence_length", 0);
}

double filterOf(Node &n) { return n.real("mask_filter_value", -10000.0); }

/// What is added to scores where `valid` does not hold.
Value filtered(Node &n, Value valid) {
  return n.select(valid, n.scalar(n.f32Type(), 0),
                  n.scalar(n.f32Type(), filterOf(n)));
}

/// Of numbers that say which keys count: [b] where they end; [2 b] then where
/// they start; [3 b + 2] then where queries and keys would lie if packed.
Value maskOfLengths(Node &n, Value mask, const Extents &x) {
  AffineExpr size = n.dim(mask, 0), twice = x.batch * 2;
  AffineExpr thrice = x.batch * 3 + 2;
  Type element = n.elementOf(mask);
  Value j = n.iota(element, 1, {n.expr(1), x.keys});
  auto column = [&](AffineExpr first) {
    return n.unsqueeze(n.slice(mask, 0, first, x.batch), {1});
  };
  auto sizeIs = [&](AffineExpr other) {
    return n.compare<EqualOp>(n.extentAs(n.i64Type(), size),
                              n.extentAs(n.i64Type(), other));
  };
  bool endsOnly = size == x.batch || size == thrice, known = size == twice;
  // Otherwise only the run can tell.
  if (!endsOnly && !known)
    n.guard(n.binary<OrOp>(n.binary<OrOp>(sizeIs(x.batch), sizeIs(twice)),
                           sizeIs(thrice)),
            "the mask has a size that none of its forms has");
  Value valid = n.compare<LessOp>(j, column(n.expr(0)));
  if (endsOnly)
    return n.unsqueeze(filtered(n, valid), {1, 2});
  Value started = n.compare<GreaterEqualOp>(j, column(size - x.batch));
  if (!known)
    started = n.binary<OrOp>(started, n.unary<NotOp>(sizeIs(twice)));
  return n.unsqueeze(filtered(n, n.binary<AndOp>(valid, started)), {1, 2});
}

/// Of 1 for what counts: [b, m], [b, n, m], or square for all positions.
Value maskOfFlags(Node &n, Value mask, const Extents &x) {
  n.requireEqual(n.dim(mask, 0), x.batch);
  if (n.rank(mask) == 4) {
    n.requireEqual(n.dim(mask, 1), n.expr(1));
    n.requireAtMost(x.past + x.queries, n.dim(mask, 2));
    n.requireAtMost(x.keys, n.dim(mask, 3));
    mask = n.slice(mask, 2, x.past, x.queries);
    mask = n.slice(mask, 3, n.expr(0), x.keys);
  } else {
    n.requireEqual(n.dim(mask, -1), x.keys);
    if (n.rank(mask) == 3)
      n.requireEqual(n.dim(mask, 1), x.queries);
    mask =
        n.rank(mask) == 3 ? n.unsqueeze(mask, {1}) : n.unsqueeze(mask, {1, 2});
  }
  Value zero = n.scalarInt(n.elementOf(mask), 0);
  return filtered(n, n.compare<GreaterOp>(mask, zero));
}

/// A mask of integers as a bias on scores [b, heads, n, m]; null without one.
Value biasOfMask(Node &n, Value mask, const Extents &x) {
  n.ignore("mask_filter_value"); // where no key is masked
  if (!mask || n.failed())
    return {};
  int64_t rank = n.rank(mask);
  if (rank < 1 || rank > 4)
    n.fail(formatv("the mask has rank {0}, not 1 to 4", rank));
  // One of floats would be added, were it meant.
  else if (!isa<IntegerType>(n.elementOf(mask)))
    n.fail("the mask is " + dtypeName(n.elementOf(mask)) + ", no integer");
  if (n.failed())
    return {};
  // One flag for all keys lowers all scores alike.
  if (rank == 2 && constantOf(n.dim(mask, 1)) == 1)
    return {};
  return rank == 1 ? maskOfLengths(n, mask, x) : maskOfFlags(n, mask, x);
}

/// Keys up to the query's own position; null where all are allowed.
Value allowedKeys(Node &n, const Extents &x) {
  if (n.integer("unidirectional", 0) == 0 || n.failed())
    return {};
  Type index = n.i64Type();
  Value distance = distances(n, x.queries, x.keys, n.extentAs(index, x.past));
  Value allowed = n.compare<GreaterEqualOp>(distance, n.scalarInt(index, 0));
  if (x.past + x.queries == x.keys)
    return allowed;
  // The last query sees all keys of another sequence.
  Value i = n.iota(index, 0, {x.queries, n.expr(1)});
  Value last = n.compare<EqualOp>(n.add(i, n.scalarInt(index, 1)),
                                  n.extentAs(index, x.queries));
  return n.binary<OrOp>(allowed, last);
}

double leastOf(Type element) {
  const auto &semantics = cast<FloatType>(element).getFloatSemantics();
  bool inexact;
  auto least = llvm::APFloat::getLargest(semantics, /*Negative=*/true);
  least.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven,
                &inexact);
  return least.convertToDouble();
}

/// Queries, keys and values [b, heads, .., d], where they were added to in
/// f32, what acts on their scores, and the type of the results.
struct Masked {
  Value q, k, v, mask, bias;
  Extents extents;
  Type element;
  /// As for AttentionForm.
  StringRef gives;
};

Attended attendMasked(Node &n, const Masked &m) {
  if (n.failed())
    return {};
  double scale = n.real("scale", 0);
  auto given = scale != 0 ? std::optional(scale) : std::nullopt;
  AttentionForm form;
  form.result = m.element;
  form.scale = given;
  form.q = m.q;
  form.k = m.k;
  form.v = m.v;
  form.mask.mask = biasOfMask(n, m.mask, m.extents);
  if (m.bias) {
    Value bias = n.cast(m.bias, n.f32Type());
    form.mask.mask = form.mask.mask ? n.add(form.mask.mask, bias) : bias;
  }
  form.mask.hidesRest = false;
  form.emptyIsZero = false;
  form.gives = m.gives;
  form.allowed = allowedKeys(n, m.extents);
  form.blocked = leastOf(form.result);
  return attend(n, form);
}

//===----------------------------------------------------------------------===//
// MultiHeadAttention
//===----------------------------------------------------------------------===//

/// Part i of [b, n, heads, parts, d], as [b, n, heads, d].
Value partOf(Node &n, Value packed, int64_t i, int64_t parts) {
  n.requireEqual(n.dim(packed, 3), n.expr(parts));
  return n.squeeze(n.slice(packed, 3, n.expr(i), n.expr(1)), {3});
}

int64_t headsOf(Node &n) {
  int64_t heads = n.needInteger("num_heads");
  if (heads < 1)
    n.fail(formatv("num_heads is {0}", heads));
  return heads;
}

/// x [b, n, heads * d] or [b, n, heads, d] with its part of the bias, from
/// `start` on, as [b, heads, n, d]; a sum is not rounded to halves.
Value projected(Node &n, Value x, Value bias, AffineExpr start, int64_t heads) {
  if (n.failed())
    return {};
  AffineExpr count = n.expr(heads);
  if (n.rank(x) == 3) {
    AffineExpr depth = n.quotient(n.dim(x, 2), count);
    n.requireEqual(depth * heads, n.dim(x, 2),
                   formatv("{{1} channels do not make {0} heads", heads).str());
    x = n.splitAxis(x, 2, count, depth);
  }
  n.requireEqual(n.dim(x, 2), count);
  if (bias) {
    AffineExpr depth = n.dim(x, 3);
    Value part = n.slice(bias, 0, start, depth * heads);
    x = n.add(wide(n, x), wide(n, n.reshape(part, {count, depth})));
  }
  return n.transpose(x, {0, 2, 1, 3});
}

/// The inputs q, k and v in any of their forms, as [b, heads, n, d].
void readHeads(Node &n, Masked &m, int64_t heads) {
  Value q = n.need(0), k = n.in(1), v = n.in(2), bias = n.in(3);
  if (n.failed())
    return;
  int64_t rank = n.rank(q), keyRank = k ? n.rank(k) : 0;
  bool whole = rank == 3 && k && v && n.rank(v) == keyRank &&
               (keyRank == 3 || keyRank == 4);
  bool packed = rank == 5 && !k && !v, half = rank == 3 && keyRank == 5 && !v;
  if (!whole && !packed && !half)
    return n.refuse("query, key and value have ranks that do not go together",
                    "3, 3 and 3");
  if (packed) {
    k = partOf(n, q, 1, 3);
    v = partOf(n, q, 2, 3);
    q = partOf(n, q, 0, 3);
  } else if (half) {
    v = partOf(n, k, 1, 2);
    k = partOf(n, k, 0, 2);
  }
  AffineExpr hidden = packed ? n.dim(q, 2) * n.dim(q, 3) : n.dim(q, 2),
             zero = n.expr(0);
  if (bias && n.rank(bias) != 1)
    return n.fail("the bias has no rank of 1");
  m.q = projected(n, q, bias, zero, heads);
  // Keys of rank 4 are heads already, behind their projection.
  bool ready = keyRank == 4;
  m.k = ready ? k : projected(n, k, bias, hidden, heads);
  m.v = ready ? v : projected(n, v, bias, hidden * 2, heads);
  n.requireEqual(n.dim(m.k, 1), n.expr(heads));
}

void buildMultiHeadAttention(Node &n) {
  Masked m;
  int64_t heads = headsOf(n);
  if (n.failed())
    return;
  if (n.has(9))
    return n.refuse("cache_indirection is not supported",
                    "Gather of past_key and past_value along the batch");
  if (n.has(6) != n.has(7))
    return n.fail("past_key and past_value come together");
  if (n.has(8) && !n.has(6))
    return n.fail("past_sequence_length needs past_key");
  readHeads(n, m, heads);
  AffineExpr length = pastLength(n, n.in(8));
  m.element = n.elementOf(n.need(0));
  Cached k = append(n, n.in(6), m.k, length, m.element);
  Cached v = append(n, n.in(7), m.v, length, m.element);
  if (n.failed())
    return;
  AffineExpr past = length ? length : n.has(6) ? n.dim(n.in(6), 2) : n.expr(0);
  m.extents = {n.dim(m.q, 0), n.dim(m.q, 2), n.dim(k.all, 2), past};
  m.k = k.all;
  m.v = v.all;
  m.mask = n.in(4);
  m.bias = n.in(5);
  m.gives = n.wants(3) ? "biased" : "";
  Attended r = attendMasked(n, m);
  n.out(0, joinHeads(n, r.y));
  n.out(1, k.present);
  n.out(2, v.present);
  if (n.wants(3))
    n.out(3, n.cast(r.scores, m.element));
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// Hidden sizes of queries and of values: a third each where nothing is said.
void readSizes(Node &n, MergedAttention &merged) {
  AffineExpr all = n.dim(merged.qkv, -1);
  std::optional<Ints> sizes = n.integers("qkv_hidden_sizes");
  if (!sizes || sizes->empty()) {
    merged.hidden = merged.valueHidden = n.quotient(all, n.expr(3));
    return;
  }
  if (sizes->size() != 3 || (*sizes)[0] != (*sizes)[1])
    return n.fail("qkv_hidden_sizes are not three, the first two alike");
  merged.hidden = n.expr((*sizes)[0]);
  merged.valueHidden = n.expr((*sizes)[2]);
}

void buildContribAttention(Node &n) {
  Value x = n.need(0), weights = n.need(1);
  if (n.failed() || n.rank(x) != 3 || n.rank(weights) != 2)
    return n.fail("the input has no rank of 3, or the weights none of 2");
  MergedAttention merged;
  merged.element = n.elementOf(x);
  x = wide(n, x);
  merged.qkv = n.matmul(x, wide(n, weights), n.elementOf(x));
  if (n.has(2))
    merged.qkv = n.add(merged.qkv, wide(n, n.in(2)));
  merged.mask = n.in(3);
  merged.past = n.in(4);
  merged.bias = n.in(5);
  merged.pastLength = n.in(6);
  readSizes(n, merged);
  buildMergedAttention(n, merged);
}

constexpr OpRow kRows[] = {
    {"Attention", 1, kLatest, buildContribAttention},
    {"MultiHeadAttention", 1, kLatest, buildMultiHeadAttention},
};

} // namespace

void buildMergedAttention(Node &n, const MergedAttention &merged) {
  int64_t heads = headsOf(n);
  if (n.failed())
    return;
  n.ignore("rotary_embedding_dim"); // of a rotation that is not done
  if (n.integer("do_rotary", 0) != 0)
    return n.refuse("do_rotary=1 is not supported",
                    "RotaryEmbedding and MultiHeadAttention");
  bool shared = n.integer("past_present_share_buffer", 0) != 0;
  if (merged.past && n.rank(merged.past) != 5)
    return n.fail("the past has no rank of 5");
  if (shared && (!merged.past || !merged.pastLength))
    return n.refuse(
        "past_present_share_buffer=1 needs past and past_sequence_length", "0");
  n.requireEqual(merged.hidden * 2 + merged.valueHidden, n.dim(merged.qkv, -1),
                 "queries, keys and values take {0} columns of {1}");
  AffineExpr length = shared ? pastLength(n, merged.pastLength) : AffineExpr();
  auto headsAt = [&](AffineExpr start, AffineExpr size) {
    return splitHeads(n, n.slice(merged.qkv, 2, start, size), heads);
  };
  auto pastOf = [&](int64_t i) {
    return merged.past
               ? n.squeeze(n.slice(merged.past, 0, n.expr(i), n.expr(1)), {0})
               : Value();
  };
  Masked m;
  m.element = merged.element ? merged.element : n.elementOf(merged.qkv);
  m.q = headsAt(n.expr(0), merged.hidden);
  Value fresh = headsAt(merged.hidden, merged.hidden);
  Cached k = append(n, pastOf(0), fresh, length, m.element);
  Cached v =
      append(n, pastOf(1), headsAt(merged.hidden * 2, merged.valueHidden),
             length, m.element);
  if (n.failed())
    return;
  AffineExpr past = length        ? length
                    : merged.past ? n.dim(merged.past, 3)
                                  : n.expr(0);
  m.extents = {n.dim(m.q, 0), n.dim(m.q, 2), n.dim(k.all, 2), past};
  m.k = k.all;
  m.v = v.all;
  m.mask = merged.mask;
  m.bias = merged.bias;
  n.out(0, joinHeads(n, attendMasked(n, m).y));
  if (n.wants(1) && merged.hidden != merged.valueHidden)
    return n.fail("output 1 needs keys and values of one size");
  if (n.wants(1))
    n.out(1,
          n.concat({n.unsqueeze(k.present, {0}), n.unsqueeze(v.present, {0})},
                   0));
}

ArrayRef<OpRow> contribAttentionRows() { return kRows; }

} // namespace opc::onnx
