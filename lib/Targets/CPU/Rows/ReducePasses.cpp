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
      if (!s.lastReduced)
        blocks = l.ceilDiv(last, block);
      SmallVector<Value> outer =
          w.e.delinearize(l.div(unit, blocks), outerDims);
      for (auto [axis, index] : llvm::zip(s.outer, outer))
        at[axis] = index;
      if (s.lastReduced)
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
                                     s.lastReduced) {
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
      SmallVector<Value> values = s.lastReduced
                                      ? SmallVector<Value>{reduceLanes(reduce)}
                                      : reduceSlots(reduce);
      for (Value &value : values)
        value = convertedFloat(l, value, getElementTypeOrSelf(reduce.getX()));
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
    unsigned depths = s.reduced.size() - (s.lastReduced ? 1 : 0);
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

  /// Elements of what is reduced, in the type of totals.
  Value widened(ReductionOp reduce, Value x) {
    return convertedFloat(l, x, reduce.accumulatorType());
  }

  SmallVector<Value> reduceSlots(ReductionOp reduce) {
    SmallVector<Value> initial(starts.size(),
                               w.v.splat(neutralOf(reduce, l.b, l.loc)));
    return nest(0, initial, [&](ValueRange carried) {
      SmallVector<Value> next;
      for (size_t slot = 0; slot < starts.size(); ++slot)
        next.push_back(combine(
            reduce, carried[slot],
            widened(reduce, vectorAt(reduce.getX(), slot, starts[slot]))));
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
      x = widened(reduce, x);
      if (Value mask = w.v.mask())
        x = arith::SelectOp::create(l.b, l.loc, mask, x,
                                    w.v.splat(neutralOf(reduce, l.b, l.loc)));
      next.push_back(combine(reduce, sum, x));
    }
    return next;
  }

  /// Partial totals lie in lanes of `slots` vectors; the last elements of a
  /// line, fewer than all of these, go to those of the first `few` vectors.
  Value reduceLanes(ReductionOp reduce) {
    NumericPlan plan = numericPlan(reduce, w.env);
    int64_t lanes = w.v.lanes;
    int64_t slots = plan.anyOrder ? ReduceShape::slots : plan.chains / lanes;
    int64_t few = plan.anyOrder ? 1 : plan.rest / lanes;
    Value extent = w.e.expr(s.domain.back());
    auto wholes = [&](int64_t size) {
      return l.sub(extent, l.rem(extent, l.index(size)));
    };
    Value blocksEnd = wholes(slots * lanes), fewEnd = wholes(few * lanes);
    auto body = [&](Value lane, ValueRange in) {
      return step(reduce, lane, in);
    };
    SmallVector<Value> sums(slots, w.v.splat(neutralOf(reduce, l.b, l.loc)));
    sums = nest(0, sums, [&](ValueRange carried) {
      SmallVector<Value> next =
          l.fold(l.index(0), blocksEnd, slots * lanes, carried, body);
      SmallVector<Value> first = l.fold(blocksEnd, fewEnd, few * lanes,
                                        ArrayRef(next).take_front(few), body);
      for (int64_t j = 0; j < few; ++j)
        next[j] = addLast(reduce, l.add(fewEnd, j * lanes), extent, few * lanes,
                          first[j]);
      return next;
    });
    for (int64_t half = slots / 2; half >= 1; half /= 2)
      for (int64_t j = 0; j < half; ++j)
        sums[j] = combine(reduce, sums[j], sums[j + half]);
    return acrossLanes(reduce, sums.front());
  }

  /// The elements from `at` on, at most a vector of them and fewer than `size`.
  Value addLast(ReductionOp reduce, Value at, Value extent, int64_t size,
                Value sum) {
    return l.fold(at, extent, size, sum, [&](Value lane, ValueRange in) {
      w.v.setCount(l.min(l.sub(extent, at), l.index(w.v.lanes)));
      SmallVector<Value> last = step(reduce, lane, in);
      w.v.setCount({});
      return last;
    })[0];
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
      if (!s.lastReduced) {
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
    if (!s.lastReduced)
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

bool ReduceShape::keepsTo(ReductionOp reduce, int64_t lanes,
                          ShapeEnv &env) const {
  // Beyond these, sums are in memory.
  constexpr int64_t mostVectors = 8;
  NumericPlan plan = numericPlan(reduce, env);
  if (plan.anyOrder || reduced.empty())
    return true;
  if (!lastReduced)
    return plan.chains == 1;
  return plan.chains % lanes == 0 && plan.rest % lanes == 0 &&
         llvm::isPowerOf2_64(plan.chains) &&
         plan.chains / lanes <= mostVectors && isLine(reduce, plan, env);
}

void writeReductions(KernelWriter &w, const ReduceShape &shape) {
  ReduceWriter(w, shape).run();
}

} // namespace opc::cpu
