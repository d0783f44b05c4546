//===- BlockQuantised.cpp - weights of few bits, scaled in blocks ---------===//
//
// What onnxruntime's weight-only quantisers and exporters of language models
// write: elements of 2, 4 or 8 bits, packed in bytes with the low bits first,
// and a scale (and maybe a zero point) for each block of neighbours.
//
//===----------------------------------------------------------------------===//
#include "QuantiseNodes.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// The attributes that say how weights are packed.
struct Packing {
  int64_t bits, block;

  int64_t perByte() const { return 8 / bits; }
  int64_t bytesOf(int64_t elements) const {
    return llvm::divideCeil(elements, perByte());
  }
  /// The zero point that is meant where none is given.
  int64_t middle() const { return int64_t(1) << (bits - 1); }
};

std::optional<Packing> packingOf(Node &n, int64_t blockAbsent) {
  Packing p{n.integer("bits", 4), n.integer("block_size", blockAbsent)};
  if (p.bits != 2 && p.bits != 4 && p.bits != 8)
    n.refuse(formatv("bits = {0} is not supported", p.bits), "2, 4 and 8");
  else if (p.block < 16 || !llvm::isPowerOf2_64(p.block))
    n.fail(formatv("block_size {0} is no power of two from 16 on", p.block));
  return n.failed() ? std::nullopt : std::optional(p);
}

/// The same elements in other extents, of which there must be as many.
Value shaped(Node &n, Value x, ArrayRef<AffineExpr> dims) {
  if (!x || n.failed())
    return x;
  n.requireSameSize(n.dims(x), dims, "{0} elements are where {1} belong");
  return n.reshape(x, dims);
}

/// Bytes [rows..., bytes] as elements [rows..., columns].
Value unpackRows(Node &n, Value x, const Packing &p, AffineExpr columns) {
  if (!x || n.failed() || p.bits == 8)
    return x;
  return n.slice(unpackBytes(n, x, p.bits), -1, n.expr(0), columns);
}

/// The weights of a MatMulNBits: [N, K] with parameters [N, ceil(K / block)].
struct NBits {
  Packing packing;
  int64_t k, n;

  int64_t blocks() const { return llvm::divideCeil(k, packing.block); }
};

std::optional<NBits> nBitsOf(Node &n) {
  int64_t k = n.needInteger("K"), columns = n.needInteger("N");
  std::optional<Packing> packing = packingOf(n, n.needInteger("block_size"));
  int64_t level = n.integer("accuracy_level", 0);
  if (n.integer("weight_prepacked", 0) != 0)
    n.refuse("weight_prepacked = 1 is not supported", "0");
  else if (level < 0 || level > 4)
    n.fail(formatv("accuracy_level {0} is not between 0 and 4", level));
  else if (k <= 0 || columns <= 0 || k > kLargestExtent ||
           columns > kLargestExtent)
    n.fail(formatv("K = {0} or N = {1} is no extent of weights", k, columns));
  if (n.failed())
    return std::nullopt;
  return NBits{*packing, k, columns};
}

/// Zero points as integers [N, blocks], packed row by row, or as reals.
Value zerosOf(Node &n, const NBits &w) {
  if (!n.has(3))
    return n.integers(n.u8Type(), {1, 1}, n.expr(w.packing.middle()));
  Value zero = n.in(3);
  AffineExpr rows = n.expr(w.n), blocks = n.expr(w.blocks());
  if (n.isFloat(zero))
    return shaped(n, n.cast(zero, n.f32Type()), {rows, blocks});
  zero = shaped(n, zero, {rows, n.expr(w.packing.bytesOf(w.blocks()))});
  return unpackRows(n, zero, w.packing, blocks);
}

/// y = a w^T + bias, w = (b - zero) * scale, all in f32.
void buildMatMulNBits(Node &n) {
  Value a = n.need(0), b = n.need(1), scale = n.need(2);
  std::optional<NBits> w = nBitsOf(n);
  if (!w)
    return;
  int64_t block = w->packing.block, rowBytes = w->blocks() * block;
  AffineExpr rows = n.expr(w->n), k = n.expr(w->k);
  rowBytes = w->packing.bytesOf(rowBytes);
  Value q = shaped(n, b, {rows, n.expr(rowBytes)});
  q = n.slice(unpackRows(n, q, w->packing, k), 1, n.expr(0), k);
  scale = n.cast(shaped(n, scale, {rows, n.expr(w->blocks())}), n.f32Type());
  Value zero = zerosOf(n, *w);
  if (n.has(4)) { // the block of each column of a, given one by one
    Value group = n.slice(n.in(4), 0, n.expr(0), k);
    scale = n.gather(scale, group, 1);
    zero = n.has(3) ? n.gather(zero, group, 1) : zero;
    block = 1;
  }
  Value real =
      dequantiseBlocks(n, q, scale, zero, /*axis=*/1, block, n.f32Type());
  Value wide = n.cast(a, n.f32Type());
  bool isVector = !n.failed() && n.rank(wide) == 1;
  Value y = n.matmul(isVector ? n.unsqueeze(wide, 0) : wide, real, n.f32Type(),
                     /*transposeA=*/false, /*transposeB=*/true);
  y = isVector ? n.squeeze(y, 0) : y;
  if (n.has(5))
    y = n.add(y, n.cast(n.in(5), n.f32Type()));
  n.out(0, n.cast(y, n.elementOf(a)));
}

