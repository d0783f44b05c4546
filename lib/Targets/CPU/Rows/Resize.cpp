//===- Resize.cpp - resampling by blending a few neighbours ---------------===//
//
// Where the last axis is not resampled, each output position blends whole
// vectors of a few input positions. Where it is, the neighbours of each column
// are found once, in tables on the stack, and gathered. Positions are computed
// in f64 with one rounding, so that it decides no neighbour.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Schedules.h"

using namespace mlir;
namespace opc::cpu {
namespace {

/// Arithmetic on f64 scalars.
struct Doubles {
  OpBuilder &b;
  Location loc;
  Value c(double value) const {
    return arith::ConstantOp::create(b, loc, b.getF64FloatAttr(value));
  }
  Value add(Value x, Value y) const {
    return arith::AddFOp::create(b, loc, x, y);
  }
  Value sub(Value x, Value y) const {
    return arith::SubFOp::create(b, loc, x, y);
  }
  Value mul(Value x, Value y) const {
    return arith::MulFOp::create(b, loc, x, y);
  }
  Value div(Value x, Value y) const {
    return arith::DivFOp::create(b, loc, x, y);
  }
  Value floor(Value x) const { return math::FloorOp::create(b, loc, x); }
  Value ceil(Value x) const { return math::CeilOp::create(b, loc, x); }
  Value select(Value which, Value x, Value y) const {
    return arith::SelectOp::create(b, loc, which, x, y);
  }
  Value is(arith::CmpFPredicate p, Value x, Value y) const {
    return arith::CmpFOp::create(b, loc, p, x, y);
  }
  /// NaN becomes `low`.
  Value clamp(Value x, Value low, Value high) const {
    x = select(is(arith::CmpFPredicate::OGT, x, low), x, low);
    return select(is(arith::CmpFPredicate::OLT, x, high), x, high);
  }
  Value fromIndex(Value x) const {
    Value whole = arith::IndexCastOp::create(b, loc, b.getI64Type(), x);
    return arith::SIToFPOp::create(b, loc, b.getF64Type(), whole);
  }
  Value toIndex(Value x) const {
    Value whole = arith::FPToSIOp::create(b, loc, b.getI64Type(), x);
    return arith::IndexCastOp::create(b, loc, b.getIndexType(), whole);
  }
  Value toF32(Value x) const {
    return arith::TruncFOp::create(b, loc, b.getF32Type(), x);
  }
};

/// One input index with its weight (f32; null: 1); vectors along the last axis,
/// the index of i32.
struct Tap {
  Value index, weight;
};

/// Columns of the result whose neighbours are found at a time.
constexpr int64_t tableColumns = 2048;

class ResizeWriter {
public:
  ResizeWriter(KernelWriter &w, ResizeOp op)
      : w(w), l(w.l), op(op), d{w.l.b, w.l.loc}, dims(w.env.dims(op.getY())) {}

  // A unit is a position along all axes but the last two.
  void run() {
    int64_t last = int64_t(dims.size()) - 1;
    Value columns = w.e.expr(dims[last]);
    if (!llvm::is_contained(op.getAxes(), last))
      return emitUnits(l.index(0), columns);
    for (size_t tap = 0; tap < (op.getMode() == "nearest" ? 1 : 2); ++tap)
      table.push_back({w.e.scratch(l.b.getI32Type(), tableColumns),
                       w.e.scratch(l.b.getF32Type(), tableColumns)});
    l.loop(l.index(0), columns, tableColumns, [&](Value first) {
      tableStart = first;
      Value end = l.min(columns, l.add(first, tableColumns));
      l.loop(first, end, [&](Value column) {
        Value at = l.sub(column, first);
        for (auto [tap, row] : llvm::zip(tapsOf(last, column), table)) {
          Value narrow = arith::IndexCastOp::create(
              l.b, l.loc, l.b.getI32Type(), tap.index);
          memref::StoreOp::create(l.b, l.loc, narrow, row.index, at);
          if (tap.weight)
            memref::StoreOp::create(l.b, l.loc, tap.weight, row.weight, at);
        }
      });
      emitUnits(first, end);
    });
  }

