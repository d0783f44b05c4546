//===- ReducePasses.cpp - the passes over one row -------------------------===//
#include "opc/Targets/CPU/Rows/ReducePasses.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
namespace opc::cpu {
namespace {

/// What lanes that do not exist hold.
Value neutralOf(ReductionOp reduce, OpBuilder &b, Location loc) {
  return arith::ConstantOp::create(b, loc,
                                   reduce.neutralOf(reduce.accumulatorType()));
}

/// Whether computing an element of `value` from inputs and earlier reductions
/// costs more than reading it back.
bool isCostly(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || isa<ReductionOp>(op))
    return false;
  return isFunction(op) || llvm::any_of(op->getOperands(), isCostly);
}

class ReduceWriter {
public:
  ReduceWriter(KernelWriter &w, const ReduceShape &shape)
      : w(w), l(w.l), s(shape) {
    for (Operation &op : w.kernel.tensors->front())
      if (auto reduce = dyn_cast<ReductionOp>(op))
        reduces.push_back(reduce);
    for (Value result : w.kernel.results)
      (isFull(result) ? full : rows).push_back(result);
    chooseCached();
  }

  void run() {
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      at.assign(s.domain.size(), l.index(0));
      Dims outerDims;
      for (int64_t axis : s.outer)
        outerDims.push_back(s.domain[axis]);
      Value blocks = l.index(1), last = w.e.expr(s.domain.back());
      int64_t block = ReduceShape::slots * w.v.lanes;
      if (!s.lanesReduced)
        blocks = l.ceilDiv(last, block);
      SmallVector<Value> outer =
          w.e.delinearize(l.div(unit, blocks), outerDims);
      for (auto [axis, index] : llvm::zip(s.outer, outer))
        at[axis] = index;
      if (s.lanesReduced)
        return allPasses({l.index(0)});
      Value first = l.mul(l.rem(unit, blocks), block);
      emitKeptLanes(first, l.min(last, l.add(first, block)), block);
    });
  }

