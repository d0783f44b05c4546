//===- HostControl.cpp - Branches and loops of the host program -----------===//
//
// A result whose size is known at entry has one place whichever way is taken.
// Otherwise each way allocates what it needs, and pointer and extents are in a
// slot. A carried value is never written while an iteration reads it: the next
// one is put elsewhere, and the two places change roles between iterations.
//
//===----------------------------------------------------------------------===//
#include "HostLowering.h"

using namespace mlir;
using namespace opc;
using LLVM::ICmpPredicate;

void HostLowering::lowerIf(IfOp op) {
  for (Value result : op.getResults())
    define(result, op);
  Block *then = e.newBlock(), *otherwise = e.newBlock(), *after = e.newBlock();
  Value condition = scalar(op.getCondition());
  e.branch(e.compare(ICmpPredicate::ne, condition, e.number(0)), then,
           otherwise);
  auto branch = [&](Block *start, Region &region) {
    e.startBlock(start);
    lowerBlock(region.front(), [&](YieldOp yield) { yieldBranch(op, yield); });
    e.jump(after);
  };
  branch(then, op.getThen());
  branch(otherwise, op.getOtherwise());
  e.startBlock(after);
}

void HostLowering::yieldBranch(IfOp op, YieldOp yield) {
  for (auto [value, result] :
       llvm::zip_equal(yield.getValues(), op.getResults())) {
    const HostBuffer &buffer = plan.bufferOf(result);
    checkSameDims(value, env.dims(result), yield);
    if (buffer.place == Place::Slot) {
      copyToSlot(slot(buffer.index), slotExtents(buffer.index), value, yield);
      continue;
    }
    if (plan.indexOf(value) != plan.indexOf(result))
      copyInto(pointerOf(result), value, yield);
  }
  releaseAfter(yield);
}

/// What a loop keeps on the stack.
struct HostLowering::LoopState {
  Value counter; ///< address of the iteration number
  Value going;   ///< address of the condition, 0 or 1
  Value limit;
  /// For each scanned result: addresses of its capacity and of the bytes used.
  SmallVector<Value> capacity, used;
};

/// A carried value of the next iteration, where its size was not known at
/// entry: addresses of its pointer and of its extents.
struct HostLowering::FreshSlot {
  Value pointer, extents;
  int64_t rank = 0;
};

/// A carried value has the extents that the loop states for its body and for
/// its result, as far as those are known.
void HostLowering::checkCarried(LoopOp loop, unsigned index, Value value,
                                Operation *op) {
  checkSameDims(value, env.dims(loop.getBody().getArgument(index + 1)), op);
  checkSameDims(value, env.dims(loop.getResult(index)), op);
}

void HostLowering::startCarried(LoopOp op, unsigned index) {
  const CarriedPlan &carried = plan.loop(op).carried[index];
  Value initial = op.getInitial()[index];
  int64_t current = plan.buffer(carried.slot).index;
  checkCarried(op, index, initial, op);
  if (!carried.fixed)
    return copyToSlot(slot(current), slotExtents(current), initial, op);
  if (!constantsOf(env.dims(initial)))
    bytesOf(initial, op);
  Value memory = pointerTo(carried.memory[0]);
  copyInto(memory, initial, op);
  e.store(memory, slot(current));
  e.store(pointerTo(carried.memory[1]), slot(plan.buffer(carried.next).index));
}

/// Nothing is scanned yet: no memory, and 0 for every extent that is not known.
void HostLowering::startScanned(LoopState &state, LoopOp op, unsigned index) {
  int64_t target = plan.buffer(plan.loop(op).scanned[index]).index;
  Value result = plan.slotValue(target);
  state.capacity.push_back(e.words(1));
  state.used.push_back(e.words(1));
  e.store(e.number(0), state.used.back());
  e.store(e.number(0), state.capacity.back());
  e.store(e.allocate(e.number(0), place(op)), slot(target));
  for (auto [axis, extent] :
       llvm::enumerate(cast<RankedTensorType>(result.getType()).getShape()))
    e.store(e.number(axis && !ShapedType::isDynamic(extent) ? extent : 0),
            slotExtents(target), axis * sizeof(int64_t));
}

void HostLowering::enterLoop(LoopState &state, LoopOp op) {
  const LoopPlan &loop = plan.loop(op);
  state.counter = e.words(1);
  state.going = e.words(1);
  memory[loop.counter] = state.counter;
  state.limit =
      op.getTripCount() ? scalar(op.getTripCount()) : e.number(INT64_MAX);
  e.store(e.number(0), state.counter);
  e.store(op.getCondition() ? scalar(op.getCondition()) : e.number(1),
          state.going);
  for (unsigned index = 0; index < loop.carried.size(); ++index)
    startCarried(op, index);
  for (unsigned index = 0; index < loop.scanned.size(); ++index)
    startScanned(state, op, index);
}

void HostLowering::lowerLoop(LoopOp op) {
  LoopState state;
  enterLoop(state, op);
  Block *header = e.newBlock(), *again = e.newBlock();
  Block *body = e.newBlock(), *after = e.newBlock();
  e.jump(header);
  e.startBlock(header);
  Value counter = e.load(e.i64, state.counter);
  e.branch(e.compare(ICmpPredicate::slt, counter, state.limit), again, after);
  e.startBlock(again);
  Value going = e.load(e.i64, state.going);
  e.branch(e.compare(ICmpPredicate::ne, going, e.number(0)), body, after);
  e.startBlock(body);
  lowerBlock(op.getBody().front(),
             [&](YieldOp yield) { yieldIteration(state, op, yield); });
  e.jump(header);
  e.startBlock(after);
}

