//===- Sort.cpp - loops that order, count and select elements -------------===//
//
// Results are their own working memory, so that no more is needed. NaN counts
// as greater than every number and equal to itself.
//
//===----------------------------------------------------------------------===//
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

/// One line of topk: an insertion sort of the best so far.
class TopKLine {
public:
  TopKLine(TopKOp op, ArrayRef<Value> line, KernelEmitter &e)
      : op(op), line(line), e(e) {}

  void emit() {
    Scalar count(e, e.expr(op.getCount().getResult(0)));
    e.when(count > 0, [&] {
      e.loop(e.constant(0), e.extent(op.getX(), op.getAxis()),
             [&](Value index) { insert({e, index}, count); });
    });
  }

private:
  Indices at(Value index) {
    Indices indices(line);
    indices[op.getAxis()] = index;
    return indices;
  }
  Value kept(Value position) { return e.reload(op.getValues(), at(position)); }
  Scalar precedes(Value x, Value y) {
    return op.getLargest() ? isLess(op.getX(), y, x, e)
                           : isLess(op.getX(), x, y, e);
  }
  void put(Value value, Value index, Value position) {
    e.store(value, op.getValues(), at(position));
    writeIndex(index, op.getIndices(), at(position), e);
  }
  /// Puts x[index] in its place among the first min(index, count).
  void insert(Scalar index, Scalar count) {
    Value value = e.element(op.getX(), at(index));
    Scalar last = count - 1;
    Value accepted = e.choose(
        index < count, [&] { return e.boolean(true); },
        [&] { return Value(precedes(value, kept(last))); });
    e.when(accepted, [&] {
      Scalar end = minimum(index, last);
      // Equal ones stay ahead: only what comes strictly later moves back.
      auto moves = [&](ValueRange at) {
        return e.choose(
            Scalar(e, at[0]) > 0,
            [&] {
              return Value(precedes(value, kept(e.sub(at[0], e.constant(1)))));
            },
            [&] { return e.boolean(false); });
      };
      Indices place = e.repeat(Value(end), moves, [&](ValueRange at) {
        Scalar before = Scalar(e, at[0]) - 1;
        put(kept(before), readIndex(op.getIndices(), this->at(before), e),
            at[0]);
        return Indices{before};
      });
      put(value, index, place[0]);
    });
  }

  TopKOp op;
  ArrayRef<Value> line;
  KernelEmitter &e;
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
/// value or of appearance, and counts.
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
    e.loop(zero, extent, [&](Value i) {
      writeIndex(zero, op.getIndices(), i, e);
      writeIndex(zero, op.getCounts(), i, e);
    });
    Value count = e.fold(zero, extent, zero, [&](Value i, ValueRange seen) {
      return Indices{insert(i, seen[0])};
    })[0];
    writeIndex(count, op.getCount(), {}, e);
    e.loop(zero, extent,
           [&](Value i) { writeIndex(find(i, count), op.getInverse(), i, e); });
    e.loop(zero, extent, [&](Value i) { writeSlice(i, count); });
  }

private:
  Value at(Value slice, Value position) {
    Indices indices = e.delinearize(position, sliceDims);
    indices.insert(indices.begin() + op.getAxis(), slice);
    return e.element(x, indices);
  }
  Value first(Value entry) { return readIndex(op.getIndices(), entry, e); }

  /// The first position in which two slices differ.
  Value difference(Value i, Value j) {
    return e.search(e.constant(0), sliceSize, [&](Value position) {
      Value left = at(i, position), right = at(j, position);
      return Value(isLess(x, left, right, e) | isLess(x, right, left, e));
    });
  }
  Value sliceLess(Value i, Value j) {
    Value position = difference(i, j);
    return e.choose(
        e.compare(arith::CmpIPredicate::slt, position, sliceSize),
        [&] { return Value(isLess(x, at(i, position), at(j, position), e)); },
        [&] { return e.boolean(false); });
  }
  Value sliceEqual(Value i, Value j) {
    return e.compare(arith::CmpIPredicate::eq, difference(i, j), sliceSize);
  }

  /// The entry that holds slice i, or where it belongs among `count` entries.
  Value find(Value i, Value count) {
    if (!op.getSorted())
      return e.search(e.constant(0), count,
                      [&](Value entry) { return sliceEqual(i, first(entry)); });
    auto open = [&](ValueRange range) {
      return e.compare(arith::CmpIPredicate::slt, range[0], range[1]);
    };
    return e.repeat({e.constant(0), count}, open, [&](ValueRange range) {
      Scalar low(e, range[0]), high(e, range[1]);
      Scalar middle(e, e.floorDiv(low + high, e.constant(2)));
      Scalar below(e, sliceLess(first(middle), i));
      return Indices{select(below, middle + 1, low),
                     select(below, high, middle)};
    })[0];
  }

  /// Counts slice i; the number of entries afterwards.
  Value insert(Value i, Value count) {
    Value entry = find(i, count);
    Value known = e.choose(
        e.compare(arith::CmpIPredicate::slt, entry, count),
        [&] { return sliceEqual(i, first(entry)); },
        [&] { return e.boolean(false); });
    e.when(!Scalar(e, known), [&] {
      makeRoom(entry, count);
      writeIndex(i, op.getIndices(), entry, e);
      writeIndex(e.constant(0), op.getCounts(), entry, e);
    });
    writeIndex(readIndex(op.getCounts(), entry, e) + 1, op.getCounts(), entry,
               e);
    return select({e, known}, {e, count}, Scalar(e, count) + 1);
  }
  /// Moves entries [entry, count) one back.
  void makeRoom(Value entry, Value count) {
    Scalar end(e, count);
    e.loop(entry, count, [&](Value i) {
      Scalar to = end - (Scalar(e, i) - Scalar(e, entry));
      for (Value tensor : {op.getIndices(), op.getCounts()})
        writeIndex(readIndex(tensor, Value(to - 1), e), tensor, Value(to), e);
    });
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
