//===- QuantisedGemm.cpp - products with weights of few bits --------------===//
//
// opc.packed_quantized_matmul and what follows it. All leading axes of a are
// rows. Few rows take weights as they are packed: with one, as in the decoding
// of a language model, reading them is what takes the time. For many rows a
// panel of them becomes reals in the cache first, once for all.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Products/ProductTile.h"
#include "opc/Targets/CPU/Products/QuantisedTile.h"

using namespace mlir;
namespace opc::cpu {
namespace {

/// How many rows share weights that were made reals.
struct SharedPanel {
  int64_t fewestRows = 0; ///< one tile of fewer takes them from the words
  int64_t tiles = 1;      ///< of rows, of one unit
  int64_t steps = 1;      ///< of the reduction that are reals at a time

  SharedPanel(const GemmPlan &plan, const VectorMachine &machine)
      : fewestRows(plan.tileRows + 1),
        tiles(std::max<int64_t>(rowsOfUnit / plan.tileRows, 2)),
        // The other half of the cache is for the rows and their sums. A word
        // holds at most 16 elements.
        steps(std::max<int64_t>(
            machine.l1Bytes / 2 / machine.vectorBytes / plan.tileVectors, 16)) {
  }

  /// Making them reals then takes a tenth of the time.
  static constexpr int64_t rowsOfUnit = 64;
};

/// Flat memrefs of f32: the sums of all tiles of a unit, and what is made of
/// some steps of a panel.
struct Scratch {
  Value sums, reals;
};

/// Builds a unit of many rows: some steps of the reduction become reals, all
/// rows add them to their sums, and so on.
class ManyRows {
public:
  using TileBody = llvm::function_ref<void(Value row, Value number)>;
  using ForTiles = llvm::function_ref<void(TileBody)>;

  ManyRows(LoopBuilder &l, const QuantisedTile &tile, const SharedPanel &shared,
           const Scratch &memory)
      : l(l), tile(tile), shared(shared), memory(memory),
        type(VectorType::get({tile.shape.lanes}, l.b.getF32Type())) {}

  /// write(row, sums) for each tile; `forTiles` builds a loop over them, which
  /// counts them from 0.
  void run(ForTiles forTiles,
           llvm::function_ref<void(Value row, ArrayRef<Value>)> write) {
    forTiles([&](Value, Value number) {
      Value none = arith::ConstantOp::create(l.b, l.loc, l.b.getZeroAttr(type));
      storeSums(SmallVector<Value>(sumsOfTile(), none), number);
    });
    forRuns([&](const QuantisedRun &run) {
      emitUnpackedPanel(l.b, l.loc, tile, run, memory.reals);
      forTiles([&](Value row, Value number) {
        GemmTile product = productOf(run, row);
        product.initial = loadSums(number);
        storeSums(emitGemmTile(l.b, l.loc, product), number);
      });
    });
    forTiles([&](Value row, Value number) { write(row, loadSums(number)); });
  }

private:
  /// body(run) for parts of the reduction of at most `shared.steps` elements.
  void forRuns(llvm::function_ref<void(const QuantisedRun &)> body) {
    int64_t ofBlock = tile.block / tile.perWord();
    int64_t most = shared.steps / tile.perWord(), blocks = tile.words / ofBlock;
    if (ofBlock <= most) {
      auto parts = TileSplit::known(blocks, most / ofBlock);
      return parts.emitParts(l.b, l.loc, l.index(0), parts.count(l.b, l.loc),
                             [&](Value first, int64_t count) {
                               body({first, count, l.index(0), ofBlock});
                             });
    }
    auto parts = TileSplit::known(ofBlock, most);
    l.loop(l.index(0), l.index(blocks), [&](Value block) {
      parts.emitParts(
          l.b, l.loc, l.index(0), parts.count(l.b, l.loc),
          [&](Value first, int64_t count) { body({block, 1, first, count}); });
    });
  }

