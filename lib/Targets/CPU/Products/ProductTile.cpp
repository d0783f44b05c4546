//===- ProductTile.cpp - a register tile with its epilogue ----------------===//
#include "opc/Targets/CPU/Products/ProductTile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Products/DotProduct.h"
#include "opc/Targets/CPU/Products/Units.h"

using namespace mlir;
namespace opc::cpu {

TileSplit ProductColumns::blocks(LoopBuilder &l) const {
  Value vectors = l.ceilDiv(extent, lanes);
  if (constantIndex(vectors))
    return TileSplit::unknown(vectors, plan.blockVectors);
  // Blocks of unknown extents must not overlap: each is cut into panels anew.
  return TileSplit::known(1, 1);
}

void ProductColumns::forPanels(
    LoopBuilder &l, Value block,
    llvm::function_ref<void(const ColumnPanel &)> body) const {
  if (!constantIndex(extent))
    return forUnknown(l, body);
  blocks(l).emitPart(l.b, l.loc, block, [&](Value first, int64_t size) {
    auto panels = TileSplit::known(size, plan.tileVectors);
    panels.emitParts(l.b, l.loc, l.index(0), panels.count(l.b, l.loc),
                     [&](Value start, int64_t count) {
                       body(known(l, l.add(first, start), count));
                     });
  });
}

/// Columns whose number only the run knows are never packed.
void ProductColumns::forUnknown(
    LoopBuilder &l, llvm::function_ref<void(const ColumnPanel &)> body) const {
  int64_t width = plan.tileVectors * lanes;
  auto narrow = [&] {
    l.loop(l.index(0), extent, lanes, [&](Value at) {
      body({at, 1, l.min(l.sub(extent, at), l.index(lanes))});
    });
  };
  auto wide = [&] {
    Value last = l.sub(extent, l.index(width));
    l.loop(l.index(0), extent, width,
           [&](Value at) { body({l.min(at, last), plan.tileVectors, {}}); });
  };
  l.branch(l.less(extent, l.index(width)), narrow, wide);
}

ColumnPanel ProductColumns::known(LoopBuilder &l, Value vector,
                                  int64_t vectors) const {
  int64_t all = *constantIndex(extent);
  Value first = l.mul(vector, lanes);
  if (all % lanes == 0)
    return {first, vectors, {}};
  if (movable && all >= vectors * lanes)
    return {l.min(first, l.index(all - vectors * lanes)), vectors, {}};
  Value start = l.add(first, (vectors - 1) * lanes);
  return {first, vectors, l.min(l.sub(extent, start), l.index(lanes))};
}

std::optional<ProductKind> productKind(Value a, Value b, Value y,
                                       const TargetDesc &desc) {
  Type sum = getElementTypeOrSelf(y);
  if (isF32(a) && isF32(b) && isF32(y))
    return ProductKind{sum};
  const MatrixUnit *unit =
      dotUnitFor(desc, elementSpelling(a), elementSpelling(b));
  if (!unit || !sum.isSignlessInteger(32))
    return std::nullopt;
  return ProductKind{sum, unit};
}

bool ProductKind::fused() const { return dot ? addsToSum(*dot) : oneRounding; }

ProductKind ProductKind::under(const NumericPlan &plan) const {
  if (plan.anyOrder)
    return *this;
  return {plan.accumulator, dot, plan.fused, plan.chains};
}

VectorMachine ProductKind::machineFor(VectorMachine machine,
                                      Type element) const {
  machine.registers /=
      accumulator.getIntOrFloatBitWidth() / element.getIntOrFloatBitWidth();
  return machine;
}

int64_t spareRegisters(func::FuncOp kernel) {
  constexpr int64_t registersOfFunctions = 2;
  bool some = llvm::any_of(kernel.getBody().front(),
                           [](Operation &op) { return isFunction(&op); });
  return some ? registersOfFunctions : 0;
}

void writeRowSums(KernelWriter &w, Value root, ArrayRef<Value> sums,
                  const ColumnPanel &panel, ArrayRef<Value> row) {
  LaneIndices indices = alongLast(row, {});
  for (auto [j, sum] : llvm::enumerate(sums)) {
    indices.back() = {w.l.add(panel.first, j * w.v.lanes), 1};
    w.v.setCount(j + 1 == sums.size() ? panel.lastCount : Value());
    writeResults(w, root, sum, indices);
  }
  w.v.setCount({});
  w.v.clearBound();
}

namespace {

/// Writes the results of a tile's rows from its sums.
class RowWriter {
public:
  RowWriter(KernelWriter &w, Value root, const TileShape &tile,
            const ColumnPanel &panel,
            llvm::function_ref<SmallVector<Value>(Value row)> indicesOf)
      : w(w), root(root), tile(tile), panel(panel), indicesOf(indicesOf) {}

