//===- HostControl.cpp - Branches and loops of the host program -----------===//
//
// A result whose size is known at entry has one place whichever way is taken.
// Otherwise each way allocates what it needs, and pointer and extents are in a
// slot. A carried value is never written while an iteration reads it: the next
// one is put elsewhere, and the two places change roles between iterations.
//
//===----------------------------------------------------------------------===//
#include "HostControl.h"

using namespace mlir;
using namespace opc;
using LLVM::ICmpPredicate;

void HostControl::lower(IfOp op) {
  for (Value result : op.getResults())
    memory.define(result, op);
  Block *then = e.newBlock(), *otherwise = e.newBlock(), *after = e.newBlock();
  Value condition = memory.scalar(op.getCondition());
  e.branch(e.compare(ICmpPredicate::ne, condition, e.number(0)), then,
           otherwise);
  auto branch = [&](Block *start, Region &region) {
    e.startBlock(start);
    writeBlock(region.front(), [&](YieldOp yield) { yieldBranch(op, yield); });
    e.jump(after);
  };
  branch(then, op.getThen());
  branch(otherwise, op.getOtherwise());
  e.startBlock(after);
}

void HostControl::yieldBranch(IfOp op, YieldOp yield) {
  for (auto [value, result] :
       llvm::zip_equal(yield.getValues(), op.getResults())) {
    const HostBuffer &buffer = plan.bufferOf(result);
    memory.checkSameDims(value, env.dims(result), yield);
    if (buffer.place == Place::Slot) {
      memory.copyToSlot(memory.slot(buffer.index),
                        memory.slotExtents(buffer.index), value, yield);
      continue;
    }
    if (plan.indexOf(value) != plan.indexOf(result))
      memory.copyInto(memory.pointerOf(result), value, yield);
  }
  memory.releaseAfter(yield);
}

namespace {

/// A carried value of the next iteration, where its size was not known at
/// entry: addresses of its pointer and of its extents.
struct FreshSlot {
  Value pointer, extents;
  int64_t rank = 0;
};

/// One loop, and what it keeps on the stack.
class LoopWriter : HostPart {
public:
  LoopWriter(const HostPart &part, HostMemory &memory, LoopOp op)
      : HostPart(part), memory(memory), op(op), loop(plan.loop(op)) {}

  void write(const HostControl::BlockWriter &writeBlock);

private:
  void enter();
  void startCarried(unsigned index);
  void startScanned(unsigned index);
  void checkCarried(unsigned index, Value value, Operation *at);
  void yieldIteration(YieldOp yield);
  void carryFixed(const CarriedPlan &carried, Value value, Operation *at);
  void advanceCarried(const CarriedPlan &carried, const FreshSlot &fresh);
  void append(unsigned index, Value value);
  void grow(Value pointerSlot, Value capacitySlot, Value used, Value needed);

  HostMemory &memory;
  LoopOp op;
  const LoopPlan &loop;
  Value counter; ///< address of the iteration number
  Value going;   ///< address of the condition, 0 or 1
  Value limit;
  /// For each scanned result: addresses of its capacity and of the bytes used.
  SmallVector<Value> capacity, used;
};

} // namespace

/// A carried value has the extents that the loop states for its body and for
/// its result, as far as those are known.
void LoopWriter::checkCarried(unsigned index, Value value, Operation *at) {
  memory.checkSameDims(value, env.dims(op.getBody().getArgument(index + 1)),
                       at);
  memory.checkSameDims(value, env.dims(op.getResult(index)), at);
}

void LoopWriter::startCarried(unsigned index) {
  const CarriedPlan &carried = loop.carried[index];
  Value initial = op.getInitial()[index];
  int64_t current = plan.buffer(carried.slot).index;
  checkCarried(index, initial, op);
  if (!carried.fixed)
    return memory.copyToSlot(memory.slot(current), memory.slotExtents(current),
                             initial, op);
  if (!constantsOf(env.dims(initial)))
    memory.bytesOf(initial, op);
  Value first = memory.pointerTo(carried.memory[0]);
  memory.copyInto(first, initial, op);
  e.store(first, memory.slot(current));
  e.store(memory.pointerTo(carried.memory[1]),
          memory.slot(plan.buffer(carried.next).index));
}

/// Nothing is scanned yet: no memory, and 0 for every extent that is not known.
void LoopWriter::startScanned(unsigned index) {
  int64_t target = plan.buffer(loop.scanned[index]).index;
  Value result = plan.slotValue(target);
  capacity.push_back(e.words(1));
  used.push_back(e.words(1));
  e.store(e.number(0), used.back());
  e.store(e.number(0), capacity.back());
  e.store(e.allocate(e.number(0), place(op)), memory.slot(target));
  for (auto [axis, extent] :
       llvm::enumerate(cast<RankedTensorType>(result.getType()).getShape()))
    e.store(e.number(axis && !ShapedType::isDynamic(extent) ? extent : 0),
            memory.slotExtents(target), axis * sizeof(int64_t));
}

