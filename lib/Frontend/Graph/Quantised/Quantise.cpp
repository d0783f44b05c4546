//===- Quantise.cpp - from reals to integers and back ---------------------===//
#include "opc/Frontend/Graph/Quantised/Quantise.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

Value saturate(Emitter &n, Value x, Value zero, Type element) {
  Value whole = n.unary<RoundOp>(x);
  // The sum must not lose bits of a 16-bit zero point.
  if (!n.failed() && n.elementOf(whole).getIntOrFloatBitWidth() < 32)
    whole = n.cast(whole, n.f32Type());
  if (zero)
    whole = n.add(whole, n.cast(zero, n.elementOf(whole)));
  return n.cast(whole, element, /*saturate=*/true);
}

/// scale = (max(x, 0) - min(x, 0)) / 255; the zero point is where 0 comes to
/// lie.
Quantised dynamicQuantise(Emitter &n, Value x) {
  Ints axes = axesUpTo(n.rank(x));
  Value none = n.like(x, 0);
  Value high = n.max(n.reduce("max", x, axes, false), none);
  Value low = n.min(n.reduce("min", x, axes, false), none);
  Value span = n.div(n.sub(high, low), n.like(x, 255));
  // All zeros: any scale is right, and 1 divides.
  Value scale = n.select(n.compare<EqualOp>(span, none), n.like(x, 1), span);
  Type byte = n.u8Type();
  Value zero = saturate(n, n.div(n.unary<NegOp>(low), scale), {}, byte);
  return {saturate(n, n.div(x, scale), zero, byte), scale, zero};
}

Value dequantise(Emitter &n, Value x, Value scale, Value zero) {
  Value whole = n.cast(x, n.i32Type());
  if (zero)
    whole = n.sub(whole, n.cast(zero, n.i32Type()));
  return n.mul(n.cast(whole, n.elementOf(scale)), scale);
}

Value dequantiseBlocks(Emitter &n, Value x, Value scale, Value zero,
                       int64_t axis, int64_t block, Type element) {
  SmallVector<Value> operands{x, scale};
  if (zero)
    operands.push_back(zero);
  if (n.failed() || llvm::is_contained(operands, Value()))
    return {};
  return n.emit<DequantizeOp>(
      operands, {{"axis", n.i64(axis)}, {"block", n.i64(block)}}, element);
}

Value unpackBytes(Emitter &n, Value x, int64_t bits) {
  if (!x || n.failed())
    return {};
  Dims dims = n.dims(x);
  dims.back() = dims.back() * (8 / bits);
  Type element = IntegerType::get(x.getContext(), bits, IntegerType::Unsigned);
  return n.emit<UnpackOp>(x, {{"bits", n.i64(bits)}, {"dims", n.exprs(dims)}},
                          element);
}

Value zeroPoint(Emitter &n, Value zero) {
  if (!zero || n.failed())
    return {};
  std::optional<Ints> values = n.constants(zero);
  if (values && llvm::all_of(*values, [](int64_t v) { return v == 0; }))
    return {};
  zero = n.cast(zero, n.i32Type());
  return constantOf(n.size(zero)) == 1 ? n.reshape(zero, {}) : zero;
}

Value plainScale(Emitter &n, Value scale) {
  bool one = scale && !n.failed() && constantOf(n.size(scale)) == 1;
  return one ? n.reshape(scale, {}) : scale;
}

