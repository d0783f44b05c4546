//===- ArgReduce.cpp - positions of extremes ------------------------------===//
//
// Every lane keeps its best element and where that was. Lanes are positions
// along what is inside of the reduced axis; where nothing is, they share the
// axis and are compared at the end. NaN is better than any number.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Schedules.h"

using namespace mlir;
namespace opc::cpu {
namespace {

using Predicate = arith::CmpFPredicate;

/// Elements and their positions along the axis; -1 stands for none.
struct Best {
  Value element, position;
};

class ArgReduceWriter {
public:
  ArgReduceWriter(KernelWriter &w, ArgReduceOp op, Value extent, Value inner)
      : w(w), l(w.l), op(op), extent(extent), inner(inner), lanes(w.v.lanes),
        isMax(op.getKind() == "max"), isLast(op.getSelectLast()) {}

  // A unit is a position outside of the axis.
  void run() {
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      outer = unit;
      if (constantIndex(inner) == 1)
        return alongAxis();
      forVectors(w, l.index(0), inner, [&](Value at) { across(at); });
    });
  }

private:
  Value splat(Value scalar) { return w.v.splat(scalar); }
  Value i64(int64_t value) {
    return arith::ConstantIntOp::create(l.b, l.loc, value, 64);
  }
  Value toI64(Value index) {
    return arith::IndexCastOp::create(l.b, l.loc, l.b.getI64Type(), index);
  }
  Value both(Value x, Value y) {
    return arith::AndIOp::create(l.b, l.loc, x, y);
  }
  Value either(Value x, Value y) {
    return arith::OrIOp::create(l.b, l.loc, x, y);
  }
  Value compare(Predicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(l.b, l.loc, predicate, x, y);
  }
  Value compare(arith::CmpIPredicate predicate, Value x, Value y) {
    return arith::CmpIOp::create(l.b, l.loc, predicate, x, y);
  }
  Value i64Like(Value vector, int64_t value) {
    return arith::ConstantOp::create(
        l.b, l.loc,
        SplatElementsAttr::get(cast<VectorType>(vector.getType()),
                               l.b.getI64IntegerAttr(value)));
  }
  Value isNone(Value position) {
    return compare(arith::CmpIPredicate::eq, position, i64Like(position, -1));
  }

  Value load(Value at) {
    Value from = l.add(l.mul(l.mul(outer, extent), inner), at);
    return w.v.load(w.e.buffer(op.getX()), from, w.v.mask());
  }

  SmallVector<Value> none() {
    Value worst = arith::ConstantOp::create(
        l.b, l.loc, l.b.getF32FloatAttr(isMax ? -INFINITY : INFINITY));
    return {splat(worst), splat(i64(-1))};
  }

  /// Whether `x` is better than `y`, which came before it. The first of a line
  /// of nothing but the worst need not replace none: none gives position 0.
  Value replaces(const Best &x, const Best &y) {
    Predicate predicate = isMax ? (isLast ? Predicate::OGE : Predicate::OGT)
                                : (isLast ? Predicate::OLE : Predicate::OLT);
    Value better = compare(predicate, x.element, y.element);
    Value nan = compare(Predicate::UNO, x.element, x.element);
    if (!isLast)
      nan = both(nan, compare(Predicate::ORD, y.element, y.element));
    return either(better, nan);
  }

  /// Whether `x` is better than `y`, whichever came first.
  Value wins(const Best &x, const Best &y) {
    Value nan = compare(Predicate::UNO, x.element, x.element);
    Value number = compare(Predicate::ORD, y.element, y.element);
    Value better = either(
        compare(isMax ? Predicate::OGT : Predicate::OLT, x.element, y.element),
        both(nan, number));
    Value equal =
        either(compare(Predicate::OEQ, x.element, y.element),
               both(nan, compare(Predicate::UNO, y.element, y.element)));
    Value sooner =
        compare(isLast ? arith::CmpIPredicate::sgt : arith::CmpIPredicate::slt,
                x.position, y.position);
    Value some =
        compare(arith::CmpIPredicate::ne, x.position, i64Like(x.position, -1));
    return both(
        some, either(isNone(y.position), either(better, both(equal, sooner))));
  }

