//===- LaneLoops.cpp - work on whole tiles as loops over lanes ------------===//
#include "LaneMath.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Targets/Schedule/LoopBuilder.h"
#include "opc/Targets/Tile/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace opc::tile {
#define GEN_PASS_DEF_LANELOOPSPASS
#include "opc/Targets/Tile/Passes.h.inc"
} // namespace opc::tile

using namespace mlir;
namespace opc::tile {
namespace {

BufferType typeOf(Value buffer) { return cast<BufferType>(buffer.getType()); }

/// The buffer that a part is of.
Value rootOf(Value buffer) {
  while (auto view = buffer.getDefiningOp<ViewOp>())
    buffer = view.getX();
  return buffer;
}

/// Writes loops in the place of one op, or of neighbours.
class LaneWriter {
public:
  LaneWriter(ArrayRef<Operation *> ops, int64_t bits)
      : ops(ops), bits(bits), b(ops.back()), l{b, ops.back()->getLoc()},
        loc(l.loc) {}

  void write() {
    // Before the loops: what these read is there by then.
    for (Operation *op : ops)
      for (Value buffer : buffersOf(op))
        memory(buffer);
    auto work = cast<ComputeOp>(ops.front());
    if (isElementwise(work))
      return elementwise();
    if (auto reduce = dyn_cast<ReduceOp>(work.getOperation()))
      return reduce.getAxis() == Axis::Last ? reduceLast(reduce)
                                            : reduceFirst(reduce);
    if (auto transpose = dyn_cast<TransposeOp>(work.getOperation()))
      return transposed(transpose);
    multiply(cast<MmaOp>(work.getOperation()));
  }

  /// Rows and columns of a part; one row where it has one axis.
  static std::pair<OpFoldResult, OpFoldResult> extentsOf(Value buffer) {
    Builder b(buffer.getContext());
    SmallVector<OpFoldResult> sizes;
    if (auto view = buffer.getDefiningOp<ViewOp>())
      sizes = view.mixedSizes();
    else
      for (int64_t extent : typeOf(buffer).getShape())
        sizes.push_back(b.getIndexAttr(extent));
    if (sizes.size() == 1)
      return {b.getIndexAttr(1), sizes[0]};
    return {sizes[0], sizes[1]};
  }

private:
  //===--------------------------------------------------------------------===//
  // Elements
  //===--------------------------------------------------------------------===//

  Value value(OpFoldResult number) {
    if (auto known = dyn_cast<Value>(number))
      return known;
    return l.index(cast<IntegerAttr>(cast<Attribute>(number)).getInt());
  }

  Value memory(Value buffer) {
    Value &known = memories[buffer];
    if (!known) {
      auto type = MemRefType::get({ShapedType::kDynamic},
                                  typeOf(buffer).getElementType());
      known = MemoryOp::create(b, loc, type, buffer);
    }
    return known;
  }

  Value place(Value buffer, Value row, Value column) {
    return l.add(l.mul(row, typeOf(buffer).getPadded().back()), column);
  }

  Value load(Value buffer, Value row, Value column, int64_t lanes) {
    Value at = place(buffer, row, column);
    if (lanes == 1)
      return memref::LoadOp::create(b, loc, memory(buffer), at);
    auto type = VectorType::get({lanes}, typeOf(buffer).getElementType());
    return vector::LoadOp::create(b, loc, type, memory(buffer), at);
  }

  void store(Value element, Value buffer, Value row, Value column,
             int64_t lanes) {
    Value at = place(buffer, row, column);
    if (lanes == 1)
      memref::StoreOp::create(b, loc, element, memory(buffer), at);
    else
      vector::StoreOp::create(b, loc, element, memory(buffer), at);
  }

  Value splat(Value element, int64_t lanes) {
    if (lanes == 1 || isa<VectorType>(element.getType()))
      return element;
    auto type = VectorType::get({lanes}, element.getType());
    return vector::BroadcastOp::create(b, loc, type, element);
  }