private:
  bool isFull(Value value) {
    const Dims &dims = w.v.dims(value);
    return dims == s.domain;
  }

  /// A costly value that one pass reduces and a later one uses again is kept in
  /// the buffer of a result, which is written last.
  void chooseCached() {
    for (Value result : full) {
      if (!getElementTypeOrSelf(result).isF32())
        continue;
      for (ReductionOp reduce : reduces)
        if (Value x = reduce.getX(); isCostly(x) && !x.hasOneUse() &&
                                     getElementTypeOrSelf(x).isF32() &&
                                     s.lanesReduced) {
          cached = x;
          cache = result;
          return;
        }
    }
  }

  /// Vectors [first, last) of the last axis, which is kept.
  void emitKeptLanes(Value first, Value last, int64_t block) {
    int64_t lanes = w.v.lanes;
    auto whole = [&] {
      SmallVector<Value> starts;
      for (int64_t j = 0; j < ReduceShape::slots; ++j)
        starts.push_back(l.add(first, j * lanes));
      allPasses(starts);
    };
    auto single = [&] {
      Value rest = l.rem(l.sub(last, first), l.index(lanes));
      Value fullEnd = l.sub(last, rest);
      l.loop(first, fullEnd, lanes, [&](Value c) { allPasses({c}); });
      l.branch(l.less(fullEnd, last), [&] {
        w.v.setCount(rest);
        allPasses({fullEnd});
      });
      w.v.setCount({});
    };
    l.branch(l.less(l.sub(last, first), l.index(block)), single, whole);
  }

  void allPasses(ArrayRef<Value> slotStarts) {
    starts.assign(slotStarts.begin(), slotStarts.end());
    reducedTo.assign(starts.size(), {});
    isStored = false;
    for (ReductionOp reduce : reduces) {
      SmallVector<Value> values = s.lanesReduced
                                      ? SmallVector<Value>{reduceLanes(reduce)}
                                      : reduceSlots(reduce);
      for (auto [slot, value] : llvm::zip(reducedTo, values))
        slot.push_back(value);
      isStored |= reduce.getX() == cached;
    }
    if (!full.empty())
      writeFull();
    for (Value result : rows)
      for (size_t slot = 0; slot < starts.size(); ++slot)
        writeRow(result, slot);
    w.v.clearBound();
  }

  void bindSlot(size_t slot) {
    w.v.clearBound();
    for (auto [reduce, value] : llvm::zip(reduces, reducedTo[slot]))
      w.v.bind(reduce->getResult(0), value);
  }

  LaneIndices indices(Value lane) {
    LaneIndices result;
    for (Value index : at)
      result.push_back({index, 0});
    result.back() = {lane, 1};
    return result;
  }

  /// A vector of `value` in slot `slot`; what is cached is read back.
  Value vectorAt(Value value, size_t slot, Value lane) {
    bindSlot(slot);
    if (isStored) {
      Value position =
          w.e.linearize(llvm::map_to_vector(indices(lane),
                                            [](LaneIndex i) { return i.base; }),
                        s.domain);
      w.v.bind(cached, w.v.load(w.e.buffer(cache), position, w.v.mask()));
    }
    return w.v.vector(value, indices(lane));
  }

  /// carried = body(carried) over all reduced axes but, if reduced, the last.
  SmallVector<Value>
  nest(unsigned depth, ValueRange carried,
       llvm::function_ref<SmallVector<Value>(ValueRange)> body) {
    unsigned depths = s.reduced.size() - (s.lanesReduced ? 1 : 0);
    if (depth == depths)
      return body(carried);
    int64_t axis = s.reduced[depth];
    return l.fold(l.index(0), w.e.expr(s.domain[axis]), 1, carried,
                  [&](Value i, ValueRange inner) {
                    at[axis] = i;
                    return nest(depth + 1, inner, body);
                  });
  }

  Value combine(ReductionOp reduce, Value x, Value y) {
    return reduce.emitCombine(l.b, l.loc, x, y);
  }

  SmallVector<Value> reduceSlots(ReductionOp reduce) {
    SmallVector<Value> initial(starts.size(),
                               w.v.splat(neutralOf(reduce, l.b, l.loc)));
    return nest(0, initial, [&](ValueRange carried) {
      SmallVector<Value> next;
      for (size_t slot = 0; slot < starts.size(); ++slot)
        next.push_back(combine(reduce, carried[slot],
                               vectorAt(reduce.getX(), slot, starts[slot])));
      return next;
    });
  }

  /// Combines vectors of `reduce`'s operand at `lane` + 0, 1, ... vectors into
  /// as many sums.
  SmallVector<Value> step(ReductionOp reduce, Value lane, ValueRange sums) {
    SmallVector<Value> next;
    for (auto [j, sum] : llvm::enumerate(sums)) {
      Value here = l.add(lane, int64_t(j) * w.v.lanes);
      Value x = vectorAt(reduce.getX(), 0, here);
      if (reduce.getX() == cached)
        w.v.store(x, cache, indices(here));
      if (Value mask = w.v.mask())
        x = arith::SelectOp::create(l.b, l.loc, mask, x,
                                    w.v.splat(neutralOf(reduce, l.b, l.loc)));
      next.push_back(combine(reduce, sum, x));
    }
    return next;
  }

  Value reduceLanes(ReductionOp reduce) {
    Value initial = w.v.splat(neutralOf(reduce, l.b, l.loc));
    Value extent = w.e.expr(s.domain.back());
    int64_t lanes = w.v.lanes, block = ReduceShape::slots * lanes;
    Value blocksEnd = l.sub(extent, l.rem(extent, l.index(block)));
    Value vectorsEnd = l.sub(extent, l.rem(extent, l.index(lanes)));
    SmallVector<Value> sums(ReduceShape::slots, initial);
    sums = nest(0, sums, [&](ValueRange carried) {
      SmallVector<Value> next = l.fold(
          l.index(0), blocksEnd, block, carried,
          [&](Value lane, ValueRange in) { return step(reduce, lane, in); });
      auto one = [&](Value lane, ValueRange in) {
        return step(reduce, lane, in);
      };
      next[0] = l.fold(blocksEnd, vectorsEnd, lanes, next[0], one)[0];
      next[0] = l.fold(vectorsEnd, extent, lanes, next[0],
                       [&](Value lane, ValueRange in) {
                         w.v.setCount(l.sub(extent, vectorsEnd));
                         SmallVector<Value> last = step(reduce, lane, in);
                         w.v.setCount({});
                         return last;
                       })[0];
      return next;
    });
    Value sum = combine(reduce, combine(reduce, sums[0], sums[1]),
                        combine(reduce, sums[2], sums[3]));
    return acrossLanes(reduce, sum);
  }

  Value acrossLanes(ReductionOp reduce, Value vector) {
    for (int64_t half = w.v.lanes / 2; half >= 1; half /= 2) {
      auto [low, high] = w.v.halves(vector, half);
      vector = combine(reduce, low, high);
    }
    return vector::ExtractOp::create(l.b, l.loc, vector, 0);
  }

  void writeVector(size_t slot, Value lane) {
    SmallVector<Value> values;
    for (Value result : full)
      values.push_back(vectorAt(result, slot, lane));
    for (auto [result, value] : llvm::zip(full, values))
      w.v.store(value, result, indices(lane));
  }

  void writeFull() {
    Value extent = w.e.expr(s.domain.back());
    nest(0, {}, [&](ValueRange) {
      if (!s.lanesReduced) {
        for (size_t slot = 0; slot < starts.size(); ++slot)
          writeVector(slot, starts[slot]);
        return SmallVector<Value>();
      }
      forVectors(w, l.index(0), extent,
                 [&](Value lane) { writeVector(0, lane); });
      return SmallVector<Value>();
    });
  }

  void writeRow(Value result, size_t slot) {
    bindSlot(slot);
    for (int64_t axis : s.reduced)
      at[axis] = l.index(0);
    if (!s.lanesReduced)
      return w.v.store(w.v.vector(result, indices(starts[slot])), result,
                       indices(starts[slot]));
    LaneIndices uniform = indices(l.index(0));
    uniform.back().step = 0;
    w.v.storeScalar(w.v.element(result, uniform), result, uniform);
  }

  KernelWriter &w;
  LoopBuilder &l;
  const ReduceShape &s;
  SmallVector<ReductionOp> reduces;
  SmallVector<Value> full, rows;
  Value cached, cache; ///< the value that is kept, and in whose buffer
  bool isStored = false;
  SmallVector<Value> at;                     ///< position along every axis
  SmallVector<Value> starts;                 ///< first lane of each slot
  SmallVector<SmallVector<Value>> reducedTo; ///< by slot, then reduction
};

} // namespace

void writeReductions(KernelWriter &w, const ReduceShape &shape) {
  ReduceWriter(w, shape).run();
}

} // namespace opc::cpu