  GemmTile productOf(const QuantisedRun &run, Value row) {
    int64_t steps = run.blocks * run.words * tile.perWord();
    Value k = l.index(tile.words * tile.perWord());
    Value step = l.add(l.mul(run.firstBlock, tile.block),
                       l.mul(run.firstWord, tile.perWord()));
    GemmTile product;
    product.rows = tile.shape.rows;
    product.vectors = tile.shape.vectors;
    product.lanes = tile.shape.lanes;
    product.accumulator = type.getElementType();
    product.a = tile.a;
    product.aRowStep = k;
    product.aBase = l.add(l.mul(row, k), step);
    product.b = memory.reals;
    product.bBase = l.index(0);
    product.bVectorStep = l.index(steps * tile.shape.lanes);
    product.run = {l.index(steps), l.index(0), l.index(0), l.index(1),
                   l.index(tile.shape.lanes)};
    return product;
  }

  int64_t sumsOfTile() const { return tile.shape.rows * tile.shape.vectors; }

  /// Where sum `i` of tile `number` is kept.
  Value placeOf(Value number, int64_t i) {
    return l.mul(l.add(l.mul(number, sumsOfTile()), i), tile.shape.lanes);
  }

  void storeSums(ArrayRef<Value> sums, Value number) {
    for (auto [i, sum] : llvm::enumerate(sums))
      vector::StoreOp::create(l.b, l.loc, sum, memory.sums,
                              ValueRange{placeOf(number, int64_t(i))});
  }

  SmallVector<Value> loadSums(Value number) {
    SmallVector<Value> sums;
    for (int64_t i = 0; i < sumsOfTile(); ++i)
      sums.push_back(vector::LoadOp::create(l.b, l.loc, type, memory.sums,
                                            ValueRange{placeOf(number, i)}));
    return sums;
  }

  LoopBuilder &l;
  const QuantisedTile &tile;
  const SharedPanel &shared;
  const Scratch &memory;
  VectorType type;
};

class Writer {
public:
  Writer(KernelWriter &w, PackedQuantizedMatmulOp op, Dims rowDims,
         const VectorMachine &machine, const GemmPlan &plan)
      : w(w), l(w.l), op(op), rowDims(std::move(rowDims)), lanes(machine.lanes),
        shared(plan, machine) {
    columns = {l.index(op.getColumns()), lanes, plan};
    m = w.e.expr(product(w.env.getContext(), this->rowDims));
    rows = TileSplit::unknown(m, plan.tileRows);
    rowTiles = rows.count(l.b, l.loc);
  }

  // A unit is one panel of columns over `tiles` tiles of rows. As in Gemm.cpp:
  // columns change last.
  void run() {
    Value rowBlocks = l.ceilDiv(rowTiles, shared.tiles);
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      Value rowBlock = l.rem(unit, rowBlocks), block = l.div(unit, rowBlocks);
      columns.forPanels(l, block, [&](const ColumnPanel &panel) {
        l.branch(
            l.less(m, l.index(shared.fewestRows)), [&] { emitFew(panel); },
            [&] { emitMany(panel, l.mul(rowBlock, shared.tiles)); });
      });
    });
  }

private:
  QuantisedTile tileOf(const ColumnPanel &panel, int64_t rowsOfTile) {
    QuantisedTile tile;
    tile.shape = {rowsOfTile, panel.vectors, lanes};
    tile.bits = op.getBits();
    tile.words = op.getB().getType().getDimSize(1);
    tile.block = op.getBlock();
    tile.oneZero = op.getZero().getType() != op.getScale().getType() &&
                   op.getZero().getType().getDimSize(0) == 1 &&
                   op.getZero().getType().getDimSize(1) == 1;
    tile.chains = columns.plan.chains(rowsOfTile * panel.vectors);
    tile.a = w.e.buffer(op.getA());
    tile.b = w.e.buffer(op.getB());
    tile.scale = w.e.buffer(op.getScale());
    tile.zero = w.e.buffer(op.getZero());
    tile.vector = l.div(panel.first, lanes);
    return tile;
  }