  //===--------------------------------------------------------------------===//
  // Element by element
  //===--------------------------------------------------------------------===//

  /// Lanes of the vectors that all ops have; 1 where they have none.
  int64_t lanesOf() {
    Type element = typeOf(cast<ComputeOp>(ops[0]).written()).getElementType();
    for (Operation *op : ops)
      for (Value buffer : buffersOf(op))
        if (!isOfVectors(op) || typeOf(buffer).getElementType() != element)
          return 1;
    bool hasVectors = element.isF32() || element.isF64();
    return hasVectors ? bits / 32 : 1;
  }

  void elementwise() {
    Value written = cast<ComputeOp>(ops.front()).written();
    auto [rows, columns] = extentsOf(written);
    int64_t lanes = lanesOf();
    Value last = value(columns);
    l.loop(l.index(0), value(rows), [&, last = last](Value row) {
      Value whole =
          lanes == 1 ? l.index(0) : l.sub(last, l.rem(last, l.index(lanes)));
      if (lanes > 1)
        l.loop(l.index(0), whole, lanes,
               [&](Value column) { step(row, column, lanes); });
      if (constantIndex(whole) != constantIndex(last) || !constantIndex(last))
        l.loop(whole, last, [&](Value column) { step(row, column, 1); });
    });
  }

  /// All ops at one place.
  void step(Value row, Value column, int64_t lanes) {
    llvm::MapVector<Value, std::pair<Value, Value>> made; // by root
    DenseMap<Value, Value> read;
    for (Operation *op : ops) {
      SmallVector<Value> of;
      for (Value buffer : cast<ComputeOp>(op).reads()) {
        auto found = made.find(rootOf(buffer));
        if (found != made.end()) {
          of.push_back(found->second.first);
          continue;
        }
        Value &known = read[buffer];
        if (!known)
          known = readAt(op, buffer, row, column, lanes);
        of.push_back(known);
      }
      Value to = cast<ComputeOp>(op).written();
      made[rootOf(to)] = {splat(laneOf(op, of, b), lanes), to};
      // What was read of it before is no more.
      for (auto &[buffer, known] : read)
        if (rootOf(buffer) == rootOf(to))
          known = {};
    }
    for (auto &[root, element] : made)
      if (isUsedElsewhere(root))
        store(element.first, element.second, row, column, lanes);
  }

  Value readAt(Operation *op, Value buffer, Value row, Value column,
               int64_t lanes) {
    if (!isa<BroadcastOp>(op))
      return load(buffer, row, column, lanes);
    auto [rows, columns] = extentsOf(buffer);
    auto isOne = [](OpFoldResult extent) {
      return getConstantIntValue(extent) == 1;
    };
    Value at = isOne(rows) ? l.index(0) : row;
    if (!isOne(columns))
      return load(buffer, at, column, lanes);
    return splat(load(buffer, at, l.index(0), 1), lanes);
  }

  bool isUsedElsewhere(Value buffer) {
    // It came from elsewhere.
    if (isa<BlockArgument>(buffer))
      return true;
    return llvm::any_of(buffer.getUsers(), [&](Operation *user) {
      if (auto view = dyn_cast<ViewOp>(user))
        return isUsedElsewhere(view);
      bool isOwn = llvm::is_contained(ops, user) ||
                   llvm::any_of(memories, [&](const auto &known) {
                     return known.second.getDefiningOp() == user;
                   });
      return !isOwn;
    });
  }

  //===--------------------------------------------------------------------===//
  // Totals
  //===--------------------------------------------------------------------===//

  void reduceFirst(ReduceOp op) {
    auto [rows, columns] = extentsOf(op.getX());
    Type element = typeOf(op.getX()).getElementType();
    l.loop(l.index(0), value(columns), [&, rows = rows](Value column) {
      Value total = l.fold(l.index(0), value(rows), 1,
                           neutralOf(op.getKind(), element, b, loc),
                           [&](Value row, ValueRange carried) {
                             return SmallVector<Value>{combined(
                                 op.getKind(), carried[0],
                                 load(op.getX(), row, column, 1), b, loc)};
                           })[0];
      store(total, op.getY(), l.index(0), column, 1);
    });
  }

