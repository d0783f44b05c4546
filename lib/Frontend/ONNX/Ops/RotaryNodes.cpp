//===- RotaryNodes.cpp - RotaryEmbedding of ai.onnx and of com.microsoft
//-------===//
#include "AttentionForm.h"
#include "Contrib.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {

Value rotate(Node &n, Value x, const Rotation &rotation, int64_t headAxis) {
  if (n.failed() || !x || !rotation.cos || !rotation.sin)
    return {};
  AffineExpr half = n.dim(rotation.cos, -1), rotated = half * 2;
  AffineExpr whole = n.dim(x, 3);
  n.requireEqual(n.dim(rotation.sin, -1), half);
  n.requireAtMost(rotated, whole);
  x = wide(n, x);
  Value cos = wide(n, n.unsqueeze(rotation.cos, headAxis));
  Value sin = wide(n, n.unsqueeze(rotation.sin, headAxis));
  AffineExpr second = rotation.interleaved ? n.expr(1) : half;
  int64_t step = rotation.interleaved ? 2 : 1;
  Value a = n.slice(x, 3, n.expr(0), half, step);
  Value b = n.slice(x, 3, second, half, step);
  Value real = n.sub(n.mul(cos, a), n.mul(sin, b));
  Value imaginary = n.add(n.mul(sin, a), n.mul(cos, b));
  Value turned;
  if (rotation.interleaved) {
    Dims d = n.dims(x);
    turned = n.reshape(
        n.concat({n.unsqueeze(real, {4}), n.unsqueeze(imaginary, {4})}, 4),
        {d[0], d[1], d[2], rotated});
  } else {
    turned = n.concat({real, imaginary}, 3);
  }
  if (rotated == whole)
    return turned;
  return n.concat({turned, n.slice(x, 3, rotated, whole - rotated)}, 3);
}

Value rowsAt(Node &n, Value table, Value positions) {
  if (n.failed() || !table || !positions)
    return {};
  // A negative position would count from the back; this one is out of range.
  Value below =
      n.compare<LessOp>(positions, n.scalarInt(n.elementOf(positions), 0));
  Value beyond = n.extentAs(n.elementOf(positions), n.dim(table, 0));
  return n.gather(table, n.select(below, beyond, positions), 0);
}

namespace {

/// x [b, heads, n, d] or, with `heads`, [b, n, heads * d].
void rotateHeads(Node &n, Value x, const Rotation &rotation, AffineExpr heads) {
  if (n.failed())
    return;
  if (n.rank(x) == 4)
    return n.out(0, rounded(n, rotate(n, x, rotation, 1)));
  AffineExpr depth = n.quotient(n.dim(x, 2), heads);
  n.requireEqual(depth * heads, n.dim(x, 2));
  Value split = n.splitAxis(x, 2, heads, depth);
  Value turned = n.reshape(rotate(n, split, rotation, 2), n.dims(x));
  n.out(0, rounded(n, turned));
}

/// Of ai.onnx: angles are given for each position, or as tables with the rows
/// that input 3 names.
void buildRotaryEmbedding(Node &n) {
  Value x = n.need(0), cos = n.need(1), sin = n.need(2);
  if (n.failed())
    return;
  int64_t heads = n.integer("num_heads", 0);
  if (n.rank(x) != 4 && (n.rank(x) != 3 || heads < 1))
    return n.fail("the input has neither rank 3 with num_heads nor rank 4");
  if (n.has(3)) {
    cos = n.gather(cos, n.in(3), 0);
    sin = n.gather(sin, n.in(3), 0);
  }
  if (n.failed() || n.rank(cos) != 3 || n.rank(sin) != 3)
    return n.fail(
        "cosines and sines have no rank of 3, or of 2 with positions");
  AffineExpr depth = n.rank(x) == 4 ? n.dim(x, 3) : n.dim(x, 2).floorDiv(heads);
  if (int64_t partial = n.integer("rotary_embedding_dim", 0))
    depth = n.expr(partial);
  n.requireEqual(n.dim(cos, 2) * 2, depth);
  rotateHeads(n, x, {cos, sin, n.integer("interleaved", 0) != 0},
              n.expr(heads));
}

/// Positions [b, n], or of one number that counts on: [1, n].
Value positionsOf(Node &n, Value ids, AffineExpr batch, AffineExpr count) {
  if (n.failed())
    return {};
  if (n.rank(ids) == 2) {
    n.requireEqual(n.dim(ids, 0), batch);
    n.requireEqual(n.dim(ids, 1), count);
    return ids;
  }
  n.requireEqual(n.size(ids), n.expr(1));
  return n.add(n.iota(n.elementOf(ids), 1, {n.expr(1), count}),
               n.reshape(ids, {}));
}

/// Of com.microsoft: angles are rows of tables. is_packed_batching says only
/// that a sequence may be longer than the tables.
void buildContribRotaryEmbedding(Node &n) {
  Value x = n.need(0), ids = n.need(1), cos = n.need(2), sin = n.need(3);
  n.ignore("is_packed_batching");
  if (n.failed())
    return;
  if (n.rank(x) != 3 && n.rank(x) != 4)
    return n.fail(formatv("the input has rank {0}, not 3 or 4", n.rank(x)));
  if (n.rank(cos) != 2 || n.rank(sin) != 2 || n.rank(ids) > 2)
    return n.fail("cosines or sines have no rank of 2, or positions more");
  if (n.real("scale", 1) != 1)
    return n.refuse("a scale other than 1 is not supported",
                    "1, with tables of scaled positions");
  bool transposed = n.rank(x) == 4;
  AffineExpr half = n.dim(cos, 1);
  int64_t partial = n.integer("rotary_embedding_dim", 0);
  n.ignore("is_packed_batching");
  int64_t count = n.integer("num_heads", 0);
  if (partial > 0 && count < 1)
    return n.fail("rotary_embedding_dim needs num_heads");
  n.requireEqual(n.dim(sin, 0), n.dim(cos, 0));
  if (partial > 0)
    n.requireEqual(half * 2, n.expr(partial));
  else if (transposed)
    n.requireEqual(half * 2, n.dim(x, 3));
  AffineExpr heads = n.expr(count);
  if (!transposed && partial <= 0)
    heads = n.quotient(n.dim(x, 2), half * 2);
  Value positions =
      positionsOf(n, ids, n.dim(x, 0), n.dim(x, transposed ? 2 : 1));
  rotateHeads(n, x,
              {rowsAt(n, cos, positions), rowsAt(n, sin, positions),
               n.integer("interleaved", 0) != 0},
              heads);
}

constexpr OpRow kRows[] = {
    {"RotaryEmbedding", 23, kLatest, buildRotaryEmbedding},
};
constexpr OpRow kContribRows[] = {
    {"RotaryEmbedding", 1, kLatest, buildContribRotaryEmbedding},
};

} // namespace

ArrayRef<OpRow> rotaryRows() { return kRows; }
ArrayRef<OpRow> contribRotaryRows() { return kContribRows; }

} // namespace opc::onnx
