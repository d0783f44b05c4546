//===- SortLoops.cpp - loops that order, count and select elements
//-------------===//
//
// Results are their own working memory, so that no more is needed. NaN counts
// as greater than every number and equal to itself. Equal elements are ordered
// by index, which makes every order here a strict one.
//
//===----------------------------------------------------------------------===//
#include "Heap.h"
#include "Rows.h"
#include "Scalar.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

using Indices = SmallVector<Value>;

/// x < y in the order of `tensor`'s elements, NaN last.
Scalar isLess(Value tensor, Value x, Value y, KernelEmitter &e) {
  Scalar less(e, emitCompare(e.b, e.loc, ScalarPredicate::Less,
                             tensor.getType(), {x, y}));
  Scalar left(e, x), right(e, y);
  if (!left.isFloat())
    return less;
  return less | ((left == left) & !(right == right));
}

/// An integer element of a result as an index, and its write.
Scalar readIndex(Value tensor, ValueRange at, KernelEmitter &e) {
  return Scalar(e, e.reload(tensor, at)).toIndex();
}
void writeIndex(Value index, Value tensor, ValueRange at, KernelEmitter &e) {
  e.store(Scalar(e, index).to(elementType(tensor)), tensor, at);
}

//===----------------------------------------------------------------------===//
// topk
//===----------------------------------------------------------------------===//

/// One line of topk. The indices of the best so far are a heap with the worst
/// of them on top: what is no better than that one is passed over.
class TopKLine {
public:
  TopKLine(TopKOp op, ArrayRef<Value> line, KernelEmitter &e)
      : op(op), line(line), e(e), heap(slots(), e) {}

  void emit() {
    Value count = e.expr(op.getCount().getResult(0)), zero = e.constant(0);
    e.loop(zero, count, [&](Value i) { put(i, i); });
    heap.build(count);
    e.when(e.compare(arith::CmpIPredicate::sgt, count, zero),
           [&] { selectFrom(count); });
    heap.sort(count);
    e.loop(zero, count, [&](Value place) {
      e.store(value(kept(place)), op.getValues(), at(place));
    });
  }

private:
  HeapSlots slots() {
    return {[this](Value place) { return kept(place); },
            [this](Value index, Value place) { put(index, place); },
            [this](Value x, Value y) { return Value(precedes(y, x)); }};
  }
  Indices at(Value index) {
    Indices indices(line);
    indices[op.getAxis()] = index;
    return indices;
  }
  Value value(Value index) { return e.element(op.getX(), at(index)); }
  Value kept(Value place) { return readIndex(op.getIndices(), at(place), e); }
  void put(Value index, Value place) {
    writeIndex(index, op.getIndices(), at(place), e);
  }
  /// Whether element x is strictly better than y.
  Scalar isBetter(Value x, Value y) {
    return op.getLargest() ? isLess(op.getX(), value(y), value(x), e)
                           : isLess(op.getX(), value(x), value(y), e);
  }
  Scalar precedes(Value x, Value y) {
    Scalar isFirst = Scalar(e, x) < Scalar(e, y);
    return isBetter(x, y) | (!isBetter(y, x) & isFirst);
  }
  /// Goes on to the elements behind the first `count`.
  void selectFrom(Value count) {
    e.loop(count, e.extent(op.getX(), op.getAxis()), [&](Value i) {
      e.when(isBetter(i, heap.top()), [&] { heap.replaceTop(i, count); });
    });
  }

  TopKOp op;
  ArrayRef<Value> line;
  KernelEmitter &e;
  Heap heap;
};

void topKLine(Operation *op, ArrayRef<Value> line, KernelEmitter &e) {
  TopKLine(cast<TopKOp>(op), line, e).emit();
}

//===----------------------------------------------------------------------===//
// nonzero
//===----------------------------------------------------------------------===//

/// Whether x[at] is not zero (NaN is not).
Scalar isNonzero(Value x, ValueRange at, KernelEmitter &e) {
  Scalar value(e, e.element(x, at));
  if (value.type().isInteger(1))
    return value;
  return !(value == 0);
}

void nonzeroCount(Operation *op, KernelEmitter &e) {
  Value x = op->getOperand(0), y = op->getResult(0);
  Indices total = e.foldNest(
      e.env.dims(x), e.constant(0), [&](ValueRange at, ValueRange carried) {
        Scalar seen(e, carried[0]);
        return Indices{select(isNonzero(x, at, e), seen + 1, seen)};
      });
  writeIndex(total[0], y, {}, e);
}

void nonzero(Operation *op, KernelEmitter &e) {
  Value x = op->getOperand(0), y = op->getResult(0);
  Value count = e.extent(y, 1);
  e.foldNest(e.env.dims(x), e.constant(0),
             [&](ValueRange at, ValueRange carried) {
               Scalar seen(e, carried[0]);
               Scalar taken = isNonzero(x, at, e) & (seen < Scalar(e, count));
               e.when(taken, [&] {
                 for (auto [axis, index] : llvm::enumerate(at))
                   writeIndex(index, y, {e.constant(axis), seen}, e);
               });
               return Indices{select(taken, seen + 1, seen)};
             });
}

//===----------------------------------------------------------------------===//
// unique
//===----------------------------------------------------------------------===//

