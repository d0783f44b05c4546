//===- TileGemm.cpp - matrix products on tile registers -------------------===//
//
// opc.packed_matmul where the chip multiplies whole tiles of its types: two
// tiles of A by two of B make four of sums, which stay in registers for all of
// the reduction and pass through memory once, to the ops after the product.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Products/MatrixTile.h"
#include "opc/Targets/CPU/Products/ProductTile.h"
#include "opc/Targets/CPU/Products/Units.h"

using namespace mlir;
namespace opc::cpu {
namespace {

// Registers: four of sums, two of A, two of B.
constexpr int64_t side = 2, firstOfA = 4, firstOfB = 6;

/// The unit that multiplies the elements of a packed product, or null.
const MatrixUnit *unitOf(PackedMatmulOp op, const TargetDesc &desc) {
  const MatrixUnit *unit =
      tileUnitFor(desc, elementSpelling(op.getA()), elementSpelling(op.getB()));
  return unit && elementSpelling(op.getY()) == unit->acc ? unit : nullptr;
}

/// Packed columns whose B stays in the cache while the rows pass: a quarter of
/// L2, for A and the result pass through it, too. Few rows make few units:
/// pairs of panels then are units of their own.
int64_t panelsOfBlock(int64_t panels, int64_t panelBytes,
                      std::optional<int64_t> rows, int64_t tileRows,
                      const VectorMachine &machine) {
  if (rows && *rows <= 2 * side * tileRows)
    return side;
  int64_t fit = machine.l2Bytes / 4 / panelBytes / side * side;
  return std::clamp<int64_t>(fit, side, llvm::alignTo(panels, side));
}

class TileGemmWriter {
public:
  TileGemmWriter(KernelWriter &w, PackedMatmulOp op, ArrayRef<AffineExpr> rows,
                 const MatrixUnit &unit, int64_t blockPanels)
      : w(w), l(w.l), op(op), rows(rows), unit(unit), blockPanels(blockPanels),
        registers(l.b, l.loc, unit), a(w.e.buffer(op.getA())),
        b(w.e.buffer(op.getB())) {
    const Dims &packed = w.env.dims(op.getB());
    panels = *constantOf(packed[0]);
    reduction = *constantOf(packed[1]) * *constantOf(packed[3]);
    m = w.e.expr(product(w.env.getContext(), rows));
    height = l.max(l.min(m, l.index(unit.m)), l.index(1));
    rowTiles = l.ceilDiv(m, unit.m);
    sums = allocate({side * unit.m * pitch()}, getElementTypeOrSelf(op.getY()));
  }

  // A unit is two tiles of rows over one block of columns.
  void run() {
    registers.configure(allocate({64}, l.b.getI8Type()), height, firstOfB);
    Value rowPairs = l.ceilDiv(rowTiles, side);
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unitIndex) {
      Value tile = l.mul(l.rem(unitIndex, rowPairs), side);
      Value first = l.mul(l.div(unitIndex, rowPairs), blockPanels);
      inPairs(tile, rowTiles,
              [&](int64_t tall) { emitRows(tile, tall, first); });
    });
    registers.release();
  }

private:
  int64_t pitch() const { return side * unit.n; }

  Value allocate(ArrayRef<int64_t> shape, Type element) {
    return memref::AllocaOp::create(l.b, l.loc, MemRefType::get(shape, element),
                                    l.b.getI64IntegerAttr(64));
  }

  /// emit(2) where two of `count` are left from `first` on, else emit(1).
  void inPairs(Value first, Value count,
               llvm::function_ref<void(int64_t)> emit) {
    if (constantIndex(count) == 1)
      return emit(1);
    l.branch(
        l.less(l.add(first, 1), count), [&] { emit(side); }, [&] { emit(1); });
  }

  void emitRows(Value tile, int64_t tall, Value firstPanel) {
    Value end = l.min(l.add(firstPanel, blockPanels), l.index(panels));
    l.loop(firstPanel, end, side, [&](Value panel) {
      inPairs(panel, end,
              [&](int64_t wide) { emitTiles(tile, tall, panel, wide); });
    });
  }

  /// Row 0 of a tile. The last is moved back to end with the rows.
  Value firstRow(Value tile) {
    return l.min(l.mul(tile, unit.m), l.sub(m, height));
  }

  void emitTiles(Value tile, int64_t tall, Value panel, int64_t wide) {
    SmallVector<Value> starts;
    for (int64_t i = 0; i < tall; ++i)
      starts.push_back(firstRow(l.add(tile, i)));
    multiply(starts, panel, wide);
    for (int64_t i = 0; i < tall; ++i)
      l.loop(l.index(0), height, [&](Value row) {
        writeRow(l.add(starts[i], row), l.add(row, i * unit.m), panel, wide);
      });
  }