  /// Columns [first, last) of the kernel's units.
  void emitUnits(Value first, Value last) {
    size_t rank = dims.size();
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      at = w.e.delinearize(unit, ArrayRef(dims).drop_back(2));
      SmallVector<SmallVector<Tap>> taps;
      for (size_t axis = 0; axis + 2 < rank; ++axis)
        taps.push_back(tapsOf(axis, at[axis]));
      l.loop(l.index(0), w.e.expr(dims[rank - 2]), [&](Value x) {
        at.resize(rank - 2);
        at.push_back(x);
        taps.resize(rank - 2);
        taps.push_back(tapsOf(rank - 2, x));
        emitPosition(taps, first, last);
      });
    });
  }

private:
  /// The input positions that output `index` blends along `axis`.
  SmallVector<Tap> tapsOf(int64_t axis, Value index) {
    auto found = llvm::find(op.getAxes(), axis);
    if (found == op.getAxes().end())
      return SmallVector<Tap>{Tap{index, Value()}};
    Value in = w.e.extent(op.getX(), axis);
    Value x = positionOf(found - op.getAxes().begin(), axis, index);
    auto onEdge = [&](Value i) {
      return l.max(l.min(i, l.sub(in, l.index(1))), l.index(0));
    };
    if (op.getMode() == "nearest")
      return SmallVector<Tap>{Tap{onEdge(d.toIndex(rounded(x))), Value()}};
    Value base = d.floor(x), ratio = d.sub(x, base);
    Value first = d.toIndex(base);
    return SmallVector<Tap>{Tap{onEdge(first), d.toF32(d.sub(d.c(1), ratio))},
                            Tap{onEdge(l.add(first, 1)), d.toF32(ratio)}};
  }

  Value rounded(Value x) {
    StringRef rounding = op.getRounding();
    if (rounding == "round_prefer_floor")
      return d.ceil(d.sub(x, d.c(0.5)));
    if (rounding == "round_prefer_ceil")
      return d.floor(d.add(x, d.c(0.5)));
    return rounding == "floor" ? d.floor(x) : d.ceil(x);
  }

  Value positionOf(int64_t number, int64_t axis, Value index) {
    Value in = d.fromIndex(w.e.extent(op.getX(), axis));
    Value out = d.fromIndex(w.e.extent(op.getY(), axis));
    Value given = w.e.element(op.getScales(), {l.index(number)});
    bool isQuotient = given.getType().isF64();
    if (!isQuotient)
      given = arith::ExtFOp::create(l.b, l.loc, l.b.getF64Type(), given);
    // A scale of f32 that means out / in is taken as exactly that.
    Value width = d.mul(given, in);
    Value apart = math::AbsFOp::create(l.b, l.loc, d.sub(width, out));
    Value exact = d.is(arith::CmpFPredicate::OLE, apart, d.mul(out, d.c(1e-6)));
    width = d.select(exact, out, width);
    Value x = coordinate(d.fromIndex(index), in, out, width);
    if (isQuotient) // and rounded: what is that close to a half is meant
      x = halfNear(x);
    return d.clamp(x, d.c(-8), d.add(in, d.c(8)));
  }

  Value halfNear(Value x) {
    Value twice = math::RoundEvenOp::create(l.b, l.loc, d.mul(x, d.c(2)));
    Value close = d.mul(twice, d.c(0.5));
    Value apart = math::AbsFOp::create(l.b, l.loc, d.sub(x, close));
    Value isMeant = d.is(arith::CmpFPredicate::OLE, apart, d.c(1e-11));
    return d.select(isMeant, close, x);
  }

  /// One division of exact numbers: a position at an element or midway between
  /// two comes out as exactly that. x / scale is x * in / width.
  Value coordinate(Value x, Value in, Value out, Value width) {
    StringRef name = op.getCoordinates();
    Value single = d.is(arith::CmpFPredicate::OEQ, width, d.c(1));
    if (name == "align_corners") {
      Value steps = d.div(d.mul(x, d.sub(in, d.c(1))), d.sub(width, d.c(1)));
      return d.select(single, d.c(0), steps);
    }
    if (name == "asymmetric")
      return d.div(d.mul(x, in), width);
    Value middle = d.add(d.mul(x, d.c(2)), d.c(1)),
          twice = d.mul(width, d.c(2));
    if (name == "tf_half_pixel_for_nn") { // not used of a scale of 1
      Value same = d.is(arith::CmpFPredicate::OEQ, width, in);
      return d.select(same, x, d.div(d.mul(middle, in), twice));
    }
    if (name == "half_pixel_symmetric")
      middle = d.add(middle, d.sub(width, out));
    Value centred = d.div(d.sub(d.mul(middle, in), width), twice);
    return name == "pytorch_half_pixel" ? d.select(single, d.c(0), centred)
                                        : centred;
  }

