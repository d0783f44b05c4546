//===- Gemm.cpp - matrix products, a tile for each group ------------------===//
//
// A group has a tile of the result, and each of its items a part of that in
// registers: `rows` rows of `vectors` vectors. Where items go in step, the
// group first brings a slice of a and b to shared memory, side by side; where
// each item goes alone, an item is a group and reads where the operands lie.
// Products are added up in the order of the reduction, as the NumericPlan says:
// the sums are those of any other target, whatever the tile.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Numerics/NumericPlan.h"
#include "opc/Targets/Schedule/MatrixProduct.h"
#include "opc/Targets/Simt/Schedules.h"

using namespace mlir;
namespace opc::simt {
namespace {

/// How a group's tile is made of its items'.
struct GemmTiles {
  int64_t lanes = 4;   ///< columns of a vector
  int64_t vectors = 1; ///< vectors of an item
  int64_t rows = 4;    ///< rows of an item
  int64_t across = 1;  ///< items along the columns
  int64_t down = 1;    ///< items along the rows
  int64_t depth = 16;  ///< steps of the reduction that are brought at once

  int64_t items() const { return across * down; }
  int64_t columns() const { return lanes * vectors; }
  int64_t groupRows() const { return rows * down; }
  int64_t groupColumns() const { return columns() * across; }
  bool shares() const { return items() > 1; }

  static GemmTiles of(const SimtUnit &unit) {
    GemmTiles t;
    t.lanes = unit.vectorBits / 32;
    int64_t vectors = unit.registerBytes / (unit.vectorBits / 8);
    // What the sums leave holds a column of a and a row of b.
    t.vectors = unit.wave == 1 ? 2 : 1;
    t.rows = std::max<int64_t>(vectors * 3 / 4 / t.vectors, 1);
    if (unit.wave == 1)
      return t;
    t.rows = std::min<int64_t>(t.rows, 8);
    t.across = int64_t(1) << (llvm::Log2_64(unit.group) / 2);
    t.down = unit.group / t.across;
    while (t.sharedBytes() > unit.sharedBytes / 2 && t.depth > 4)
      t.depth /= 2;
    return t;
  }

  int64_t sharedBytes() const {
    return (groupRows() + groupColumns()) * depth * 4;
  }
};

class GemmWriter {
public:
  GemmWriter(KernelWriter &w, Grid &grid, const MatrixProduct &p,
             const GemmTiles &t, bool fused)
      : w(w), l(w.l), grid(grid), p(p), t(t), fused(fused),
        lanesType(VectorType::get({t.lanes}, l.b.getF32Type())) {
    m = w.e.expr(product(w.env.getContext(), p.rows));
    k = w.e.expr(p.reduction);
    n = w.e.expr(p.columns);
    if (t.shares()) {
      sharedA = grid.shared(l.b.getF32Type(), t.depth * t.groupRows());
      sharedB = grid.shared(l.b.getF32Type(), t.depth * t.groupColumns());
    }
  }

  void run() {
    grid.forGroupUnits([&](Value unit) {
      Value tilesAcross = l.ceilDiv(n, t.groupColumns());
      Value tilesDown = l.ceilDiv(m, t.groupRows());
      Value tile = l.div(unit, tilesAcross);
      batch = w.e.delinearize(l.div(tile, tilesDown), p.batch);
      groupRow = l.mul(l.rem(tile, tilesDown), t.groupRows());
      groupColumn = l.mul(l.rem(unit, tilesAcross), t.groupColumns());
      row = l.add(groupRow,
                  l.mul(l.div(grid.item(), l.index(t.across)), t.rows));
      column = l.add(groupColumn, l.mul(l.rem(grid.item(), l.index(t.across)),
                                        t.columns()));
      baseA = matrixAt(w, p, p.a, batch);
      baseB = matrixAt(w, p, p.b, batch);
      if (t.shares())
        write(sumOfSlices());
      else
        writeAlone();
    });
  }

private:
  Value addressA(Value i, Value step) {
    return l.add(baseA, p.transposeA ? l.add(l.mul(step, m), i)
                                     : l.add(l.mul(i, k), step));
  }
  Value addressB(Value step, Value j) {
    return l.add(baseB, p.transposeB ? l.add(l.mul(j, k), step)
                                     : l.add(l.mul(step, n), j));
  }
  Value load(Value memory, Value at) {
    return memref::LoadOp::create(l.b, l.loc, memory, at);
  }
  Value zeros() {
    return arith::ConstantOp::create(l.b, l.loc, l.b.getZeroAttr(lanesType));
  }
  Value multiplyAdd(Value a, Value b, Value sum) {
    if (fused)
      return math::FmaOp::create(l.b, l.loc, a, b, sum);
    Value part = arith::MulFOp::create(l.b, l.loc, a, b);
    return arith::AddFOp::create(l.b, l.loc, sum, part);
  }