  void reduceLast(ReduceOp op) {
    int64_t chains = op.getChains().value_or(1),
            rest = op.getRest().value_or(1);
    auto [rows, columns] = extentsOf(op.getX());
    Value last = value(columns);
    Type element = typeOf(op.getX()).getElementType();
    Value totals;
    if (chains > 1)
      totals =
          memref::AllocaOp::create(b, loc, MemRefType::get({chains}, element));
    l.loop(l.index(0), value(rows), [&](Value row) {
      Value total = chains > 1 ? inChains(op, row, last, totals, chains, rest)
                               : inOrder(op, row, last);
      store(total, op.getY(), row, l.index(0), 1);
    });
  }

  Value inOrder(ReduceOp op, Value row, Value last) {
    Type element = typeOf(op.getX()).getElementType();
    return l.fold(l.index(0), last, 1, neutralOf(op.getKind(), element, b, loc),
                  [&](Value column, ValueRange carried) {
                    return SmallVector<Value>{
                        combined(op.getKind(), carried[0],
                                 load(op.getX(), row, column, 1), b, loc)};
                  })[0];
  }

  /// totals[at] with an element of the row.
  void combineInto(ReduceOp op, Value totals, Value at, Value row,
                   Value column) {
    Value before = memref::LoadOp::create(b, loc, totals, at);
    Value after =
        combined(op.getKind(), before, load(op.getX(), row, column, 1), b, loc);
    memref::StoreOp::create(b, loc, after, totals, at);
  }

  Value inChains(ReduceOp op, Value row, Value last, Value totals,
                 int64_t chains, int64_t rest) {
    Type element = typeOf(op.getX()).getElementType();
    Value zero = l.index(0), count = l.index(chains);
    l.loop(zero, count, [&](Value at) {
      memref::StoreOp::create(b, loc, neutralOf(op.getKind(), element, b, loc),
                              totals, at);
    });
    Value whole = l.sub(last, l.rem(last, count));
    l.loop(zero, whole, chains, [&](Value first) {
      l.loop(zero, count, [&](Value at) {
        combineInto(op, totals, at, row, l.add(first, at));
      });
    });
    l.loop(whole, last, [&](Value column) {
      combineInto(op, totals, l.rem(l.sub(column, whole), l.index(rest)), row,
                  column);
    });
    for (int64_t half = chains / 2; half >= 1; half /= 2)
      l.loop(zero, l.index(half), [&](Value at) {
        Value lower = memref::LoadOp::create(b, loc, totals, at);
        Value upper = memref::LoadOp::create(b, loc, totals, l.add(at, half));
        memref::StoreOp::create(
            b, loc, combined(op.getKind(), lower, upper, b, loc), totals, at);
      });
    return memref::LoadOp::create(b, loc, totals, zero);
  }

  //===--------------------------------------------------------------------===//
  // All else
  //===--------------------------------------------------------------------===//

  void transposed(TransposeOp op) {
    auto [rows, columns] = extentsOf(op.getX());
    l.loop(l.index(0), value(rows), [&, columns = columns](Value row) {
      l.loop(l.index(0), value(columns), [&](Value column) {
        store(load(op.getX(), row, column, 1), op.getY(), column, row, 1);
      });
    });
  }