  void write(Value row, const TileShape &shape, ArrayRef<Value> sums,
             const ColumnPanel &panel) {
    writeTileSums(w, op.getY(), shape, sums, panel, [&](Value i) {
      return w.e.delinearize(l.add(row, i), rowDims);
    });
  }

  void emitFew(const ColumnPanel &panel) {
    rows.emitParts(
        l.b, l.loc, l.index(0), rowTiles, [&](Value row, int64_t count) {
          QuantisedTile tile = tileOf(panel, count);
          tile.row = row;
          write(row, tile.shape, emitQuantisedTile(l.b, l.loc, tile), panel);
        });
  }

  void emitMany(const ColumnPanel &panel, Value firstTile) {
    const GemmPlan &plan = columns.plan;
    if (!memory.sums) {
      int64_t width = plan.tileVectors * lanes;
      Type f32 = l.b.getF32Type();
      memory.sums = w.e.scratch(f32, shared.tiles * plan.tileRows * width);
      memory.reals = w.e.scratch(f32, shared.steps * width);
    }
    QuantisedTile tile = tileOf(panel, plan.tileRows);
    Value lastTile = l.min(l.add(firstTile, shared.tiles), rowTiles);
    ManyRows many(l, tile, shared, memory);
    auto forTiles = [&](ManyRows::TileBody body) {
      l.loop(firstTile, lastTile, [&](Value number) {
        // As in a TileSplit: the last tile is moved back.
        Value row = l.min(l.mul(number, plan.tileRows),
                          l.sub(m, l.index(plan.tileRows)));
        body(row, l.sub(number, firstTile));
      });
    };
    many.run(forTiles, [&](Value row, ArrayRef<Value> sums) {
      write(row, tile.shape, sums, panel);
    });
  }

  KernelWriter &w;
  LoopBuilder &l;
  PackedQuantizedMatmulOp op;
  Dims rowDims;
  int64_t lanes;
  SharedPanel shared;
  Scratch memory;
  ProductColumns columns;
  TileSplit rows;
  Value m, rowTiles;
};

GemmPlan planOf(PackedQuantizedMatmulOp op, AffineExpr rows,
                const VectorMachine &machine, KernelForm &kernel) {
  GemmShape shape;
  shape.spare = spareRegisters(kernel.function);
  shape.rows = constantOf(rows).value_or(0);
  shape.columns = op.getColumns();
  shape.chains = numericPlan(op, kernel.env).chains;
  shape.reduction = op.getB().getType().getDimSize(1) * (32 / op.getBits());
  GemmPlan plan = planGemm(shape, machine);
  plan.blockVectors = plan.tileVectors;
  return plan;
}

} // namespace

bool leadsQuantisedGemm(Operation *op, const TargetDesc &) {
  return isa<PackedQuantizedMatmulOp>(op);
}

ScheduleResult scheduleQuantisedGemm(KernelForm &kernel,
                                     const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  auto op = kernel.root<PackedQuantizedMatmulOp>();
  if (!op)
    return misfitOf<PackedQuantizedMatmulOp>(
        kernel, "no product with packed weights of few bits alone");
  if (auto why = misfitAround(kernel, op.getY(), op->getOperands()))
    return ScheduleResult::declined(*why);
  VectorMachine machine = machineOf(desc);
  auto axes =
      MergedAxes::ofKernel(kernel, Dims(env.dims(op.getY())), op.getY());
  Dims rows(ArrayRef(axes.domain()).drop_back());
  AffineExpr m = product(kernel.context(), rows);
  GemmPlan plan = planOf(op, m, machine, kernel);
  int64_t vectors = llvm::divideCeil(op.getColumns(), machine.lanes);
  int64_t rowsOfUnit = SharedPanel(plan, machine).tiles * plan.tileRows;
  AffineExpr units = m.ceilDiv(rowsOfUnit) *
                     int64_t(llvm::divideCeil(vectors, plan.blockVectors));
  return writeKernel(kernel, machine.lanes, units, /*grain=*/0,
                     [&](KernelWriter &w) {
                       walkMerged(w, axes);
                       Writer(w, op, rows, machine, plan).run();
                     });
}

} // namespace opc::cpu
