//===- HostLaunches.cpp - Launches of kernels -----------------------------===//
#include "HostLaunches.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

using namespace mlir;
using namespace opc;
using LLVM::ICmpPredicate;

LogicalResult HostLaunches::check() {
  WalkResult result = main.walk([&](LaunchOp launch) {
    Operation *kernel = symbols.lookup(launch.getKernel());
    if (isa_and_nonnull<LLVM::LLVMFuncOp>(kernel) &&
        kernel->hasAttr(kUnitsAttr))
      return WalkResult::advance();
    launch.emitError("kernel ")
        << launch.getKernel() << " has no entry (opc-kernel-entries)";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

/// Inputs, outputs, symbols.
SmallVector<Value> HostLaunches::wordsOf(LaunchOp launch) {
  SmallVector<Value> words;
  for (Value input : launch.getInputs())
    words.push_back(memory.pointerOf(input));
  for (Value output : launch.getOutputs())
    words.push_back(memory.pointerOf(output));
  for (AffineExpr symbol : launch.getSymbols().getResults())
    words.push_back(e.value(symbol));
  return words;
}

LaunchRecord HostLaunches::recordOf(LaunchOp launch, Operation *kernel) {
  // The kernel's formulas are over its own symbols.
  auto value = [&](StringRef name) {
    auto map = kernel->getAttrOfType<AffineMapAttr>(name);
    AffineExpr expr = map ? map.getValue().getResult(0)
                          : getAffineConstantExpr(0, main.getContext());
    return e.value(expr.replaceSymbols(launch.getSymbols().getResults()));
  };
  auto grain = kernel->getAttrOfType<IntegerAttr>(kGrainAttr);
  std::optional<int64_t> image;
  if (kernel->hasAttr(kDeviceAttr))
    image = facts.image(kernel);
  return {launch.getKernel(),
          value(kUnitsAttr),
          e.number(grain ? std::max<int64_t>(grain.getInt(), 1) : 1),
          value(kFlopsAttr),
          value(kBytesAttr),
          e.number(facts.addKernel(launch, kernel)),
          image,
          kernel->hasAttr(kMayFaultAttr)};
}

void HostLaunches::lower(LaunchOp launch) {
  if (launch->hasAttr(kMayAliasAttr))
    return lowerMayAlias(launch);
  for (Value output : launch.getOutputs())
    memory.define(output, launch);
  runKernel(launch);
}

/// The result is the input where their extents agree; else the kernel writes it
/// to new memory.
void HostLaunches::lowerMayAlias(LaunchOp launch) {
  Value input = launch.getInputs()[0], result = launch.getResult(0);
  const HostBuffer &buffer = plan.bufferOf(result);
  Value address = memory.slot(buffer.index);
  Value own = memory.slot(plan.buffer(buffer.behind.back()).index);
  e.store(memory.pointerOf(input), address);
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
  Value fresh = memory.allocate(buffer.space, memory.bytesOf(result, launch),
                                place(launch));
  e.store(fresh, address);
  e.store(fresh, own);
  runKernel(launch);
  e.jump(after);
  e.startBlock(after);
}

void HostLaunches::runKernel(LaunchOp launch) {
  Operation *kernel = symbols.lookup(launch.getKernel());
  Value code = functions.launch(recordOf(launch, kernel), wordsOf(launch));
  if (code)
    memory.checkDevice(e.compare(ICmpPredicate::ne, code, e.number(0)),
                       place(launch));
  if (kernel->hasAttr(kMayFaultAttr))
    checkStatus(launch);
}

void HostLaunches::checkStatus(Operation *op) {
  auto word = [&](size_t offset) {
    return e.load(e.i64, e.call(), offsetof(opc_call, status) + offset);
  };
  Value fault = word(offsetof(opc_kernel_fault, fault));
  e.failIf(e.compare(ICmpPredicate::ne, fault, e.number(OPC_FAULT_NONE)), fault,
           e.number(place(op)), word(offsetof(opc_kernel_fault, observed)),
           word(offsetof(opc_kernel_fault, expected)));
}
