//===- RotaryNodes.cpp - RotaryEmbedding of ai.onnx and of com.microsoft
//-------===//
#include "Contrib.h"
#include "opc/Frontend/Graph/Arrays/Indexing.h"
#include "opc/Frontend/Graph/Layers/Rotation.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {

namespace {

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
  Rotation rotation{cos, sin, n.integer("interleaved", 0) != 0};
  n.out(0, rounded(n, rotateHeads(n, x, rotation, n.expr(heads))));
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
  Rotation rotation{rowsAt(n, cos, positions), rowsAt(n, sin, positions),
                    n.integer("interleaved", 0) != 0};
  n.out(0, rounded(n, rotateHeads(n, x, rotation, heads)));
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