  /// One step: each sum and the product of an element of a and a vector of b.
  SmallVector<Value> step(ValueRange sums, llvm::function_ref<Value(int64_t)> a,
                          llvm::function_ref<Value(int64_t)> b, int64_t rows) {
    SmallVector<Value> next, across;
    for (int64_t j = 0; j < t.vectors; ++j)
      across.push_back(b(j));
    for (int64_t i = 0; i < rows; ++i) {
      Value left = vector::BroadcastOp::create(l.b, l.loc, lanesType, a(i));
      for (int64_t j = 0; j < t.vectors; ++j)
        next.push_back(multiplyAdd(left, across[j], sums[i * t.vectors + j]));
    }
    return next;
  }

  //===--------------------------------------------------------------------===//
  // By way of shared memory
  //===--------------------------------------------------------------------===//

  /// Brings one operand's slice of `width` rows or columns, those beyond its
  /// end as the last one: nobody writes what becomes of them.
  void bring(Value shared, int64_t width, Value first, Value extent,
             Value firstStep, bool alongSteps,
             llvm::function_ref<Value(Value at, Value step)> read) {
    Value lastStep = l.sub(k, l.index(1)), last = l.sub(extent, l.index(1));
    grid.strided(
        grid.item(), l.index(width * t.depth), l.index(t.items()),
        [&](Value i) {
          // Neighbouring items read neighbouring elements.
          Value own = alongSteps ? l.div(i, t.depth) : l.rem(i, l.index(width));
          Value step = alongSteps ? l.rem(i, l.index(t.depth))
                                  : l.div(i, width);
          Value x = read(l.min(l.add(first, own), last),
                         l.min(l.add(firstStep, step), lastStep));
          memref::StoreOp::create(l.b, l.loc, x, shared,
                                  l.add(l.mul(step, width), own));
        });
  }

  SmallVector<Value> sumOfSlices() {
    SmallVector<Value> sums(t.rows * t.vectors, zeros());
    Value ownRow = l.sub(row, groupRow), ownColumn = l.sub(column, groupColumn);
    return l.fold(l.index(0), k, t.depth, sums, [&](Value first,
                                                    ValueRange carried) {
      bring(sharedA, t.groupRows(), groupRow, m, first, !p.transposeA,
            [&](Value i, Value step) {
              return load(w.e.buffer(p.a), addressA(i, step));
            });
      bring(sharedB, t.groupColumns(), groupColumn, n, first, p.transposeB,
            [&](Value j, Value step) {
              return load(w.e.buffer(p.b), addressB(step, j));
            });
      grid.wait();
      Value steps = l.min(l.index(t.depth), l.sub(k, first));
      SmallVector<Value> next =
          l.fold(l.index(0), steps, 1, carried, [&](Value s, ValueRange in) {
            Value fromA = l.add(l.mul(s, t.groupRows()), ownRow);
            Value fromB = l.add(l.mul(s, t.groupColumns()), ownColumn);
            return step(
                in, [&](int64_t i) { return load(sharedA, l.add(fromA, i)); },
                [&](int64_t j) -> Value {
                  return vector::LoadOp::create(
                      l.b, l.loc, lanesType, sharedB,
                      ValueRange{l.add(fromB, j * t.lanes)});
                },
                t.rows);
          });
      grid.wait();
      return next;
    });
  }

  /// Elements of the tile that exist, one by one.
  void write(ArrayRef<Value> sums) {
    for (int64_t i = 0; i < t.rows; ++i)
      l.branch(l.less(l.add(row, i), m), [&] {
        SmallVector<Value> at = positionOf(l.add(row, i));
        for (int64_t j = 0; j < t.columns(); ++j)
          l.branch(l.less(l.add(column, j), n), [&] {
            at.back() = l.add(column, j);
            Value sum = vector::ExtractOp::create(
                l.b, l.loc, sums[i * t.vectors + j / t.lanes], j % t.lanes);
            w.v.bind(p.op->getResult(0), sum);
            writeElements(w, at, w.kernel.results);
          });
      });
    w.v.clearBound();
  }

  //===--------------------------------------------------------------------===//
  // By an item alone
  //===--------------------------------------------------------------------===//

  /// Rows and columns that fill the tile, else rows one by one and elements.
  void writeAlone() {
    Value wide = l.add(column, t.columns());
    Value rowsEnd = l.min(m, l.add(row, t.rows));
    l.branch(
        l.less(n, wide),
        [&] {
          l.loop(row, rowsEnd, [&](Value i) {
            l.loop(column, n, [&](Value j) { writeElement(i, j); });
          });
        },
        [&] {
          l.branch(
              l.less(m, l.add(row, t.rows)),
              [&] {
                l.loop(row, rowsEnd, [&](Value i) { writeRows(i, 1); });
              },
              [&] { writeRows(row, t.rows); });
        });
  }