  void write(Value row, ArrayRef<Value> sums) {
    writeRowSums(w, root, sums, panel, indicesOf(row));
  }

  /// The same for all rows from the second on, in a loop. Their sums are stored
  /// behind `before`, ahead of the first row's code: they would take registers
  /// from it, and the compiler then those of the tile.
  void writeOthers(ArrayRef<Value> sums, Operation *before) {
    LoopBuilder &l = w.l;
    auto type = cast<VectorType>(sums.front().getType());
    Value scratch = allocate(type);
    auto at = [&](Value number) { return l.mul(number, tile.lanes); };
    {
      OpBuilder::InsertionGuard guard(l.b);
      l.b.setInsertionPointAfter(before);
      for (auto [number, sum] : llvm::enumerate(sums))
        vector::StoreOp::create(l.b, l.loc, sum, scratch,
                                ValueRange{at(l.index(number))});
    }
    l.loop(l.index(1), l.index(tile.rows), [&](Value row) {
      SmallVector<Value> loaded;
      for (int64_t j = 0; j < tile.vectors; ++j)
        loaded.push_back(vector::LoadOp::create(
            l.b, l.loc, type, scratch,
            ValueRange{at(l.add(l.mul(row, tile.vectors), j))}));
      write(row, loaded);
    });
  }

private:
  /// Room for the tile's sums on the stack, once for the whole kernel.
  Value allocate(VectorType vector) {
    OpBuilder::InsertionGuard guard(w.l.b);
    auto kernel =
        w.l.b.getBlock()->getParent()->getParentOfType<func::FuncOp>();
    w.l.b.setInsertionPointToStart(&kernel.getBody().front());
    auto type = MemRefType::get({tile.rows * tile.vectors * tile.lanes},
                                vector.getElementType());
    return memref::AllocaOp::create(w.l.b, w.l.loc, type,
                                    w.l.b.getI64IntegerAttr(64));
  }

  KernelWriter &w;
  Value root;
  const TileShape &tile;
  const ColumnPanel &panel;
  llvm::function_ref<SmallVector<Value>(Value row)> indicesOf;
};

/// The operations from `first` to the end of its block, functions counting for
/// the polynomials that they become.
int64_t codeSize(Block::iterator first, Block::iterator end) {
  constexpr int64_t functionSize = 20;
  int64_t size = 0;
  for (Operation &op : llvm::make_range(first, end))
    size += isa<math::MathDialect>(op.getDialect()) ? functionSize : 1;
  return size;
}

} // namespace

void writeTileSums(
    KernelWriter &w, Value root, const TileShape &tile, ArrayRef<Value> sums,
    const ColumnPanel &panel,
    llvm::function_ref<SmallVector<Value>(Value row)> indicesOf) {
  // Beyond this much code, rows share it.
  constexpr int64_t largestCode = 300;
  LoopBuilder &l = w.l;
  if (tile.rows == 0)
    return;
  RowWriter rows(w, root, tile, panel, indicesOf);
  auto ofRow = [&](int64_t row) {
    return sums.slice(row * tile.vectors, tile.vectors);
  };
  Operation *before = &*std::prev(l.b.getInsertionPoint());
  rows.write(l.index(0), ofRow(0));
  int64_t size =
      codeSize(std::next(before->getIterator()), l.b.getInsertionPoint());
  if ((tile.rows - 1) * size > largestCode)
    return rows.writeOthers(sums, before);
  for (int64_t row = 1; row < tile.rows; ++row)
    rows.write(l.index(row), ofRow(row));
}

void emitProductTile(
    KernelWriter &w, Value root, const GemmTile &tile, const ColumnPanel &panel,
    llvm::function_ref<SmallVector<Value>(Value row)> indicesOf) {
  SmallVector<Value> sums = emitGemmTile(w.l.b, w.l.loc, tile);
  if (Type element = getElementTypeOrSelf(root);
      isa<FloatType>(element) && element != tile.accumulator)
    for (Value &sum : sums)
      sum = arith::TruncFOp::create(
          w.l.b, w.l.loc, VectorType::get({tile.lanes}, element), sum);
  writeTileSums(w, root, {tile.rows, tile.vectors, tile.lanes}, sums, panel,
                indicesOf);
}

} // namespace opc::cpu