/// The operands of a GatherBlockQuantized and where their axes are.
struct Table {
  Value data, indices, scales, zeros;
  Packing packing;
  int64_t gatherAxis, quantiseAxis;
  bool packed; ///< several elements in a byte, along the last axis

  bool alongGather() const { return gatherAxis == quantiseAxis; }
};

std::optional<Table> tableOf(Node &n) {
  std::optional<Packing> packing = packingOf(n, 128);
  Value data = n.need(0), scales = n.need(2);
  if (n.failed())
    return std::nullopt;
  int64_t rank = n.rank(data);
  Table t{data, n.need(1), scales, n.in(3), *packing, 0, 0, false};
  bool bytes = n.elementOf(data).isUnsignedInteger(8);
  if (!bytes)
    t.packing.bits = n.elementOf(data).getIntOrFloatBitWidth();
  t.packed = bytes && t.packing.bits < 8;
  t.gatherAxis = n.axisIn(n.integer("gather_axis", 0), rank);
  t.quantiseAxis = n.axisIn(n.integer("quantize_axis", 1), rank);
  if (n.failed())
    return std::nullopt;
  if (n.rank(scales) != rank || (t.zeros && n.rank(t.zeros) != rank))
    n.fail("data, scales and zero_points differ in rank");
  else if (bytes && t.gatherAxis != 0)
    n.fail("u8 data is gathered along axis 0 only");
  else if (t.packed && t.alongGather())
    n.fail("packed data is quantised and gathered along the same axis");
  else if (!bytes && t.packing.bits != 4)
    n.refuse("data of " + dtypeName(n.elementOf(data)) + " is not supported",
             "u8, u4 and i4");
  return n.failed() ? std::nullopt : std::optional(t);
}

/// Checks the parameters' extents against the elements of the table.
void checkTable(Node &n, const Table &t) {
  Dims elements = n.dims(t.data);
  if (t.packed)
    elements.back() = elements.back() * t.packing.perByte();
  elements[t.quantiseAxis] = elements[t.quantiseAxis].ceilDiv(t.packing.block);
  for (auto [axis, extent] : llvm::enumerate(elements)) {
    n.requireEqual(n.dim(t.scales, axis), extent);
    bool last = axis + 1 == elements.size();
    if (t.zeros)
      n.requireEqual(n.dim(t.zeros, axis),
                     last && t.packed ? extent.ceilDiv(t.packing.perByte())
                                      : extent);
  }
}

/// Elements [.., j.., ..] of the table as reals; `which` is in range.
Value gatherReals(Node &n, const Table &t, Value which) {
  int64_t indices = n.rank(which), block = t.packing.block;
  int64_t axis = t.quantiseAxis;
  if (axis > t.gatherAxis)
    axis += indices - 1;
  Value q = n.gather(t.data, which, t.gatherAxis), ofBlock = which;
  if (t.alongGather()) { // each index has a block of its own
    ofBlock = n.div(which, n.like(which, double(block)));
    block = 1;
  }
  Value scale = n.gather(t.scales, ofBlock, t.gatherAxis), zero;
  if (t.packed)
    q = unpackRows(n, q, t.packing, n.dim(q, -1) * t.packing.perByte());
  if (t.zeros)
    zero = n.gather(t.zeros, ofBlock, t.gatherAxis);
  if (t.zeros && t.packed)
    zero = unpackRows(n, zero, t.packing, n.dim(scale, -1));
  if (!t.zeros && !n.failed() && n.elementOf(t.data).isUnsignedInteger(8))
    zero =
        n.integers(n.u8Type(), Ints(n.rank(q), 1), n.expr(t.packing.middle()));
  return dequantiseBlocks(n, q, scale, zero, axis, block, n.elementOf(scale));
}

/// Gather of a quantised table; an index outside of it gives zeros.
void buildGatherBlockQuantized(Node &n) {
  std::optional<Table> t = tableOf(n);
  if (!t)
    return;
  checkTable(n, *t);
  Value index = n.cast(t->indices, n.i64Type());
  Value extent = n.extentAs(n.i64Type(), n.dim(t->data, t->gatherAxis));
  Value zero = n.like(index, 0);
  index = n.select(n.compare<LessOp>(index, zero), n.add(index, extent), index);
  Value inside = n.binary<AndOp>(n.compare<GreaterEqualOp>(index, zero),
                                 n.compare<LessOp>(index, extent));
  Value real = gatherReals(n, *t, n.select(inside, index, zero));
  if (n.failed())
    return;
  Ints behind = axesBetween(n.rank(index), n.rank(real) - t->gatherAxis);
  n.out(0, n.select(n.unsqueeze(inside, behind), real, n.like(real, 0)));
}

constexpr OpRow kRows[] = {
    {"GatherBlockQuantized", 1, kLatest, buildGatherBlockQuantized},
    {"MatMulNBits", 1, kLatest, buildMatMulNBits},
};

} // namespace

ArrayRef<OpRow> blockQuantisedRows() { return kRows; }

} // namespace opc::onnx
