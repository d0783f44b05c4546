//===- HostLowering.cpp - From the ops of @main to LLVM ops ---------------===//
#include "HostLowering.h"
#include "HostPrologue.h"

using namespace mlir;
using namespace opc;

HostLowering::HostLowering(func::FuncOp main, LLVM::LLVMFuncOp entry,
                           const SymbolTable &symbols, ShapeEnv &env,
                           const HostPlan &plan, HostFacts &facts)
    : e(entry, plan), part{main, env, plan, facts, e}, memory(part),
      binds(part, memory), launches(part, memory, symbols),
      control(part, memory, [this](Block &block, Terminator terminator) {
        lowerBlock(block, terminator);
      }) {}

LogicalResult HostLowering::run() {
  if (failed(launches.check()))
    return failure();
  HostPrologue(part, memory, binds).write();
  lowerBlock(part.main.front(), nullptr);
  return success();
}

void HostLowering::lowerBlock(Block &block, Terminator terminator) {
  for (Operation &op : block) {
    if (auto yield = dyn_cast<YieldOp>(op))
      terminator(yield);
    else
      lower(&op);
  }
}

void HostLowering::lower(Operation *op) {
  if (auto launch = dyn_cast<LaunchOp>(op))
    launches.lower(launch);
  else if (auto copy = dyn_cast<CopyOp>(op))
    lower(copy);
  else if (auto branch = dyn_cast<IfOp>(op))
    control.lower(branch);
  else if (auto loop = dyn_cast<LoopOp>(op))
    control.lower(loop);
  else if (isa<func::ReturnOp>(op))
    return lowerReturn(op);
  else if (!part.plan.isEntryBind(op))
    binds.lower(op);
  memory.releaseAfter(op);
}

void HostLowering::lower(CopyOp op) {
  memory.define(op.getY(), op);
  memory.copyAcross(op);
}

/// A copy of what may be the memory of an input, where that is about to be
/// written.
Value HostLowering::keptApart(Value value, Operation *op) {
  Place place = part.plan.bufferOf(value).place;
  if (place != Place::Input && place != Place::Slot)
    return memory.pointerOf(value);
  Value bytes = memory.bytesOf(value, op);
  Value apart = e.allocate(bytes, part.place(op));
  e.copy(apart, memory.pointerOf(value), bytes);
  return apart;
}

/// Inputs, constants and repeated results are copied; all other outputs were
/// written where they belong. What is written to memory of inputs comes last,
/// and all of it is read before.
void HostLowering::lowerReturn(Operation *op) {
  SmallVector<std::pair<unsigned, Value>> donated;
  for (auto [index, value] : llvm::enumerate(op->getOperands())) {
    if (part.plan.isInPlace(index))
      continue;
    if (part.plan.isDonated(index)) {
      donated.push_back({index, keptApart(value, op)});
      continue;
    }
    Value address = memory.requestOutput(index, value, op);
    memory.copyInto(address, value, op);
  }
  for (auto [index, from] : donated) {
    Value value = op->getOperand(index);
    Value address = memory.requestOutput(index, value, op);
    e.copy(address, from, memory.bytesOf(value, op));
  }
  memory.releaseAfter(op);
  Value zero =
      LLVM::ConstantOp::create(e.b, e.loc, e.i32, e.b.getI32IntegerAttr(0));
  LLVM::ReturnOp::create(e.b, e.loc, zero);
}
