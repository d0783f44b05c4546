//===- GemmTile.cpp - the register tile under matmul and conv -------------===//
#include "opc/Targets/CPU/Products/GemmTile.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Targets/CPU/Products/DotProduct.h"
#include "opc/Targets/Schedule/LoopBuilder.h"

using namespace mlir;
namespace opc::cpu {
namespace {

class TileBuilder {
public:
  TileBuilder(OpBuilder &b, Location loc, const GemmTile &tile)
      : b(b), loc(loc), l{b, loc}, tile(tile),
        type(VectorType::get({tile.lanes}, tile.accumulator)),
        bType(VectorType::get(
            {tile.lanes * tile.group()},
            cast<MemRefType>(tile.b.getType()).getElementType())) {}

  SmallVector<Value> run() {
    for (int64_t i = 0; i < tile.rows; ++i)
      rows.push_back(l.add(tile.aBase, l.mul(tile.aRowStep, i)));
    for (int64_t j = 0; j < tile.vectors; ++j)
      columns.push_back(l.add(tile.bBase, l.mul(tile.bVectorStep, j)));
    return level(0, l.index(0), l.index(0), initial());
  }

private:
  SmallVector<Value> initial() {
    if (!tile.initial.empty())
      return SmallVector<Value>(tile.initial);
    Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
    return SmallVector<Value>(tile.rows * tile.vectors, zero);
  }

  /// Level `depth` of the reduction; `aAt` and `bAt` are the way already gone.
  SmallVector<Value> level(unsigned depth, Value aAt, Value bAt,
                           ValueRange sums) {
    if (depth == tile.loops.size())
      return innermost(aAt, bAt, sums);
    const ReductionLoop &loop = tile.loops[depth];
    return l.fold(loop.begin, loop.end, 1, sums,
                  [&](Value i, ValueRange carried) {
                    return level(depth + 1, l.add(aAt, l.mul(i, loop.aStep)),
                                 l.add(bAt, l.mul(i, loop.bStep)), carried);
                  });
  }

  SmallVector<Value> innermost(Value aAt, Value bAt, ValueRange carried) {
    const ReductionRun &run = tile.run;
    Value aStart = l.add(aAt, run.aAt), bStart = l.add(bAt, run.bAt);
    SmallVector<Value> sums(carried);
    Value done = chained(aStart, bStart, sums);
    return l.fold(done, run.count, tile.group(), sums,
                  [&](Value k, ValueRange carried) {
                    return stepAt(k, aStart, bStart, carried);
                  });
  }

  /// Step `k` of the innermost level.
  SmallVector<Value> stepAt(Value k, Value aStart, Value bStart,
                            ValueRange sums) {
    return step(l.add(aStart, l.mul(k, tile.run.aStep)),
                l.add(bStart, l.mul(k, tile.run.bStep)), sums);
  }

  /// Where the sums are too few to hide the latency of adding to them: several
  /// steps at once, each into sums of its own, which are added at the end.
  /// Returns the number of steps done.
  Value chained(Value aStart, Value bStart, MutableArrayRef<Value> part) {
    int64_t width = part.size(), chains = tile.chains;
    if (chains < 2)
      return l.index(0);
    int64_t stride = chains * tile.group();
    Value count = tile.run.count;
    Value end = l.sub(count, l.rem(count, l.index(stride)));
    SmallVector<Value> sums(part.begin(), part.end());
    Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
    sums.append(width * (chains - 1), zero);
    sums =
        l.fold(l.index(0), end, stride, sums, [&](Value k, ValueRange carried) {
          SmallVector<Value> next;
          for (int64_t chain = 0; chain < chains; ++chain) {
            Value at = l.add(k, chain * tile.group());
            llvm::append_range(next,
                               stepAt(at, aStart, bStart,
                                      carried.slice(chain * width, width)));
          }
          return next;
        });
    for (int64_t i = 0; i < width; ++i) {
      part[i] = sums[i];
      for (int64_t chain = 1; chain < chains; ++chain)
        part[i] = add(part[i], sums[chain * width + i]);
    }
    return end;
  }

