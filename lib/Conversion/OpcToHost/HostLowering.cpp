//===- HostLowering.cpp - From the ops of @main to LLVM ops ---------------===//
#include "HostLowering.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

using namespace mlir;
using namespace opc;
using LLVM::ICmpPredicate;

HostLowering::HostLowering(func::FuncOp main, LLVM::LLVMFuncOp entry,
                           const SymbolTable &symbols, ShapeEnv &env,
                           const HostPlan &plan, HostFacts &facts)
    : main(main), symbols(symbols), env(env), plan(plan), facts(facts),
      e(entry, plan), launches(e, plan) {}

LogicalResult HostLowering::run() {
  int64_t rank = 1;
  WalkResult result = main.walk([&](LaunchOp launch) {
    Operation *kernel = symbols.lookup(launch.getKernel());
    if (!isa_and_nonnull<LLVM::LLVMFuncOp>(kernel) ||
        !kernel->hasAttr(kUnitsAttr)) {
      launch.emitError("kernel ")
          << launch.getKernel() << " has no entry (opc-kernel-entries)";
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  for (Value returned : main.front().getTerminator()->getOperands())
    rank = std::max(rank, cast<RankedTensorType>(returned.getType()).getRank());
  outputDims = e.words(rank);
  writePrologue();
  lowerBlock(main.front(), nullptr);
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
    lowerLaunch(launch);
  else if (auto branch = dyn_cast<IfOp>(op))
    lowerIf(branch);
  else if (auto loop = dyn_cast<LoopOp>(op))
    lowerLoop(loop);
  else if (isa<func::ReturnOp>(op))
    return lowerReturn(op);
  else if (!plan.isEntryBind(op))
    lowerBind(op);
  releaseAfter(op);
}

void HostLowering::releaseAfter(Operation *op) {
  for (unsigned buffer : plan.dyingAfter(op))
    e.service(Service::Release, nullptr, pointerTo(buffer));
}

/// Inputs, outputs, symbols.
SmallVector<Value> HostLowering::wordsOf(LaunchOp launch) {
  SmallVector<Value> words;
  for (Value input : launch.getInputs())
    words.push_back(pointerOf(input));
  for (Value output : launch.getOutputs())
    words.push_back(pointerOf(output));
  for (AffineExpr symbol : launch.getSymbols().getResults())
    words.push_back(e.value(symbol));
  return words;
}

LaunchRecord HostLowering::recordOf(LaunchOp launch, Operation *kernel) {
  // The kernel's formulas are over its own symbols.
  auto value = [&](StringRef name) {
    auto map = kernel->getAttrOfType<AffineMapAttr>(name);
    AffineExpr expr = map ? map.getValue().getResult(0)
                          : getAffineConstantExpr(0, main.getContext());
    return e.value(expr.replaceSymbols(launch.getSymbols().getResults()));
  };
  auto grain = kernel->getAttrOfType<IntegerAttr>(kGrainAttr);
  return {launch.getKernel(),
          value(kUnitsAttr),
          e.number(grain ? std::max<int64_t>(grain.getInt(), 1) : 1),
          value(kFlopsAttr),
          value(kBytesAttr),
          e.number(facts.addKernel(launch, kernel))};
}

void HostLowering::lowerLaunch(LaunchOp launch) {
  if (launch->hasAttr(kMayAliasAttr))
    return lowerMayAlias(launch);
  for (Value output : launch.getOutputs())
    define(output, launch);
  runKernel(launch);
}

/// The result is the input where their extents agree; else the kernel writes it
/// to new memory.
void HostLowering::lowerMayAlias(LaunchOp launch) {
  Value input = launch.getInputs()[0], result = launch.getResult(0);
  const HostBuffer &buffer = plan.bufferOf(result);
  Value address = slot(buffer.index);
  Value own = slot(plan.buffer(buffer.behind.back()).index);
  e.store(pointerOf(input), address);
  e.store(e.null(), own);
  Block *repeat = e.newBlock(), *after = e.newBlock();
  for (auto [from, to] : llvm::zip_equal(env.dims(input), env.dims(result))) {
    if (from == to)
      continue;
    Block *next = e.newBlock();
    e.branch(e.compare(ICmpPredicate::eq, e.value(from), e.value(to)), next,
             repeat);
    e.startBlock(next);
  }
  e.jump(after);
  e.startBlock(repeat);
  Value memory = e.allocate(bytesOf(result, launch), place(launch));
  e.store(memory, address);
  e.store(memory, own);
  runKernel(launch);
  e.jump(after);
  e.startBlock(after);
}

void HostLowering::runKernel(LaunchOp launch) {
  Operation *kernel = symbols.lookup(launch.getKernel());
  launches.launch(recordOf(launch, kernel), wordsOf(launch));
  if (kernel->hasAttr(kMayFaultAttr))
    checkStatus(launch);
}

void HostLowering::checkStatus(Operation *op) {
  auto word = [&](size_t offset) {
    return e.load(e.i64, e.call(), offsetof(opc_call, status) + offset);
  };
  Value fault = word(offsetof(opc_kernel_fault, fault));
  e.failIf(e.compare(ICmpPredicate::ne, fault, e.number(OPC_FAULT_NONE)), fault,
           e.number(place(op)), word(offsetof(opc_kernel_fault, observed)),
           word(offsetof(opc_kernel_fault, expected)));
}

/// A copy of what may be the memory of an input, where that is about to be
/// written.
Value HostLowering::keptApart(Value value, Operation *op) {
  Place place = plan.bufferOf(value).place;
  if (place != Place::Input && place != Place::Slot)
    return pointerOf(value);
  Value bytes = bytesOf(value, op);
  Value apart = e.allocate(bytes, this->place(op));
  e.copy(apart, pointerOf(value), bytes);
  return apart;
}

/// Inputs, constants and repeated results are copied; all other outputs were
/// written where they belong. What is written to memory of inputs comes last,
/// and all of it is read before.
void HostLowering::lowerReturn(Operation *op) {
  SmallVector<std::pair<unsigned, Value>> donated;
  for (auto [index, value] : llvm::enumerate(op->getOperands())) {
    if (plan.isInPlace(index))
      continue;
    if (plan.isDonated(index)) {
      donated.push_back({index, keptApart(value, op)});
      continue;
    }
    Value address = requestOutput(index, value, op);
    copyInto(address, value, op);
  }
  for (auto [index, from] : donated) {
    Value value = op->getOperand(index);
    Value address = requestOutput(index, value, op);
    e.copy(address, from, bytesOf(value, op));
  }
  releaseAfter(op);
  Value zero =
      LLVM::ConstantOp::create(e.b, e.loc, e.i32, e.b.getI32IntegerAttr(0));
  LLVM::ReturnOp::create(e.b, e.loc, zero);
}