void LoopWriter::enter() {
  counter = e.words(1);
  going = e.words(1);
  memory.setCounter(loop.counter, counter);
  limit = op.getTripCount() ? memory.scalar(op.getTripCount())
                            : e.number(INT64_MAX);
  e.store(e.number(0), counter);
  e.store(op.getCondition() ? memory.scalar(op.getCondition()) : e.number(1),
          going);
  for (unsigned index = 0; index < loop.carried.size(); ++index)
    startCarried(index);
  for (unsigned index = 0; index < loop.scanned.size(); ++index)
    startScanned(index);
}

void LoopWriter::write(const HostControl::BlockWriter &writeBlock) {
  enter();
  Block *header = e.newBlock(), *again = e.newBlock();
  Block *body = e.newBlock(), *after = e.newBlock();
  e.jump(header);
  e.startBlock(header);
  Value iteration = e.load(e.i64, counter);
  e.branch(e.compare(ICmpPredicate::slt, iteration, limit), again, after);
  e.startBlock(again);
  Value isGoing = e.load(e.i64, going);
  e.branch(e.compare(ICmpPredicate::ne, isGoing, e.number(0)), body, after);
  e.startBlock(body);
  writeBlock(op.getBody().front(),
             [&](YieldOp yield) { yieldIteration(yield); });
  e.jump(header);
  e.startBlock(after);
}

/// Puts a value of known size where the next iteration will look for it.
void LoopWriter::carryFixed(const CarriedPlan &carried, Value value,
                            Operation *at) {
  const HostBuffer &next = plan.buffer(carried.next);
  if (plan.indexOf(value) != plan.find(carried.next))
    memory.copyInto(e.load(e.pointer, memory.slot(next.index)), value, at);
}

/// Makes the value of the next iteration the present one: fixed places change
/// roles, else what is in `fresh` takes the place of the old memory.
void LoopWriter::advanceCarried(const CarriedPlan &carried,
                                const FreshSlot &fresh) {
  int64_t index = plan.buffer(carried.slot).index;
  Value current = memory.slot(index), old = e.load(e.pointer, current);
  if (carried.fixed) {
    Value next = memory.slot(plan.buffer(carried.next).index);
    e.store(e.load(e.pointer, next), current);
    e.store(old, next);
    return;
  }
  e.service(Service::Release, nullptr, old);
  e.store(e.load(e.pointer, fresh.pointer), current);
  e.copy(memory.slotExtents(index), fresh.extents,
         e.number(fresh.rank * sizeof(int64_t)));
}

void LoopWriter::yieldIteration(YieldOp yield) {
  unsigned numCarried = loop.carried.size();
  e.store(memory.scalar(yield.getOperand(0)), going);
  // All copies come before any place changes its role.
  SmallVector<FreshSlot> fresh(numCarried);
  for (auto [index, carried] : llvm::enumerate(loop.carried)) {
    Value value = yield.getOperand(index + 1);
    if (carried.unchanged)
      continue;
    checkCarried(index, value, yield);
    if (carried.fixed) {
      carryFixed(carried, value, yield);
      continue;
    }
    int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
    fresh[index] = {e.words(1), e.words(rank), rank};
    memory.copyToSlot(fresh[index].pointer, fresh[index].extents, value, yield);
  }
  for (unsigned index = 0; index < loop.scanned.size(); ++index)
    append(index, yield.getOperand(numCarried + 1 + index));
  for (auto [carried, next] : llvm::zip_equal(loop.carried, fresh))
    if (!carried.unchanged)
      advanceCarried(carried, next);
  memory.releaseAfter(yield);
  e.store(e.add(e.load(e.i64, counter), e.number(1)), counter);
}

/// Adds a slice to a scanned result; all slices must have the same extents.
void LoopWriter::append(unsigned index, Value value) {
  int64_t target = plan.buffer(loop.scanned[index]).index;
  Value known = memory.slotExtents(target), iteration = e.load(e.i64, counter);
  Value isFirst = e.compare(ICmpPredicate::eq, iteration, e.number(0));
  Value bytes = memory.bytesOf(value, op);
  memory.checkSameDims(
      value, ArrayRef(env.dims(plan.slotValue(target))).drop_front(), op);
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
  Value filled = e.load(e.i64, used[index]);
  Checks checks;
  Value needed = e.checkedAdd(filled, bytes, &checks, place(op));
  e.flush(checks, OPC_FAULT_LIMIT);
  grow(memory.slot(target), capacity[index], filled, needed);
  e.copy(e.at(e.load(e.pointer, memory.slot(target)), filled),
         memory.pointerOf(value), bytes);
  e.store(needed, used[index]);
}

/// Doubles a scanned result's memory when `needed` bytes do not fit, so that
/// the copies of a whole loop cost no more than its result.
void LoopWriter::grow(Value pointerSlot, Value capacitySlot, Value used,
                      Value needed) {
  Block *larger = e.newBlock(), *after = e.newBlock();
  Value fits = e.load(e.i64, capacitySlot);
  e.branch(e.compare(ICmpPredicate::sgt, needed, fits), larger, after);
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

void HostControl::lower(LoopOp op) {
  LoopWriter(*this, memory, op).write(writeBlock);
}