  Value add(Value x, Value y) {
    if (tile.dot)
      return arith::AddIOp::create(b, loc, x, y);
    return arith::AddFOp::create(b, loc, x, y);
  }

  /// One step of the reduction: an outer product in registers.
  SmallVector<Value> step(Value aAt, Value bAt, ValueRange sums) {
    SmallVector<Value> bs;
    for (int64_t j = 0; j < tile.vectors; ++j)
      bs.push_back(loadB(j, l.add(columns[j], bAt)));
    SmallVector<Value> next(sums);
    for (int64_t i = 0; i < tile.rows; ++i) {
      Value a = loadA(l.add(rows[i], aAt));
      for (int64_t j = 0; j < tile.vectors; ++j) {
        Value &sum = next[i * tile.vectors + j];
        sum = tile.dot ? emitDot(b, loc, *tile.dot, sum, a, bs[j])
                       : multiplyAdd(a, bs[j], sum);
      }
    }
    return next;
  }

  Value multiplyAdd(Value x, Value y, Value sum) {
    if (tile.fused)
      return vector::FMAOp::create(b, loc, x, y, sum);
    Value product = arith::MulFOp::create(b, loc, x, y);
    return arith::AddFOp::create(b, loc, sum, product);
  }

  /// A scalar or vector of floats in the type of the sums.
  Value widened(Value x) {
    if (tile.dot || getElementTypeOrSelf(x) == tile.accumulator)
      return x;
    auto vector = dyn_cast<VectorType>(x.getType());
    Type wide = vector ? Type(type) : tile.accumulator;
    return arith::ExtFOp::create(b, loc, wide, x);
  }

  /// One element of A, or one group of them, in all lanes.
  Value loadA(Value at) {
    if (!tile.dot)
      return vector::BroadcastOp::create(
          b, loc, type, widened(memref::LoadOp::create(b, loc, tile.a, at)));
    auto group = VectorType::get({tile.group()}, bType.getElementType());
    auto one = VectorType::get({1}, tile.accumulator);
    Value few = vector::LoadOp::create(b, loc, group, tile.a, ValueRange{at});
    Value bits = vector::BitCastOp::create(b, loc, one, few);
    Value scalar =
        vector::ExtractOp::create(b, loc, bits, ArrayRef<int64_t>{0});
    Value all = vector::BroadcastOp::create(b, loc, type, scalar);
    return vector::BitCastOp::create(b, loc, bType, all);
  }

  Value loadB(int64_t j, Value at) {
    if (tile.prefetchSteps > 0)
      memref::PrefetchOp::create(
          b, loc, tile.b,
          l.add(at, l.mul(tile.run.bStep, tile.prefetchSteps * tile.group())),
          /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
    if (tile.lastMask && j == tile.vectors - 1) {
      Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(bType));
      return widened(vector::MaskedLoadOp::create(
          b, loc, bType, tile.b, ValueRange{at}, tile.lastMask, zero));
    }
    int64_t bytes = bType.getNumElements() * bType.getElementTypeBitWidth() / 8;
    return widened(vector::LoadOp::create(
        b, loc, bType, tile.b, ValueRange{at}, /*nontemporal=*/false,
        tile.bAligned ? llvm::MaybeAlign(bytes) : llvm::MaybeAlign()));
  }

  OpBuilder &b;
  Location loc;
  LoopBuilder l;
  const GemmTile &tile;
  VectorType type, bType;
  SmallVector<Value> rows, columns; ///< positions where the reduction starts
};

} // namespace

SmallVector<Value> emitGemmTile(OpBuilder &b, Location loc,
                                const GemmTile &tile) {
  return TileBuilder(b, loc, tile).run();
}

} // namespace opc::cpu
