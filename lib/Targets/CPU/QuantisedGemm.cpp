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
#include "opc/Targets/CPU/MergedAxes.h"
#include "opc/Targets/CPU/ProductTile.h"
#include "opc/Targets/CPU/QuantisedTile.h"

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
        // The other half of the cache is for the rows and their sums.
        steps(machine.l1Bytes / 2 / (plan.tileVectors * machine.vectorBytes)) {}

  /// Making them reals then takes a tenth of the time.
  static constexpr int64_t rowsOfUnit = 64;
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
    tile.inFlight = columns.plan.inFlight;
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

  /// The tiles of rows from `firstTile` on: some steps of the reduction become
  /// reals, all rows add them to their sums, and so on.
  void emitMany(const ColumnPanel &panel, Value firstTile) {
    QuantisedTile tile = tileOf(panel, columns.plan.tileRows);
    Type f32 = l.b.getF32Type();
    int64_t width = tile.shape.vectors * lanes;
    int64_t sizeOfTile = tile.shape.rows * width;
    Value sums = w.e.scratch(f32, shared.tiles * sizeOfTile);
    Value reals = w.e.scratch(f32, stepsOfRun(tile) * width);
    auto forTiles = [&](llvm::function_ref<void(Value row, Value at)> body) {
      Value last = l.min(l.add(firstTile, shared.tiles), rowTiles);
      l.loop(firstTile, last, [&](Value number) {
        Value start = l.mul(number, tile.shape.rows);
        // As in a TileSplit: the last tile is moved back.
        body(l.min(start, l.sub(m, l.index(tile.shape.rows))),
             l.mul(l.sub(number, firstTile), sizeOfTile));
      });
    };
    Value none = w.v.splat(
        arith::ConstantOp::create(l.b, l.loc, l.b.getF32FloatAttr(0)));
    forTiles([&](Value, Value at) {
      storeSums(SmallVector<Value>(tile.shape.rows * tile.shape.vectors, none),
                sums, at);
    });
    forRuns(tile, [&](const QuantisedRun &run) {
      emitUnpackedPanel(l.b, l.loc, tile, run, reals);
      forTiles([&](Value row, Value at) {
        GemmTile product = productOf(tile, run, reals, row);
        product.initial = loadSums(tile.shape, sums, at);
        storeSums(emitGemmTile(l.b, l.loc, product), sums, at);
      });
    });
    forTiles([&](Value row, Value at) {
      write(row, tile.shape, loadSums(tile.shape, sums, at), panel);
    });
  }

  /// Words of a block, and of them those that are reals at a time; or blocks.
  static int64_t wordsOfBlock(const QuantisedTile &tile) {
    return tile.block / tile.perWord();
  }
  int64_t wordsOfRun(const QuantisedTile &tile) const {
    return std::max<int64_t>(shared.steps / tile.perWord(), 1);
  }
  int64_t stepsOfRun(const QuantisedTile &tile) const {
    return std::min(wordsOfRun(tile), tile.words) * tile.perWord();
  }

  /// body(run) for parts of the reduction of at most stepsOfRun() elements.
  void forRuns(const QuantisedTile &tile,
               llvm::function_ref<void(const QuantisedRun &)> body) {
    int64_t ofBlock = wordsOfBlock(tile), most = wordsOfRun(tile);
    int64_t blocks = tile.words / ofBlock;
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

  GemmTile productOf(const QuantisedTile &tile, const QuantisedRun &run,
                     Value reals, Value row) {
    int64_t steps = run.blocks * run.words * tile.perWord();
    Value k = l.index(tile.words * tile.perWord());
    Value step = l.add(l.mul(run.firstBlock, tile.block),
                       l.mul(run.firstWord, tile.perWord()));
    GemmTile product;
    product.rows = tile.shape.rows;
    product.vectors = tile.shape.vectors;
    product.lanes = lanes;
    product.accumulator = l.b.getF32Type();
    product.a = tile.a;
    product.aRowStep = k;
    product.aBase = l.add(l.mul(row, k), step);
    product.b = reals;
    product.bBase = l.index(0);
    product.bVectorStep = l.index(steps * lanes);
    product.run = {l.index(steps), l.index(0), l.index(0), l.index(1),
                   l.index(lanes)};
    return product;
  }

  void storeSums(ArrayRef<Value> sums, Value to, Value at) {
    for (auto [i, sum] : llvm::enumerate(sums))
      vector::StoreOp::create(l.b, l.loc, sum, to,
                              ValueRange{l.add(at, int64_t(i) * lanes)});
  }

  SmallVector<Value> loadSums(const TileShape &shape, Value from, Value at) {
    auto type = VectorType::get({lanes}, l.b.getF32Type());
    SmallVector<Value> sums;
    for (int64_t i = 0; i < shape.rows * shape.vectors; ++i)
      sums.push_back(vector::LoadOp::create(l.b, l.loc, type, from,
                                            ValueRange{l.add(at, i * lanes)}));
    return sums;
  }

  KernelWriter &w;
  LoopBuilder &l;
  PackedQuantizedMatmulOp op;
  Dims rowDims;
  int64_t lanes;
  SharedPanel shared;
  ProductColumns columns;
  TileSplit rows;
  Value m, rowTiles;
};

GemmPlan planOf(PackedQuantizedMatmulOp op, AffineExpr rows,
                const VectorMachine &machine, func::FuncOp kernel) {
  GemmShape shape;
  shape.spare = spareRegisters(kernel);
  shape.rows = constantOf(rows).value_or(0);
  shape.columns = op.getColumns();
  shape.reduction = op.getB().getType().getDimSize(1) * (32 / op.getBits());
  GemmPlan plan = planGemm(shape, machine);
  plan.blockVectors = plan.tileVectors;
  return plan;
}

} // namespace

LogicalResult scheduleQuantisedGemm(func::FuncOp kernel,
                                    const TargetDesc &desc) {
  ShapeEnv env(kernel.getContext());
  auto op = dyn_cast_or_null<PackedQuantizedMatmulOp>(onlyNest(kernel));
  if (!op || !isEpilogueOf(kernel, op.getY(), env) ||
      llvm::any_of(op->getOperands(),
                   [](Value operand) { return operand.getDefiningOp(); }))
    return failure();
  VectorMachine machine = machineOf(desc);
  auto axes =
      MergedAxes::ofKernel(kernel, Dims(env.dims(op.getY())), env, op.getY());
  Dims rows(ArrayRef(axes.domain()).drop_back());
  AffineExpr m = product(kernel.getContext(), rows);
  GemmPlan plan = planOf(op, m, machine, kernel);
  int64_t vectors = llvm::divideCeil(op.getColumns(), machine.lanes);
  int64_t rowsOfUnit = SharedPanel(plan, machine).tiles * plan.tileRows;
  AffineExpr units = m.ceilDiv(rowsOfUnit) *
                     int64_t(llvm::divideCeil(vectors, plan.blockVectors));
  return writeKernel(kernel, env, machine.lanes, units, /*grain=*/0,
                     [&](KernelWriter &w) {
                       axes.apply(w.v);
                       Writer(w, op, rows, machine, plan).run();
                     });
}

} // namespace opc::cpu
