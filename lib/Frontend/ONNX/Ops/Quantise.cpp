//===- Quantise.cpp - from reals to integers and back ---------------------===//
#include "Quantise.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {

Value saturate(Node &n, Value x, Value zero, Type element) {
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
Quantised dynamicQuantise(Node &n, Value x) {
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

Value dequantise(Node &n, Value x, Value scale, Value zero) {
  Value whole = n.cast(x, n.i32Type());
  if (zero)
    whole = n.sub(whole, n.cast(zero, n.i32Type()));
  return n.mul(n.cast(whole, n.elementOf(scale)), scale);
}

Value dequantiseBlocks(Node &n, Value x, Value scale, Value zero, int64_t axis,
                       int64_t block, Type element) {
  SmallVector<Value> operands{x, scale};
  if (zero)
    operands.push_back(zero);
  if (n.failed() || llvm::is_contained(operands, Value()))
    return {};
  return n.emit<DequantizeOp>(
      operands, {{"axis", n.i64(axis)}, {"block", n.i64(block)}}, element);
}

namespace {

/// `p`, which must have one element for each block of x along `axis`, with
/// extents that follow from those of x.
Value ofBlocks(Node &n, Value p, Value x, int64_t axis, int64_t block) {
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

/// Whether a scale or zero point is one for all of a tensor.
bool isForAll(Node &n, Value p) {
  return constantOf(n.size(p)) == 1 && n.rank(p) <= 1;
}

/// Of `count` scales there is one for each index of an axis; only the run may
/// know that one is for all.
void requireOneOrEach(Node &n, AffineExpr count, AffineExpr extent) {
  if (!constantOf(count))
    count = n.broadcastShapes(count, extent)[0];
  n.requireEqual(count, extent);
}

/// Brings a scale or zero point to a shape that broadcasts against x: one for
/// all, one for each index of `axis`, or one for each block of `axis`.
Value aligned(Node &n, Value p, Value x, int64_t axis, int64_t block) {
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
    requireOneOrEach(n, n.dim(p, 0), n.dim(x, axis));
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
Value unspread(Node &n, Value p, Value x, int64_t axis, int64_t block) {
  if (p && !n.failed() && block != 0 && !isForAll(n, p))
    return ofBlocks(n, p, x, axis, block);
  p = aligned(n, p, x, axis, /*block=*/0);
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
bool isDequantizeOp(Node &n, Value x, int64_t block) {
  return !n.failed() && n.rank(x) > 0 &&
         (block != 0 || n.elementOf(x).getIntOrFloatBitWidth() < 8);
}

} // namespace

void buildQuantizeLinear(Node &n) {
  Value x = n.need(0);
  int64_t axis = n.integer("axis", 1), block = n.integer("block_size", 0);
  Value scale = aligned(n, n.need(1), x, axis, block);
  Value zero = aligned(n, n.in(2), x, axis, block);
  n.ignore("saturate"); // of results of 8 bits with a point
  Type element = zero ? n.elementOf(zero) : Type(n.u8Type());
  if (n.integer("output_dtype", 0) != 0) {
    Type asked = n.elementAttr("output_dtype", element);
    if (zero && !n.failed() && asked != element)
      n.fail("output_dtype " + dtypeName(asked) +
             " is not the type of the zero point, " + dtypeName(element));
    element = asked;
  }
  if (n.failed() || !isa<IntegerType>(element) || element.isInteger(1))
    return n.refuse("results other than integers are not supported",
                    "integers");
  Type real = n.elementOf(scale);
  if (n.integer("precision", 0) != 0)
    real = n.elementAttr("precision", real);
  if (!n.failed() && !isa<FloatType>(real))
    return n.fail("precision is no float type");
  Value quotient = n.div(n.cast(x, real), n.cast(scale, real));
  n.out(0, saturate(n, quotient, zero, element));
}

void buildDequantizeLinear(Node &n) {
  Value x = n.need(0), scale = n.need(1), zero = n.in(2);
  int64_t axis = n.integer("axis", 1), block = n.integer("block_size", 0);
  bool whole = isDequantizeOp(n, x, block);
  if (whole) // one scale for all has no axis
    axis = isForAll(n, scale) ? 0 : n.axisIn(axis, n.rank(x));
  auto fit = whole ? unspread : aligned;
  scale = fit(n, scale, x, axis, block);
  zero = fit(n, zero, x, axis, block);
  Type element = n.elementOf(scale);
  if (n.integer("output_dtype", 0) != 0)
    element = n.elementAttr("output_dtype", element);
  if (n.failed() || !isa<IntegerType>(n.elementOf(x)))
    return n.refuse("inputs other than integers are not supported", "integers");
  if (whole)
    return n.out(0, dequantiseBlocks(n, x, scale, zero, axis,
                                     std::max<int64_t>(block, 1), element));
  Value real = dequantise(n, x, n.cast(scale, n.f32Type()), zero);
  n.out(0, n.cast(real, element));
}

namespace {

void buildDynamicQuantizeLinear(Node &n) {
  Quantised q = dynamicQuantise(n, n.need(0));
  n.out(0, q.data);
  n.out(1, q.scale);
  n.out(2, q.zero);
}

constexpr OpRow kRows[] = {
    {"DequantizeLinear", 10, kLatest, buildDequantizeLinear},
    {"DynamicQuantizeLinear", 11, kLatest, buildDynamicQuantizeLinear},
    {"QuantizeLinear", 10, kLatest, buildQuantizeLinear},
};

} // namespace

ArrayRef<OpRow> quantiseRows() { return kRows; }

} // namespace opc::onnx