/// Puts a value of known size where the next iteration will look for it.
void HostLowering::carryFixed(const CarriedPlan &carried, Value value,
                              Operation *op) {
  const HostBuffer &next = plan.buffer(carried.next);
  if (plan.indexOf(value) != plan.find(carried.next))
    copyInto(e.load(e.pointer, slot(next.index)), value, op);
}

/// Makes the value of the next iteration the present one: fixed places change
/// roles, else what is in `fresh` takes the place of the old memory.
void HostLowering::advanceCarried(const CarriedPlan &carried,
                                  const FreshSlot &fresh) {
  int64_t index = plan.buffer(carried.slot).index;
  Value current = slot(index), old = e.load(e.pointer, current);
  if (carried.fixed) {
    Value next = slot(plan.buffer(carried.next).index);
    e.store(e.load(e.pointer, next), current);
    e.store(old, next);
    return;
  }
  e.service(Service::Release, nullptr, old);
  e.store(e.load(e.pointer, fresh.pointer), current);
  e.copy(slotExtents(index), fresh.extents,
         e.number(fresh.rank * sizeof(int64_t)));
}

void HostLowering::yieldIteration(LoopState &state, LoopOp op, YieldOp yield) {
  const LoopPlan &loop = plan.loop(op);
  unsigned numCarried = loop.carried.size();
  e.store(scalar(yield.getOperand(0)), state.going);
  // All copies come before any place changes its role.
  SmallVector<FreshSlot> fresh(numCarried);
  for (auto [index, carried] : llvm::enumerate(loop.carried)) {
    Value value = yield.getOperand(index + 1);
    if (carried.unchanged)
      continue;
    checkCarried(op, index, value, yield);
    if (carried.fixed) {
      carryFixed(carried, value, yield);
      continue;
    }
    int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
    fresh[index] = {e.words(1), e.words(rank), rank};
    copyToSlot(fresh[index].pointer, fresh[index].extents, value, yield);
  }
  for (unsigned index = 0; index < loop.scanned.size(); ++index)
    append(state, index, yield.getOperand(numCarried + 1 + index), op);
  for (auto [carried, next] : llvm::zip_equal(loop.carried, fresh))
    if (!carried.unchanged)
      advanceCarried(carried, next);
  releaseAfter(yield);
  e.store(e.add(e.load(e.i64, state.counter), e.number(1)), state.counter);
}

/// Adds a slice to a scanned result; all slices must have the same extents.
void HostLowering::append(LoopState &state, unsigned index, Value value,
                          Operation *op) {
  int64_t target = plan.buffer(plan.loop(op).scanned[index]).index;
  Value known = slotExtents(target), iteration = e.load(e.i64, state.counter);
  Value isFirst = e.compare(ICmpPredicate::eq, iteration, e.number(0));
  Value bytes = bytesOf(value, op);
  checkSameDims(value, ArrayRef(env.dims(plan.slotValue(target))).drop_front(),
                op);
  for (auto [axis, dim] : llvm::enumerate(env.dims(value))) {
    int64_t offset = (axis + 1) * sizeof(int64_t);
    Value extent = e.value(dim), before = e.load(e.i64, known, offset);
    Value expected =
        LLVM::SelectOp::create(e.b, e.loc, isFirst, extent, before);
    e.failIf(e.compare(ICmpPredicate::ne, extent, expected),
             e.number(OPC_FAULT_SHAPE), e.number(place(op)), extent, expected);
    e.store(extent, known, offset);
  }
  e.store(e.add(iteration, e.number(1)), known);
  Value used = e.load(e.i64, state.used[index]);
  Checks checks;
  Value needed = e.checkedAdd(used, bytes, &checks, place(op));
  e.flush(checks, OPC_FAULT_LIMIT);
  grow(slot(target), state.capacity[index], used, needed, op);
  e.copy(e.at(e.load(e.pointer, slot(target)), used), pointerOf(value), bytes);
  e.store(needed, state.used[index]);
}

/// Doubles a scanned result's memory when `needed` bytes do not fit, so that
/// the copies of a whole loop cost no more than its result.
void HostLowering::grow(Value pointerSlot, Value capacitySlot, Value used,
                        Value needed, Operation *op) {
  Block *larger = e.newBlock(), *after = e.newBlock();
  Value capacity = e.load(e.i64, capacitySlot);
  e.branch(e.compare(ICmpPredicate::sgt, needed, capacity), larger, after);
  e.startBlock(larger);
  Checks checks;
  Value wanted = e.checkedAdd(needed, needed, &checks, place(op));
  e.flush(checks, OPC_FAULT_LIMIT);
  Value fresh = e.allocate(wanted, place(op));
  Value old = e.load(e.pointer, pointerSlot);
  e.copy(fresh, old, used);
  e.service(Service::Release, nullptr, old);
  e.store(fresh, pointerSlot);
  e.store(wanted, capacitySlot);
  e.jump(after);
  e.startBlock(after);
}