  SmallVector<Value> chosen(Value which, const Best &x, const Best &y) {
    return {arith::SelectOp::create(l.b, l.loc, which, x.element, y.element),
            arith::SelectOp::create(l.b, l.loc, which, x.position, y.position)};
  }

  /// Lanes at `at` and on, of what is inside of the axis.
  void across(Value at) {
    SmallVector<Value> best =
        l.fold(l.index(0), extent, 1, none(), [&](Value i, ValueRange carried) {
          Best next{load(l.add(l.mul(i, inner), at)), splat(toI64(i))};
          Best old{carried[0], carried[1]};
          return chosen(replaces(next, old), next, old);
        });
    Value position =
        arith::MaxSIOp::create(l.b, l.loc, best[1], i64Like(best[1], 0));
    w.v.storeAt(narrow(position), w.e.buffer(op.getY()),
                l.add(l.mul(outer, inner), at));
  }

  Value narrow(Value position) {
    Type element = getElementTypeOrSelf(op.getY());
    if (element.isInteger(64))
      return position;
    Type type = element;
    if (auto vector = dyn_cast<VectorType>(position.getType()))
      type = VectorType::get(vector.getShape(), element);
    return arith::TruncIOp::create(l.b, l.loc, type, position);
  }

  void alongAxis() {
    Value numbers = w.v.laneNumbers(l.b.getI64Type());
    auto step = [&](Value at, ValueRange carried) {
      Value position =
          arith::AddIOp::create(l.b, l.loc, splat(toI64(at)), numbers);
      Best next{load(at), position}, old{carried[0], carried[1]};
      Value which = replaces(next, old);
      if (Value mask = w.v.mask())
        which = both(which, mask);
      return chosen(which, next, old);
    };
    Value full = l.sub(extent, l.rem(extent, l.index(lanes)));
    SmallVector<Value> best = l.fold(l.index(0), full, lanes, none(), step);
    best = l.fold(full, extent, lanes, best, [&](Value at, ValueRange carried) {
      w.v.setCount(l.sub(extent, full));
      SmallVector<Value> last = step(at, carried);
      w.v.setCount({});
      return last;
    });
    Value position = arith::MaxSIOp::create(
        l.b, l.loc, acrossLanes({best[0], best[1]}), i64(0));
    memref::StoreOp::create(l.b, l.loc, narrow(position), w.e.buffer(op.getY()),
                            outer);
  }

  /// The position of the best of all lanes.
  Value acrossLanes(Best best) {
    for (int64_t half = lanes / 2; half >= 1; half /= 2) {
      auto [lowElements, highElements] = w.v.halves(best.element, half);
      auto [lowPositions, highPositions] = w.v.halves(best.position, half);
      Best x{highElements, highPositions}, y{lowElements, lowPositions};
      SmallVector<Value> next = chosen(wins(x, y), x, y);
      best = {next[0], next[1]};
    }
    return vector::ExtractOp::create(l.b, l.loc, best.position, 0);
  }

  KernelWriter &w;
  LoopBuilder &l;
  ArgReduceOp op;
  Value extent, inner, outer;
  int64_t lanes;
  bool isMax, isLast;
};

} // namespace

ScheduleResult scheduleArgReduce(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  auto op = kernel.root<ArgReduceOp>();
  if (!op || !isF32(op.getX()) || !kernel.isSingle())
    return misfitOf<ArgReduceOp>(kernel, "no arg_reduce of f32 alone");
  const Dims x = env.dims(op.getX());
  int64_t axis = op.getAxis();
  MLIRContext *context = kernel.context();
  AffineExpr units = product(context, ArrayRef(x).take_front(axis));
  AffineExpr inner = product(context, ArrayRef(x).drop_front(axis + 1));
  return writeKernel(
      kernel, machineOf(desc).lanes, units, /*grain=*/0, [&](KernelWriter &w) {
        ArgReduceWriter(w, op, w.e.expr(x[axis]), w.e.expr(inner)).run();
      });
}

} // namespace opc::cpu