  /// The tiles of sums, to memory.
  void multiply(ArrayRef<Value> starts, Value panel, int64_t wide) {
    int64_t tall = starts.size();
    auto forSums = [&](llvm::function_ref<void(int64_t, int64_t)> body) {
      for (int64_t i = 0; i < tall; ++i)
        for (int64_t j = 0; j < wide; ++j)
          body(i, j);
    };
    auto number = [](int64_t i, int64_t j) { return i * side + j; };
    forSums([&](int64_t i, int64_t j) { registers.zero(number(i, j)); });
    l.loop(l.index(0), l.index(reduction), unit.k, [&](Value k) {
      for (int64_t i = 0; i < tall; ++i)
        registers.load(firstOfA + i, a, l.add(l.mul(starts[i], reduction), k),
                       l.index(reduction));
      for (int64_t j = 0; j < wide; ++j)
        registers.load(firstOfB + j, b, placeInB(l.add(panel, j), k),
                       l.index(unit.n * groupOf(unit)));
      forSums([&](int64_t i, int64_t j) {
        registers.multiplyAdd(number(i, j), firstOfA + i, firstOfB + j);
      });
    });
    forSums([&](int64_t i, int64_t j) {
      registers.store(number(i, j), sums,
                      l.index(i * unit.m * pitch() + j * unit.n),
                      l.index(pitch()));
    });
  }

  Value placeInB(Value panel, Value k) {
    return l.mul(l.add(l.mul(panel, reduction), k), unit.n);
  }

  /// Row `row` of the product from row `at` of the sums in memory.
  void writeRow(Value row, Value at, Value panel, int64_t wide) {
    auto type = VectorType::get({unit.n}, getElementTypeOrSelf(op.getY()));
    SmallVector<Value> loaded;
    for (int64_t j = 0; j < wide; ++j)
      loaded.push_back(vector::LoadOp::create(
          l.b, l.loc, type, sums,
          ValueRange{l.add(l.mul(at, pitch()), j * unit.n)}));
    writeRowSums(w, op.getY(), loaded, columns(panel, wide),
                 w.e.delinearize(row, rows));
  }

  ColumnPanel columns(Value panel, int64_t wide) {
    ColumnPanel columns{l.mul(panel, unit.n), wide, {}};
    int64_t all = op.getColumns();
    if (all % unit.n != 0) {
      Value start = l.add(columns.first, (wide - 1) * unit.n);
      columns.lastCount = l.min(l.sub(l.index(all), start), l.index(unit.n));
    }
    return columns;
  }

  KernelWriter &w;
  LoopBuilder &l;
  PackedMatmulOp op;
  ArrayRef<AffineExpr> rows;
  const MatrixUnit &unit;
  int64_t blockPanels, panels, reduction;
  TileRegisters registers;
  Value a, b, sums;
  Value m, height, rowTiles; ///< rows, rows of a tile, tiles (index)
};

} // namespace

bool leadsTileGemm(Operation *op, const TargetDesc &desc) {
  auto matmul = dyn_cast<PackedMatmulOp>(op);
  return matmul && unitOf(matmul, desc);
}

ScheduleResult scheduleTileGemm(KernelForm &kernel, const TargetDesc &desc) {
  auto op = kernel.root<PackedMatmulOp>();
  const MatrixUnit *unit = op ? unitOf(op, desc) : nullptr;
  if (!unit)
    return ScheduleResult::notMeant();
  if (auto why = misfitAround(kernel, op.getY(), {op.getA(), op.getB()}))
    return ScheduleResult::declined(*why);
  if (numericsOf(op))
    return ScheduleResult::declined("tiles add up as their unit does");
  VectorMachine machine = machineOf(desc);
  ArrayRef<int64_t> packed =
      cast<RankedTensorType>(op.getB().getType()).getShape();
  if (packed.size() != 4 || packed[2] != unit->n || unit->n != machine.lanes ||
      packed[1] * packed[3] % unit->k != 0 || packed[0] * packed[1] == 0)
    return ScheduleResult::declined("weights are not packed in tiles");

  ShapeEnv &env = kernel.env;
  auto axes =
      MergedAxes::ofKernel(kernel, Dims(env.dims(op.getY())), op.getY());
  Dims rows(axes.domain().begin(), axes.domain().end() - 1);
  AffineExpr m = product(kernel.context(), rows);
  int64_t panelBytes = packed[1] * packed[2] * int64_t(sizeof(int32_t));
  int64_t blockPanels =
      panelsOfBlock(packed[0], panelBytes, constantOf(m), unit->m, machine);
  AffineExpr units =
      m.ceilDiv(side * unit->m) * llvm::divideCeil(packed[0], blockPanels);
  // Rows that two tiles write are read twice, too.
  if (constantOf(m).value_or(1) % unit->m == 0)
    kernel.allowInPlace();
  return writeKernel(kernel, machine.lanes, units, /*grain=*/0,
                     [&](KernelWriter &w) {
                       walkMerged(w, axes);
                       TileGemmWriter(w, op, rows, *unit, blockPanels).run();
                     });
}

} // namespace opc::cpu
