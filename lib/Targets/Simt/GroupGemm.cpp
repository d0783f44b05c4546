//===- GroupGemm.cpp - matrix products, a tile for each group -------------===//
//
// A group has a tile of the result and brings slices of a and b to shared
// memory, side by side. Where items go in step, each has a part of the tile in
// registers: `rows` rows of `vectors` vectors. Where each item goes alone, an
// item is a group, whose tile has many such parts: their sums are in shared
// memory from one slice to the next.
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
#include "opc/Targets/Schedule/ProductForm.h"
#include "opc/Targets/Simt/GridSchedules.h"

using namespace mlir;
namespace opc::simt {
namespace {

/// How a group's tile is made of parts that fit registers.
struct GemmTiles {
  int64_t lanes = 4;   ///< columns of a vector
  int64_t vectors = 1; ///< vectors of a part
  int64_t rows = 4;    ///< rows of a part
  int64_t across = 1;  ///< parts along the columns
  int64_t down = 1;    ///< parts along the rows
  int64_t depth = 16;  ///< steps of the reduction that are brought at once
  bool alone = false;  ///< one item has all parts, else each has one

  int64_t items() const { return alone ? 1 : across * down; }
  int64_t columns() const { return lanes * vectors; }
  int64_t groupRows() const { return rows * down; }
  int64_t groupColumns() const { return columns() * across; }

  static GemmTiles of(const SimtUnit &unit) {
    GemmTiles t;
    t.alone = unit.wave == 1;
    t.lanes = unit.vectorBits / 32;
    int64_t vectors = unit.registerBytes / (unit.vectorBits / 8);
    // What the sums leave holds a column of a and a row of b.
    t.vectors = t.alone ? 2 : 1;
    t.rows = std::max<int64_t>(vectors * 3 / 4 / t.vectors, 1);
    if (t.alone) {
      t.across = t.down = 8;
      t.depth = 256;
    } else {
      t.rows = std::min<int64_t>(t.rows, 8);
      t.across = int64_t(1) << (llvm::Log2_64(unit.group) / 2);
      t.down = unit.group / t.across;
    }
    while (t.sharedBytes() > unit.sharedBytes && t.depth > 4)
      t.depth /= 2;
    while (t.sharedBytes() > unit.sharedBytes && t.across > 1)
      t.across = t.down = t.across / 2;
    return t;
  }

  int64_t sharedBytes() const {
    int64_t slices = (alone ? rows : groupRows()) + groupColumns();
    int64_t sums = alone ? groupRows() * groupColumns() : 0;
    return (slices * depth + sums) * 4;
  }
};

class GemmWriter {
public:
  GemmWriter(KernelWriter &w, Grid &grid, const ProductForm &p,
             const GemmTiles &t, bool fused)
      : w(w), l(w.l), grid(grid), p(p), t(t), fused(fused),
        lanesType(VectorType::get({t.lanes}, l.b.getF32Type())) {
    m = w.e.expr(product(w.env.getContext(), p.rows));
    k = w.e.expr(p.reduction);
    n = w.e.expr(p.columns);
    Type f32 = l.b.getF32Type();
    sharedA = grid.shared(f32, t.depth * (t.alone ? t.rows : t.groupRows()));
    sharedB = grid.shared(f32, t.depth * t.groupColumns());
    if (t.alone)
      sharedSums = grid.shared(f32, t.groupRows() * t.groupColumns());
  }

