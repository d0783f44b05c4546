//===- SuppressionLoops.cpp - loops of non-maximum suppression
//-----------------===//
//
// Boxes are visited by falling score (equal scores by rising index); one is
// kept unless it overlaps one that was kept before it in its class. Those that
// wait are a heap in the rows that the class has not filled yet.
//
//===----------------------------------------------------------------------===//
#include "Heap.h"
#include "Rows.h"
#include "Scalar.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

using Indices = SmallVector<Value>;

struct Interval {
  Scalar low, high;
  Scalar length() const { return high - low; }
};

struct Box {
  Interval y, x;
  Scalar area() const { return x.length() * y.length(); }
};

class Suppression {
public:
  Suppression(NonMaxSuppressionOp op, KernelEmitter &e)
      : op(op), e(e), boxCount(e, e.extent(op.getBoxes(), 1)),
        iouThreshold(first(op.getIouThreshold())),
        scoreThreshold(first(op.getScoreThreshold())),
        mostKept(first(op.getMaxPerClass()).toIndex()) {}

  void emit() {
    const Dims dims = e.env.dims(op.getScores());
    Value total =
        e.foldNest(ArrayRef(dims).drop_back(), e.constant(0),
                   [&](ValueRange at, ValueRange carried) {
                     return Indices{emitClass(at[0], at[1], carried[0])};
                   })[0];
    Scalar count = Scalar(e, total).to(elementType(op.getCount()));
    e.store(count, op.getCount(), {});
  }

private:
  /// The one element of a tensor.
  Scalar first(Value tensor) {
    Indices zeros(e.env.dims(tensor).size(), e.constant(0));
    return {e, e.element(tensor, zeros)};
  }
  void putRow(Value row, ArrayRef<Value> values) {
    Type type = elementType(op.getSelected());
    for (auto [column, value] : llvm::enumerate(values))
      e.store(Scalar(e, value).to(type), op.getSelected(),
              {row, e.constant(column)});
  }
  /// The box of a row, and its write.
  Scalar boxOf(Value row) {
    Value stored = e.reload(op.getSelected(), {row, e.constant(2)});
    return Scalar(e, stored).toIndex();
  }
  void putBox(Value index, Value row) {
    e.store(Scalar(e, index).to(elementType(op.getSelected())),
            op.getSelected(), {row, e.constant(2)});
  }

  Interval ordered(Scalar p, Scalar q) {
    return {minimum(p, q), maximum(p, q)};
  }
  Interval around(Scalar center, Scalar size) {
    Scalar half = size / 2;
    return {center - half, center + half};
  }
  Box box(Value batch, Value index) {
    SmallVector<Scalar> c;
    for (int64_t i = 0; i < 4; ++i)
      c.push_back({e, e.element(op.getBoxes(), {batch, index, e.constant(i)})});
    if (op.getCenterPoint()) // x, y, width, height
      return {around(c[1], c[3]), around(c[0], c[2])};
    return {ordered(c[0], c[2]), ordered(c[1], c[3])}; // y, x, y, x
  }
  Interval overlap(const Interval &p, const Interval &q) {
    return {maximum(p.low, q.low), minimum(p.high, q.high)};
  }
  Scalar overlaps(const Box &p, const Box &q) {
    Interval x = overlap(p.x, q.x), y = overlap(p.y, q.y);
    Scalar shared = x.length() * y.length();
    Scalar united = p.area() + q.area() - shared;
    Scalar proper = (x.high > x.low) & (y.high > y.low) & (shared > 0) &
                    (p.area() > 0) & (q.area() > 0) & (united > 0);
    return proper & (shared / united > iouThreshold);
  }

  Scalar score(Value batch, Value cls, Value index) {
    return {e, e.element(op.getScores(), {batch, cls, index})};
  }

  /// Whether one of the rows [from, to) overlaps the box.
  Value isSuppressed(Value batch, Value index, Value from, Value to) {
    Box mine = box(batch, index);
    Value hit = e.search(from, to, [&](Value row) {
      return Value(overlaps(mine, box(batch, boxOf(row))));
    });
    return e.compare(arith::CmpIPredicate::slt, hit, to);
  }

  /// Writes the boxes that score enough to the rows from `row` on; the row
  /// behind them.
  Value collect(Value batch, Value cls, Value row) {
    return e.fold(e.constant(0), boxCount, row,
                  [&](Value index, ValueRange end) {
                    Scalar taken = score(batch, cls, index) > scoreThreshold;
                    e.when(taken, [&] { putBox(index, end[0]); });
                    Scalar row(e, end[0]);
                    return Indices{select(taken, row + 1, row)};
                  })[0];
  }
  /// The best box on top. Slots count back from the row `end`, so that the rows
  /// that get free as the heap shrinks are the first ones.
  Heap heapBefore(Value end, Value batch, Value cls) {
    auto rowOf = [this, end](Value slot) {
      return e.sub(e.sub(end, e.constant(1)), slot);
    };
    return {{[=, this](Value slot) { return Value(boxOf(rowOf(slot))); },
             [=, this](Value index, Value slot) { putBox(index, rowOf(slot)); },
             [=, this](Value x, Value y) {
               Scalar mine = score(batch, cls, x), other = score(batch, cls, y);
               Scalar isFirst = Scalar(e, x) < Scalar(e, y);
               return Value((mine > other) | ((mine == other) & isFirst));
             }},
            e};
  }

  /// Appends what a class keeps to the rows [0, total); their number
  /// afterwards.
  Value emitClass(Value batch, Value cls, Value total) {
    Value end = collect(batch, cls, total);
    Heap heap = heapBefore(end, batch, cls);
    Value waiting = e.sub(end, total);
    heap.build(waiting);
    auto goesOn = [&](ValueRange state) {
      return Value((Scalar(e, state[0]) > 0) &
                   (Scalar(e, state[1]) - Scalar(e, total) < mostKept));
    };
    return e.repeat({waiting, total}, goesOn, [&](ValueRange state) {
      Value index = heap.pop(state[0]);
      Scalar kept = !Scalar(e, isSuppressed(batch, index, total, state[1]));
      e.when(kept, [&] { putRow(state[1], {batch, cls, index}); });
      Scalar rows(e, state[1]);
      return Indices{Scalar(e, state[0]) - 1, select(kept, rows + 1, rows)};
    })[1];
  }

  NonMaxSuppressionOp op;
  KernelEmitter &e;
  Scalar boxCount, iouThreshold, scoreThreshold, mostKept;
};

void nonMaxSuppression(Operation *op, KernelEmitter &e) {
  Suppression(cast<NonMaxSuppressionOp>(op), e).emit();
}

} // namespace

void registerSuppressionLowerings(NestTable &nests) {
  nests["opc.non_max_suppression"] = atOnce(nonMaxSuppression);
}

} // namespace opc