  /// Rows of c stay in registers, a few vectors at a time.
  void multiply(MmaOp op) {
    auto [rows, steps] = extentsOf(op.getA());
    auto [unused, columns] = extentsOf(op.getB());
    int64_t lanes = bits / 32;
    constexpr int64_t kBlock = 4;
    Value last = value(columns), depth = value(steps);
    l.loop(l.index(0), value(rows), [&](Value row) {
      Value blocks = l.sub(last, l.rem(last, l.index(kBlock * lanes)));
      l.loop(l.index(0), blocks, kBlock * lanes, [&](Value column) {
        dots(op, row, column, depth, lanes, kBlock);
      });
      Value vectors = l.sub(last, l.rem(last, l.index(lanes)));
      l.loop(blocks, vectors, lanes,
             [&](Value column) { dots(op, row, column, depth, lanes, 1); });
      l.loop(vectors, last,
             [&](Value column) { dots(op, row, column, depth, 1, 1); });
    });
  }

  /// c[row, column...] of `count` vectors.
  void dots(MmaOp op, Value row, Value column, Value depth, int64_t lanes,
            int64_t count) {
    Value c = op.getC();
    Type element = typeOf(c).getElementType();
    SmallVector<Value> before;
    for (int64_t i = 0; i < count; ++i) {
      Value zero = splat(
          arith::ConstantOp::create(b, loc, b.getZeroAttr(element)), lanes);
      Value old = load(c, row, l.add(column, i * lanes), lanes);
      before.push_back(l.select(op.getAccumulate(), old, zero));
    }
    SmallVector<Value> sums =
        l.fold(l.index(0), depth, 1, before, [&](Value k, ValueRange carried) {
          Value a = splat(load(op.getA(), row, k, 1), lanes);
          SmallVector<Value> next;
          for (int64_t i = 0; i < count; ++i) {
            Value other = load(op.getB(), k, l.add(column, i * lanes), lanes);
            next.push_back(math::FmaOp::create(b, loc, a, other, carried[i]));
          }
          return next;
        });
    for (int64_t i = 0; i < count; ++i)
      store(sums[i], c, row, l.add(column, i * lanes), lanes);
  }

  ArrayRef<Operation *> ops;
  int64_t bits;
  OpBuilder b;
  LoopBuilder l;
  Location loc;
  DenseMap<Value, Value> memories;
};

/// Ops that can share loops: the same rows and columns, and none reads by
/// another pattern what one before writes.
bool joins(ArrayRef<Operation *> run, Operation *op) {
  if (run.empty())
    return true;
  Value first = cast<ComputeOp>(run.front()).written();
  Value own = cast<ComputeOp>(op).written();
  if (!isElementwise(op) || !isElementwise(run.front()) ||
      LaneWriter::extentsOf(first) != LaneWriter::extentsOf(own))
    return false;
  if (!isa<BroadcastOp>(op))
    return true;
  Value read = rootOf(cast<BroadcastOp>(op).getX());
  return llvm::none_of(run, [&](Operation *before) {
    return rootOf(cast<ComputeOp>(before).written()) == read;
  });
}

struct LaneLoops : impl::LaneLoopsPassBase<LaneLoops> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Block *> blocks;
    getOperation().walk([&](Block *block) { blocks.push_back(block); });
    for (Block *block : blocks)
      rewrite(*block);
    // Buffers and parts that nothing uses any more.
    SmallVector<Operation *> dead;
    getOperation().walk([&](Operation *op) {
      if (isa<BufferOp, ViewOp, MemoryOp>(op))
        dead.push_back(op);
    });
    for (Operation *op : llvm::reverse(dead))
      if (op->use_empty())
        op->erase();
  }

  void rewrite(Block &block) {
    std::vector<SmallVector<Operation *>> runs(1);
    for (Operation &op : block) {
      if (isa<ComputeOp>(op)) {
        if (!joins(runs.back(), &op))
          runs.emplace_back();
        runs.back().push_back(&op);
      } else if (!isa<ViewOp, arith::ConstantOp>(op)) {
        runs.emplace_back();
      }
    }
    for (ArrayRef<Operation *> run : runs) {
      if (run.empty())
        continue;
      LaneWriter(run, bits).write();
      for (Operation *op : run)
        op->erase();
    }
  }
};

} // namespace
} // namespace opc::tile
