//===- Heap.cpp - indices put in order, in place --------------------------===//
#include "Heap.h"

#include "Scalar.h"

using namespace mlir;

namespace opc {

void Heap::build(Value size) {
  Value parents = e.floorDiv(size, e.constant(2));
  e.loop(e.constant(0), parents, [&](Value done) {
    Value slot = e.sub(e.sub(parents, done), e.constant(1));
    sink(slots.read(slot), slot, size);
  });
}

void Heap::replaceTop(Value index, Value size) {
  sink(index, e.constant(0), size);
}

Value Heap::pop(Value size) {
  Value last = e.sub(size, e.constant(1));
  Value taken = top();
  replaceTop(slots.read(last), last);
  return taken;
}

void Heap::sort(Value size) {
  e.loop(e.constant(0), size, [&](Value done) {
    Value left = e.sub(size, done);
    slots.write(pop(left), e.sub(left, e.constant(1)));
  });
}

/// The child of `slot` that belongs above `index`, the higher one if both do;
/// `size` if none does.
Value Heap::childAbove(Value index, Value slot, Value size) {
  Scalar left = Scalar(e, slot) * 2 + 1, right = left + 1;
  Scalar end(e, size);
  auto higher = [&] {
    return e.choose(
        right < end,
        [&] {
          Scalar rightIsAbove(
              e, slots.isAbove(slots.read(right), slots.read(left)));
          return Value(select(rightIsAbove, right, left));
        },
        [&] { return Value(left); });
  };
  return e.choose(
      left < end,
      [&] {
        Scalar child(e, higher());
        Scalar isAbove(e, slots.isAbove(slots.read(child), index));
        return Value(select(isAbove, child, end));
      },
      [&] { return size; });
}

/// Puts `index` at `slot` or as far below as the order asks, moving up what is
/// in its way.
void Heap::sink(Value index, Value slot, Value size) {
  auto goesOn = [&](ValueRange state) {
    return e.compare(arith::CmpIPredicate::slt, state[1], size);
  };
  SmallVector<Value> place = e.repeat(
      {slot, childAbove(index, slot, size)}, goesOn, [&](ValueRange state) {
        slots.write(slots.read(state[1]), state[0]);
        return SmallVector<Value>{state[1], childAbove(index, state[1], size)};
      });
  slots.write(index, place[0]);
}

} // namespace opc