  void run() {
    grid.forGroupUnits([&](Value unit) {
      Value tilesAcross = l.ceilDiv(n, t.groupColumns());
      Value tilesDown = l.ceilDiv(m, t.groupRows());
      Value tile = l.div(unit, tilesAcross);
      batch = w.e.delinearize(l.div(tile, tilesDown), p.batch);
      groupRow = l.mul(l.rem(tile, tilesDown), t.groupRows());
      groupColumn = l.mul(l.rem(unit, tilesAcross), t.groupColumns());
      baseA = matrixAt(w, p, p.a, batch);
      baseB = matrixAt(w, p, p.b, batch);
      if (t.alone)
        writeParts();
      else
        write(sumOfSlices());
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
    grid.strided(grid.item(), l.index(width * t.depth), l.index(t.items()),
                 [&](Value i) {
                   // Neighbouring items read neighbouring elements.
                   Value own = alongSteps ? l.div(i, t.depth)
                                          : l.rem(i, l.index(width));
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
    Value ownRow = l.mul(l.div(grid.item(), t.across), t.rows);
    Value ownColumn = l.mul(l.rem(grid.item(), l.index(t.across)), t.columns());
    row = l.add(groupRow, ownRow);
    column = l.add(groupColumn, ownColumn);
    return l.fold(
        l.index(0), k, t.depth, sums, [&](Value first, ValueRange carried) {
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
          SmallVector<Value> next = l.fold(
              l.index(0), steps, 1, carried, [&](Value s, ValueRange in) {
                Value fromA = l.add(l.mul(s, t.groupRows()), ownRow);
                Value fromB = l.add(l.mul(s, t.groupColumns()), ownColumn);
                return step(
                    in,
                    [&](int64_t i) { return load(sharedA, l.add(fromA, i)); },
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

  /// body(row part, column part) for the parts of the tile that are not beyond
  /// the result.
  void forRowParts(llvm::function_ref<void(Value)> body) {
    Value parts = l.ceilDiv(l.sub(m, groupRow), t.rows);
    l.loop(l.index(0), l.min(parts, l.index(t.down)), body);
  }
  void forColumnParts(llvm::function_ref<void(Value)> body) {
    Value parts = l.ceilDiv(l.sub(n, groupColumn), t.columns());
    l.loop(l.index(0), l.min(parts, l.index(t.across)), body);
  }

  /// Where the sums of a part begin.
  Value sumsOf(Value rowPart, Value columnPart) {
    return l.mul(l.add(l.mul(rowPart, t.across), columnPart),
                 t.rows * t.columns());
  }
  Value loadVector(Value memory, Value at) {
    return vector::LoadOp::create(l.b, l.loc, lanesType, memory,
                                  ValueRange{at});
  }
  void storeVector(Value value, Value memory, Value at) {
    vector::StoreOp::create(l.b, l.loc, value, memory, ValueRange{at});
  }

  void writeParts() {
    l.loop(l.index(0), l.index(t.groupRows() * t.groupColumns()), t.lanes,
           [&](Value at) { storeVector(zeros(), sharedSums, at); });
    l.loop(l.index(0), k, t.depth, [&](Value first) {
      Value steps = l.min(l.index(t.depth), l.sub(k, first));
      bringColumns(first, steps);
      forRowParts([&](Value rowPart) {
        bringRows(rowPart, first, steps);
        forColumnParts(
            [&](Value columnPart) { addSlice(rowPart, columnPart, steps); });
      });
    });
    forRowParts([&](Value rowPart) {
      forColumnParts([&](Value columnPart) { writePart(rowPart, columnPart); });
    });
  }

  /// A slice of b, its columns by parts: [parts][steps][columns].
  void bringColumns(Value first, Value steps) {
    forColumnParts([&](Value part) {
      Value start = l.add(groupColumn, l.mul(part, t.columns()));
      Value to = l.mul(part, t.depth * t.columns());
      Value last = l.sub(n, l.index(1));
      auto one = [&](Value s, Value j) {
        Value x = load(w.e.buffer(p.b),
                       addressB(l.add(first, s), l.min(l.add(start, j), last)));
        memref::StoreOp::create(l.b, l.loc, x, sharedB,
                                l.add(to, l.add(l.mul(s, t.columns()), j)));
      };
      auto byElements = [&] {
        l.loop(l.index(0), steps, [&](Value s) {
          l.loop(l.index(0), l.index(t.columns()), [&](Value j) { one(s, j); });
        });
      };
      if (p.transposeB)
        return byElements();
      auto byVectors = [&] {
        l.loop(l.index(0), steps, [&](Value s) {
          for (int64_t j = 0; j < t.columns(); j += t.lanes)
            storeVector(loadVector(w.e.buffer(p.b),
                                   addressB(l.add(first, s), l.add(start, j))),
                        sharedB, l.add(to, l.add(l.mul(s, t.columns()), j)));
        });
      };
      l.branch(l.less(n, l.add(start, t.columns())), byElements, byVectors);
    });
  }

  /// A slice of a part's rows of a: [steps][rows].
  void bringRows(Value part, Value first, Value steps) {
    Value last = l.sub(m, l.index(1));
    for (int64_t i = 0; i < t.rows; ++i) {
      Value own = l.min(l.add(groupRow, l.add(l.mul(part, t.rows), i)), last);
      l.loop(l.index(0), steps, [&](Value s) {
        Value x = load(w.e.buffer(p.a), addressA(own, l.add(first, s)));
        memref::StoreOp::create(l.b, l.loc, x, sharedA,
                                l.add(l.mul(s, t.rows), i));
      });
    }
  }

  void addSlice(Value rowPart, Value columnPart, Value steps) {
    Value at = sumsOf(rowPart, columnPart);
    SmallVector<Value> sums;
    for (int64_t i = 0; i < t.rows * t.vectors; ++i)
      sums.push_back(loadVector(sharedSums, l.add(at, i * t.lanes)));
    Value from = l.mul(columnPart, t.depth * t.columns());
    sums = l.fold(l.index(0), steps, 1, sums, [&](Value s, ValueRange in) {
      Value a = l.mul(s, t.rows), b = l.add(from, l.mul(s, t.columns()));
      return step(
          in, [&](int64_t i) { return load(sharedA, l.add(a, i)); },
          [&](int64_t j) { return loadVector(sharedB, l.add(b, j * t.lanes)); },
          t.rows);
    });
    for (auto [i, sum] : llvm::enumerate(sums))
      storeVector(sum, sharedSums, l.add(at, int64_t(i) * t.lanes));
  }

  /// Rows that exist, by vectors where these do.
  void writePart(Value rowPart, Value columnPart) {
    Value firstRow = l.add(groupRow, l.mul(rowPart, t.rows));
    Value firstColumn = l.add(groupColumn, l.mul(columnPart, t.columns()));
    Value rows = l.min(l.sub(m, firstRow), l.index(t.rows));
    l.loop(l.index(0), rows, [&](Value i) {
      Value own = l.add(firstRow, i);
      Value at = l.add(sumsOf(rowPart, columnPart), l.mul(i, t.columns()));
      l.branch(
          l.less(n, l.add(firstColumn, t.columns())),
          [&] {
            l.loop(l.index(0), l.sub(n, firstColumn), [&](Value j) {
              writeElement(own, l.add(firstColumn, j),
                           load(sharedSums, l.add(at, j)));
            });
          },
          [&] {
            for (int64_t j = 0; j < t.columns(); j += t.lanes)
              writeVector(own, l.add(firstColumn, j),
                          loadVector(sharedSums, l.add(at, j)));
          });
    });
  }

  void writeElement(Value i, Value j, Value sum) {
    SmallVector<Value> at = positionOf(i);
    at.back() = j;
    w.v.bind(p.op->getResult(0), sum);
    writeElements(w, at, w.kernel.results);
    w.v.clearBound();
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
  const ProductForm &p;
  const GemmTiles &t;
  bool fused;
  VectorType lanesType;
  Value m, k, n, sharedA, sharedB, sharedSums;
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
  std::optional<ProductForm> p = op ? ProductForm::of(op, env) : std::nullopt;
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
  AffineExpr units =
      product(kernel.context(), p->batch) *
      product(kernel.context(), p->rows).ceilDiv(tiles.groupRows()) *
      p->columns.ceilDiv(tiles.groupColumns());
  kernel.allowInPlace();
  return writeGridKernel(kernel, tiles.lanes, units, tiles.items(),
                         /*perGroup=*/true, [&](KernelWriter &w, Grid &grid) {
                           GemmWriter(w, grid, *p, tiles, plan.fused).run();
                         });
}

} // namespace opc::simt