namespace {

/// `p`, which must have one element for each block of x along `axis`, with
/// extents that follow from those of x.
Value ofBlocks(Emitter &n, Value p, Value x, int64_t axis, int64_t block) {
  if (block < 0 || n.rank(p) != n.rank(x)) {
    n.fail(formatv("block_size {0} does not fit", block));
    return p;
  }
  Dims dims = n.dims(x);
  dims[axis] = dims[axis].ceilDiv(block);
  for (auto [i, extent] : llvm::enumerate(dims))
    n.requireEqual(n.dim(p, i), extent);
  return n.reshape(p, dims);
}

constexpr StringLiteral kScale("scale"), kZero("zero point");

/// Whether a scale or zero point is one for all of a tensor.
bool isForAll(Emitter &n, Value p) {
  return constantOf(n.size(p)) == 1 && n.rank(p) <= 1;
}

/// A vector p of scales or zero points, of which there is one for each index of
/// an axis; only the run may know that one is for all.
void requireOneOrEach(Emitter &n, Value p, StringRef what, Value x,
                      int64_t axis) {
  requireOneOr(
      n, n.dim(p, 0), n.dim(x, axis),
      formatv("the {0} has {{0} elements, axis {1} has {{1}", what, axis)
          .str());
}

/// A vector p of open length is one for all where x has no such axis.
Value withoutAxis(Emitter &n, Value p, Value x, int64_t axis) {
  int64_t rank = n.rank(x);
  if (!p || n.failed() || n.rank(p) != 1 || constantOf(n.size(p)) ||
      (axis >= -rank && axis < rank))
    return p;
  n.requireEqual(n.size(p), n.expr(1),
                 formatv("axis {0} is outside of rank {1}", axis, rank).str());
  return n.reshape(p, {});
}

/// The same of scale and zero point, of which there are equally many.
Scheme withoutAxis(Emitter &n, Value x, Scheme s) {
  if (s.scale && s.zero && !n.failed())
    n.requireEqual(n.size(s.scale), n.size(s.zero),
                   "the scale has {0} elements and the zero point {1}");
  if (s.block == 0) {
    s.scale = withoutAxis(n, s.scale, x, s.axis);
    s.zero = withoutAxis(n, s.zero, x, s.axis);
  }
  return s;
}

/// Brings a scale or zero point to a shape that broadcasts against x: one for
/// all, one for each index of `axis`, or one for each block of `axis`.
Value aligned(Emitter &n, Value p, StringRef what, Value x, int64_t axis,
              int64_t block) {
  if (!p || n.failed())
    return p;
  if (isForAll(n, p))
    return n.reshape(p, {});
  axis = n.axisIn(axis, n.rank(x));
  if (n.failed())
    return p;
  if (block == 0) {
    if (n.rank(p) != 1) {
      n.fail("a scale of this rank needs block_size");
      return p;
    }
    requireOneOrEach(n, p, what, x, axis);
    Ints axes;
    for (int64_t i = 1; i < n.rank(x) - axis; ++i)
      axes.push_back(i);
    return n.unsqueeze(p, axes);
  }
  p = ofBlocks(n, p, x, axis, block);
  if (n.failed())
    return p;
  Dims repeated = n.dims(p), whole = repeated;
  repeated.insert(repeated.begin() + axis + 1, n.expr(block));
  whole[axis] = whole[axis] * block;
  p = n.broadcast(n.unsqueeze(p, axis + 1), repeated);
  return n.slice(n.reshape(p, whole), axis, n.expr(0), n.dim(x, axis));
}

/// The same for opc.dequantize: of the rank of x, blocks as they are.
Value unspread(Emitter &n, Value p, StringRef what, Value x, int64_t axis,
               int64_t block) {
  if (p && !n.failed() && block != 0 && !isForAll(n, p))
    return ofBlocks(n, p, x, axis, block);
  p = aligned(n, p, what, x, axis, /*block=*/0);
  if (!p || n.failed())
    return p;
  int64_t at = n.rank(x) - n.rank(p);
  Dims dims(at, n.expr(1));
  llvm::append_range(dims, n.dims(p));
  bool isForEach = n.rank(p) > 0;
  p = n.reshape(p, dims);
  if (isForEach)
    dims[at] = n.dim(x, at);
  return n.broadcast(p, dims);
}

/// Whether opc.dequantize is to say it: schedules know its blocks, and weights
/// of few bits.
bool isDequantizeOp(Emitter &n, Value x, int64_t block) {
  return !n.failed() && n.rank(x) > 0 &&
         (block != 0 || n.elementOf(x).getIntOrFloatBitWidth() < 8);
}

} // namespace

Value quantise(Emitter &n, Value x, const Scheme &given, Type real,
               Type element) {
  Scheme s = withoutAxis(n, x, given);
  Value scale = aligned(n, s.scale, kScale, x, s.axis, s.block);
  Value zero = aligned(n, s.zero, kZero, x, s.axis, s.block);
  if (n.failed())
    return {};
  real = real ? real : n.elementOf(scale);
  Value quotient = n.div(n.cast(x, real), n.cast(scale, real));
  return saturate(n, quotient, zero, element);
}

Value dequantise(Emitter &n, Value x, const Scheme &given, Type element) {
  Scheme s = withoutAxis(n, x, given);
  bool whole = isDequantizeOp(n, x, s.block);
  int64_t axis = s.axis;
  if (whole) // one scale for all has no axis
    axis = isForAll(n, s.scale) ? 0 : n.axisIn(axis, n.rank(x));
  auto fit = whole ? unspread : aligned;
  Value scale = fit(n, s.scale, kScale, x, axis, s.block);
  Value zero = fit(n, s.zero, kZero, x, axis, s.block);
  if (n.failed())
    return {};
  if (whole)
    return dequantiseBlocks(n, x, scale, zero, axis,
                            std::max<int64_t>(s.block, 1), element);
  Value real = dequantise(n, x, n.cast(scale, n.f32Type()), zero);
  return n.cast(real, element);
}

} // namespace opc::graph