  void emitPosition(ArrayRef<SmallVector<Tap>> taps, Value first, Value last) {
    forVectors(w, first, last, [&](Value c) { emitVector(taps, c); });
  }

  void emitVector(ArrayRef<SmallVector<Tap>> taps, Value c) {
    SmallVector<Value> source;
    writeResults(w, op.getY(), blended(taps, source, c), alongLast(at, c));
    w.v.clearBound();
  }

  /// The sum over the taps of the axes from `source.size()` on.
  Value blended(ArrayRef<SmallVector<Tap>> taps, SmallVector<Value> &source,
                Value c) {
    if (source.size() == taps.size())
      return table.empty() ? loaded(source, c) : gathered(source, c);
    Value sum;
    for (const Tap &tap : taps[source.size()]) {
      source.push_back(tap.index);
      Value value = blended(taps, source, c);
      source.pop_back();
      if (tap.weight)
        value = arith::MulFOp::create(l.b, l.loc, value, w.v.splat(tap.weight));
      sum = sum ? Value(arith::AddFOp::create(l.b, l.loc, sum, value)) : value;
    }
    return sum;
  }

  Value loaded(ArrayRef<Value> line, Value c) {
    SmallVector<Value> position(line);
    position.push_back(c);
    return w.v.load(w.e.buffer(op.getX()),
                    w.e.linearize(position, w.env.dims(op.getX())), w.v.mask());
  }

  /// The blend of the neighbours of columns from `c` on, in one line of x.
  Value gathered(ArrayRef<Value> line, Value c) {
    Value start = lineStart(line);
    Value at = l.sub(c, tableStart), all = w.v.mask();
    auto type = VectorType::get({w.v.lanes}, l.b.getF32Type());
    if (!all)
      all = w.v.splat(arith::ConstantIntOp::create(l.b, l.loc, 1, 1));
    Value zero = arith::ConstantOp::create(l.b, l.loc, l.b.getZeroAttr(type));
    Value sum;
    for (const Tap &row : table) {
      Value value = vector::GatherOp::create(
          l.b, l.loc, type, w.e.buffer(op.getX()), ValueRange{start},
          w.v.load(row.index, at, w.v.mask()), all, zero);
      if (table.size() > 1)
        value = arith::MulFOp::create(l.b, l.loc, value,
                                      w.v.load(row.weight, at, w.v.mask()));
      sum = sum ? Value(arith::AddFOp::create(l.b, l.loc, sum, value)) : value;
    }
    return sum;
  }
  Value lineStart(ArrayRef<Value> line) {
    SmallVector<Value> position(line);
    position.push_back(l.index(0));
    return w.e.linearize(position, w.env.dims(op.getX()));
  }

  KernelWriter &w;
  LoopBuilder &l;
  ResizeOp op;
  Doubles d;
  Dims dims;
  SmallVector<Value> at;
  SmallVector<Tap> table; ///< rows of scratch, where the last axis is resampled
  Value tableStart;
};

} // namespace

/// A resize of f32 that blends at most two neighbours along each axis, which
/// vectors of elements do alike.
bool leadsResize(Operation *op, const TargetDesc &) {
  auto resize = dyn_cast<ResizeOp>(op);
  return resize && isF32(resize.getX()) &&
         cast<RankedTensorType>(resize.getX().getType()).getRank() >= 2 &&
         (resize.getMode() == "nearest" || resize.getMode() == "linear") &&
         resize.getCoordinates() != "tf_crop_and_resize" &&
         !resize.getAntialias() && !resize.getExcludeOutside();
}

ScheduleResult scheduleResize(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  auto op = kernel.root<ResizeOp>();
  if (!op || !leadsResize(op, desc))
    return misfitOf<ResizeOp>(kernel,
                              "no resize by two neighbours of f32 alone");
  if (auto why = misfitAround(kernel, op.getY(), op.getX()))
    return ScheduleResult::declined(*why);
  const Dims y = env.dims(op.getY());
  AffineExpr units = product(kernel.context(), ArrayRef(y).drop_back(2));
  return writeKernel(kernel, machineOf(desc).lanes, units, /*grain=*/0,
                     [&](KernelWriter &w) { ResizeWriter(w, op).run(); });
}

} // namespace opc::cpu
