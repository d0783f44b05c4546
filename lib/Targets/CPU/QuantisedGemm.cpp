//===- QuantisedGemm.cpp - products with weights of few bits --------------===//
//
// opc.packed_quantized_matmul and what follows it. All leading axes of a are
// rows. Weights are read as they are packed: with one row, as in the decoding
// of a language model, reading them is what takes the time.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/MergedAxes.h"
#include "opc/Targets/CPU/ProductTile.h"
#include "opc/Targets/CPU/QuantisedTile.h"

using namespace mlir;
namespace opc::cpu {
namespace {

class Writer {
public:
  Writer(KernelWriter &w, PackedQuantizedMatmulOp op, Dims rowDims,
         const VectorMachine &machine, const GemmPlan &plan)
      : w(w), op(op), rowDims(std::move(rowDims)), lanes(machine.lanes) {
    LoopBuilder &l = w.l;
    columns = {l.index(op.getColumns()), lanes, plan};
    Value m = w.e.expr(product(w.env.getContext(), this->rowDims));
    rows = TileSplit::unknown(m, plan.tileRows);
    rowTiles = rows.count(l.b, l.loc);
  }

  // As in Gemm.cpp: blocks of columns change last.
  void run() {
    LoopBuilder &l = w.l;
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      Value rowTile = l.rem(unit, rowTiles), block = l.div(unit, rowTiles);
      columns.forPanels(l, block, [&](const ColumnPanel &panel) {
        rows.emitPart(l.b, l.loc, rowTile, [&](Value row, int64_t count) {
          emitTile(row, panel, {count, panel.vectors, lanes});
        });
      });
    });
  }

private:
  void emitTile(Value row, const ColumnPanel &panel, const TileShape &shape) {
    LoopBuilder &l = w.l;
    QuantisedTile tile{shape};
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
    tile.row = row;
    tile.vector = l.div(panel.first, lanes);
    writeTileSums(
        w, op.getY(), shape, emitQuantisedTile(l.b, l.loc, tile), panel,
        [&](Value i) { return w.e.delinearize(l.add(row, i), rowDims); });
  }

  KernelWriter &w;
  PackedQuantizedMatmulOp op;
  Dims rowDims;
  int64_t lanes;
  ProductColumns columns;
  TileSplit rows;
  Value rowTiles;
};

GemmPlan planOf(PackedQuantizedMatmulOp op, AffineExpr rows,
                const VectorMachine &machine, func::FuncOp kernel) {
  GemmShape shape;
  shape.spare = spareRegisters(kernel);
  shape.rows = constantOf(rows).value_or(0);
  shape.columns = op.getColumns();
  shape.reduction = op.getB().getType().getDimSize(1) * (32 / op.getBits());
  GemmPlan plan = planGemm(shape, machine);
  // Few rows make few units: panels then are units of their own.
  if (shape.rows <= 2 * plan.tileRows)
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
  AffineExpr units = m.ceilDiv(plan.tileRows) *
                     int64_t(llvm::divideCeil(vectors, plan.blockVectors));
  return writeKernel(kernel, env, machine.lanes, units, /*grain=*/0,
                     [&](KernelWriter &w) {
                       axes.apply(w.v);
                       Writer(w, op, rows, machine, plan).run();
                     });
}

} // namespace opc::cpu
