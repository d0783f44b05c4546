//===- GemmTile.cpp - the register tile under matmul and conv -------------===//
#include "opc/Targets/CPU/GemmTile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
namespace opc::cpu {
namespace {

class TileBuilder {
public:
  TileBuilder(OpBuilder &b, Location loc, const GemmTile &tile)
      : b(b), loc(loc), tile(tile),
        type(VectorType::get({tile.lanes}, tile.accumulator)) {}

  SmallVector<Value> run() {
    SmallVector<Value> rows = offsets(tile.aBase, tile.aRowStep, tile.rows);
    SmallVector<Value> columns =
        offsets(tile.bBase, tile.bVectorStep, tile.vectors);
    Value zero = index(0);
    return level(0, zero, zero, rows, columns, initial());
  }

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value);
  }
  Value add(Value x, Value y) { return b.createOrFold<arith::AddIOp>(loc, x, y); }
  Value mul(Value x, Value y) { return b.createOrFold<arith::MulIOp>(loc, x, y); }

  SmallVector<Value> offsets(Value base, Value step, int64_t count) {
    SmallVector<Value> result;
    for (int64_t i = 0; i < count; ++i)
      result.push_back(add(base, mul(step, index(i))));
    return result;
  }

  SmallVector<Value> initial() {
    if (!tile.initial.empty())
      return SmallVector<Value>(tile.initial);
    Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
    return SmallVector<Value>(tile.rows * tile.vectors, zero);
  }

  /// Level `depth` of the reduction; `aAt` and `bAt` are the way already gone.
  SmallVector<Value> level(unsigned depth, Value aAt, Value bAt,
                           ArrayRef<Value> rows, ArrayRef<Value> columns,
                           ValueRange sums) {
    if (depth == tile.loops.size())
      return step(aAt, bAt, rows, columns, sums);
    const ReductionLoop &l = tile.loops[depth];
    auto loop = scf::ForOp::create(b, loc, l.begin, l.end, index(1), sums);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value i = loop.getInductionVar();
    SmallVector<Value> next =
        level(depth + 1, add(aAt, mul(i, l.aStep)), add(bAt, mul(i, l.bStep)),
              rows, columns, loop.getRegionIterArgs());
    scf::YieldOp::create(b, loc, next);
    return loop.getResults();
  }

  /// One step of the reduction: an outer product in registers.
  SmallVector<Value> step(Value aAt, Value bAt, ArrayRef<Value> rows,
                          ArrayRef<Value> columns, ValueRange sums) {
    SmallVector<Value> bs;
    for (Value column : columns)
      bs.push_back(loadB(add(column, bAt)));
    SmallVector<Value> next(sums);
    for (int64_t i = 0; i < tile.rows; ++i) {
      Value scalar =
          memref::LoadOp::create(b, loc, tile.a, add(rows[i], aAt));
      Value a = vector::BroadcastOp::create(b, loc, type, scalar);
      for (int64_t j = 0; j < tile.vectors; ++j) {
        Value &sum = next[i * tile.vectors + j];
        sum = vector::FMAOp::create(b, loc, a, bs[j], sum);
      }
    }
    return next;
  }

  Value loadB(Value at) {
    if (tile.prefetchSteps > 0)
      memref::PrefetchOp::create(
          b, loc, tile.b, add(at, index(tile.prefetchSteps * tile.lanes)),
          /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
    return vector::LoadOp::create(b, loc, type, tile.b, ValueRange{at},
                                  /*nontemporal=*/false,
                                  llvm::MaybeAlign(tile.lanes * 4));
  }

  OpBuilder &b;
  Location loc;
  const GemmTile &tile;
  VectorType type;
};

} // namespace

SmallVector<Value> emitGemmTile(OpBuilder &b, Location loc,
                                const GemmTile &tile) {
  return TileBuilder(b, loc, tile).run();
}

} // namespace opc::cpu