/// Keeps the first occurrence of each distinct slice in `indices`, in order of
/// value or of appearance, and counts. An entry's leader is the index of its
/// first occurrence.
class Unique {
public:
  Unique(UniqueOp op, KernelEmitter &e)
      : op(op), e(e), x(op.getX()), sliceDims(e.env.dims(x)),
        extent(e.extent(x, op.getAxis())) {
    sliceDims.erase(sliceDims.begin() + op.getAxis());
    sliceSize = e.expr(product(e.env.getContext(), sliceDims));
  }

  void emit() {
    Value zero = e.constant(0);
    order();
    findLeaders();
    Value count = e.fold(zero, extent, zero, [&](Value i, ValueRange entries) {
      return Indices{enter(op.getSorted() ? first(i) : i, entries[0])};
    })[0];
    writeIndex(count, op.getCount(), {}, e);
    e.loop(count, extent, [&](Value i) {
      writeIndex(zero, op.getIndices(), i, e);
      writeIndex(zero, op.getCounts(), i, e);
    });
    e.loop(zero, extent, [&](Value i) { writeSlice(i, count); });
  }

private:
  Value at(Value slice, Value position) {
    Indices indices = e.delinearize(position, sliceDims);
    indices.insert(indices.begin() + op.getAxis(), slice);
    return e.element(x, indices);
  }
  Value first(Value entry) { return readIndex(op.getIndices(), entry, e); }
  Scalar leaderOf(Value i) { return {e, readIndex(op.getInverse(), i, e)}; }

  /// The first position in which two slices differ.
  Value difference(Value i, Value j) {
    return e.search(e.constant(0), sliceSize, [&](Value position) {
      Value left = at(i, position), right = at(j, position);
      return Value(isLess(x, left, right, e) | isLess(x, right, left, e));
    });
  }
  Value isAfter(Value i, Value j) {
    Value position = difference(i, j);
    return e.choose(
        e.compare(arith::CmpIPredicate::slt, position, sliceSize),
        [&] { return Value(isLess(x, at(j, position), at(i, position), e)); },
        [&] { return e.compare(arith::CmpIPredicate::sgt, i, j); });
  }
  Value isEqual(Value i, Value j) {
    return e.compare(arith::CmpIPredicate::eq, difference(i, j), sliceSize);
  }

  /// Makes `indices` those of all slices in order.
  void order() {
    e.loop(e.constant(0), extent,
           [&](Value i) { writeIndex(i, op.getIndices(), i, e); });
    HeapSlots slots = {
        [&](Value i) { return first(i); },
        [&](Value index, Value i) { writeIndex(index, op.getIndices(), i, e); },
        [&](Value i, Value j) { return isAfter(i, j); }};
    Heap heap(slots, e);
    heap.build(extent);
    heap.sort(extent);
  }
  /// Makes `inverse` each slice's leader: equal ones are neighbours now, the
  /// leader ahead.
  void findLeaders() {
    e.fold(e.constant(0), extent, e.constant(0),
           [&](Value place, ValueRange leader) {
             Value i = first(place);
             Value known = e.choose(
                 Scalar(e, place) > 0, [&] { return isEqual(i, leader[0]); },
                 [&] { return e.boolean(false); });
             Value its = select({e, known}, {e, leader[0]}, {e, i});
             writeIndex(its, op.getInverse(), i, e);
             return Indices{its};
           });
  }
  /// Counts slice i, whose leader has been here before unless it is i itself.
  /// From then on `inverse` has its entry. The number of entries afterwards.
  Value enter(Value i, Value count) {
    Scalar leader = leaderOf(i), entries(e, count);
    Scalar isNew = leader == Scalar(e, i);
    e.when(isNew, [&] {
      writeIndex(i, op.getIndices(), count, e);
      writeIndex(e.constant(0), op.getCounts(), count, e);
      writeIndex(count, op.getInverse(), i, e);
    });
    Value entry = leaderOf(leader);
    writeIndex(entry, op.getInverse(), i, e);
    writeIndex(readIndex(op.getCounts(), entry, e) + 1, op.getCounts(), entry,
               e);
    return select(isNew, entries + 1, entries);
  }
  /// Values of entry i; zero beyond the last one.
  void writeSlice(Value i, Value count) {
    Value valid = e.compare(arith::CmpIPredicate::slt, i, count);
    e.nest(sliceDims, [&](ValueRange rest) {
      Indices to(rest), from(rest);
      to.insert(to.begin() + op.getAxis(), i);
      Value value = e.choose(
          valid,
          [&] {
            from.insert(from.begin() + op.getAxis(), first(i));
            return e.element(x, from);
          },
          [&] { return emitZero(computeType(elementType(x)), e); });
      e.store(value, op.getValues(), to);
    });
  }

  UniqueOp op;
  KernelEmitter &e;
  Value x;
  Dims sliceDims;
  Value extent, sliceSize;
};

void unique(Operation *op, KernelEmitter &e) {
  Unique(cast<UniqueOp>(op), e).emit();
}

} // namespace

void registerSortLowerings(NestTable &nests) {
  nests["opc.topk"] = perLine(topKLine);
  nests["opc.nonzero_count"] = atOnce(nonzeroCount);
  nests["opc.nonzero"] = atOnce(nonzero);
  nests["opc.unique"] = atOnce(unique);
}

} // namespace opc