  void writeElement(Value i, Value j) {
    Value zero = arith::ConstantOp::create(l.b, l.loc,
                                           l.b.getF32FloatAttr(0));
    Value sum = l.fold(l.index(0), k, 1, zero, [&](Value s, ValueRange in) {
      Value a = load(w.e.buffer(p.a), addressA(i, s));
      Value b = load(w.e.buffer(p.b), addressB(s, j));
      return SmallVector<Value>{multiplyAdd(a, b, in[0])};
    })[0];
    SmallVector<Value> at = positionOf(i);
    at.back() = j;
    w.v.bind(p.op->getResult(0), sum);
    writeElements(w, at, w.kernel.results);
    w.v.clearBound();
  }

  Value vectorOfB(Value step, Value j) {
    if (!p.transposeB)
      return w.v.load(w.e.buffer(p.b), addressB(step, j), {});
    SmallVector<Value> elements;
    for (int64_t lane = 0; lane < t.lanes; ++lane)
      elements.push_back(
          load(w.e.buffer(p.b), addressB(step, l.add(j, lane))));
    return vector::FromElementsOp::create(l.b, l.loc, lanesType, elements);
  }

  void writeRows(Value first, int64_t rows) {
    SmallVector<Value> sums(rows * t.vectors, zeros());
    sums = l.fold(l.index(0), k, 1, sums, [&](Value s, ValueRange in) {
      return step(
          in,
          [&](int64_t i) {
            return load(w.e.buffer(p.a), addressA(l.add(first, i), s));
          },
          [&](int64_t j) { return vectorOfB(s, l.add(column, j * t.lanes)); },
          rows);
    });
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < t.vectors; ++j)
        writeVector(l.add(first, i), l.add(column, j * t.lanes),
                    sums[i * t.vectors + j]);
  }

  void writeVector(Value i, Value j, Value sum) {
    SmallVector<Value> at = positionOf(i);
    at.pop_back();
    w.v.bind(p.op->getResult(0), sum);
    LaneIndices indices = alongLast(at, j);
    SmallVector<Value> values;
    for (Value result : w.kernel.results)
      values.push_back(w.v.vector(result, indices));
    for (auto [result, value] : llvm::zip(w.kernel.results, values))
      w.v.store(value, result, indices);
    w.v.clearBound();
  }

  /// Where row `i` of the product lies; the last index is for the column.
  SmallVector<Value> positionOf(Value i) {
    SmallVector<Value> at(batch);
    llvm::append_range(at, w.e.delinearize(i, p.rows));
    at.push_back(l.index(0));
    return at;
  }

  KernelWriter &w;
  LoopBuilder &l;
  Grid &grid;
  const MatrixProduct &p;
  const GemmTiles &t;
  bool fused;
  VectorType lanesType;
  Value m, k, n, sharedA, sharedB;
  SmallVector<Value> batch;
  Value groupRow, groupColumn; ///< where the group's tile begins
  Value row, column;           ///< where the item's part begins
  Value baseA, baseB;          ///< where the matrices of the batch begin
};

bool isF32Product(Operation *op) {
  return isa<MatmulOp>(op) && isF32(op->getOperand(0)) &&
         isF32(op->getOperand(1)) && isF32(op->getResult(0));
}

} // namespace

bool leadsGemm(Operation *op, const TargetDesc &) { return isF32Product(op); }

ScheduleResult scheduleGemm(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  Operation *op = kernel.root();
  std::optional<MatrixProduct> p =
      op ? MatrixProduct::of(op, env) : std::nullopt;
  if (!p)
    return misfitOf<MatmulOp>(kernel, "no product of matrices alone");
  if (!isF32Product(op))
    return ScheduleResult::declined("no product of these types");
  if (auto why = misfitAround(kernel, op->getResult(0), {p->a, p->b}))
    return ScheduleResult::declined(*why);
  NumericPlan plan = numericPlan(op, env);
  if (plan.chains != 1 || !plan.accumulator.isF32())
    return ScheduleResult::declined("a sum that is not one chain of f32");
  GemmTiles tiles = GemmTiles::of(*desc.simt);
  AffineExpr units = product(kernel.context(), p->batch) *
                     product(kernel.context(), p->rows)
                         .ceilDiv(tiles.groupRows()) *
                     p->columns.ceilDiv(tiles.groupColumns());
  kernel.allowInPlace();
  return writeGridKernel(
      kernel, desc, tiles.lanes, units, tiles.items(), /*perGroup=*/true,
      [&](KernelWriter &w, Grid &grid) {
        GemmWriter(w, grid, *p, tiles, plan.fused).run();
      });
}

} // namespace opc::simt
