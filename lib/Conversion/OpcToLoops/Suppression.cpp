//===- Suppression.cpp - loops of non-maximum suppression -----------------===//
//
// Boxes are visited by falling score (equal scores by rising index); one is
// kept unless it overlaps one that was kept before it in its class.
//
//===----------------------------------------------------------------------===//
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
    clearRows(total);
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
  void clearRows(Value from) {
    Value zero = e.constant(0);
    e.loop(from, e.extent(op.getSelected(), 0),
           [&](Value row) { putRow(row, {zero, zero, zero}); });
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

  /// The box that comes next after (score, index), or boxCount for none.
  Value next(Value batch, Value cls, Scalar score, Scalar index) {
    Indices best = e.fold(
        e.constant(0), boxCount, {score, boxCount},
        [&](Value i, ValueRange carried) {
          Scalar candidate(e, e.element(op.getScores(), {batch, cls, i}));
          Scalar position(e, i);
          Scalar open = (candidate > scoreThreshold) &
                        ((candidate < score) |
                         ((candidate == score) & (position > index)));
          Scalar better = (Scalar(e, carried[1]) == boxCount) |
                          (candidate > Scalar(e, carried[0]));
          Scalar taken = open & better;
          return Indices{select(taken, candidate, {e, carried[0]}),
                         select(taken, position, {e, carried[1]})};
        });
    return best[1];
  }

  /// Whether one of the rows [from, to) overlaps the box.
  Value isSuppressed(Value batch, Value index, Value from, Value to) {
    Box mine = box(batch, index);
    Value hit = e.search(from, to, [&](Value row) {
      Scalar other(e, e.reload(op.getSelected(), {row, e.constant(2)}));
      return Value(overlaps(mine, box(batch, other.toIndex())));
    });
    return e.compare(arith::CmpIPredicate::slt, hit, to);
  }

  /// Appends what a class keeps to the rows [0, total); their number
  /// afterwards.
  Value emitClass(Value batch, Value cls, Value total) {
    Type scoreType = computeType(elementType(op.getScores()));
    Value infinity =
        extremeValue(/*greatest=*/true, elementType(op.getScores()), e);
    Scalar start = Scalar(e, infinity).to(scoreType);
    // State: the score and index of the last box visited, and the rows.
    auto goesOn = [&](ValueRange state) {
      return Value((Scalar(e, state[1]) < boxCount) &
                   (Scalar(e, state[2]) - Scalar(e, total) < mostKept));
    };
    return e.repeat(
        {start, e.constant(-1), total}, goesOn,
        [&](ValueRange state) { return visit(batch, cls, total, state); })[2];
  }
  Indices visit(Value batch, Value cls, Value firstRow, ValueRange state) {
    Value index = next(batch, cls, {e, state[0]}, {e, state[1]});
    Scalar exists = Scalar(e, index) < boxCount;
    Value kept = e.choose(
        exists,
        [&] {
          return Value(
              !Scalar(e, isSuppressed(batch, index, firstRow, state[2])));
        },
        [&] { return e.boolean(false); });
    e.when(kept, [&] { putRow(state[2], {batch, cls, index}); });
    Value score = e.choose(
        exists, [&] { return e.element(op.getScores(), {batch, cls, index}); },
        [&] { return state[0]; });
    Scalar rows(e, state[2]);
    return {score, index, select({e, kept}, rows + 1, rows)};
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
