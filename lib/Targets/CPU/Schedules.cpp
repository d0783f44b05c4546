//===- Schedules.cpp - the CPU's schedules and what they share ------------===//
#include "opc/Targets/CPU/Schedules.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
namespace opc::cpu {

ArrayRef<Schedule> schedules() {
  static const Schedule table[] = {
      {"gemm", scheduleGemm},
      {"quantised-gemm", scheduleQuantisedGemm},
      {"conv", scheduleConv},
      {"depthwise", scheduleDepthwise},
      {"recurrent", scheduleRecurrent},
      {"concat", scheduleConcat},
      {"resize", scheduleResize},
      {"pool", schedulePool},
      {"reduce", scheduleReduce},
      {"arg-reduce", scheduleArgReduce},
      {"transpose", scheduleTranspose},
      {"pointwise", schedulePointwise},
  };
  return table;
}

VectorMachine machineOf(const TargetDesc &desc) {
  VectorMachine machine;
  machine.lanes = desc.vector.lanes(32);
  machine.registers = desc.vector.registers;
  machine.fmaPorts = desc.vector.fmaPorts;
  machine.fmaLatency = desc.vector.fmaLatency;
  machine.loadPorts = desc.vector.loadPorts;
  machine.vectorBytes = desc.vector.bits / 8;
  machine.l2BytesPerCycle = desc.vector.l2BytesPerCycle;
  machine.l1Bytes = desc.cache(1).bytes;
  machine.l2Bytes = desc.cache(2).bytes;
  return machine;
}

LogicalResult writeKernel(func::FuncOp kernel, ShapeEnv &env, int64_t lanes,
                          AffineExpr units, int64_t grain,
                          llvm::function_ref<void(KernelWriter &)> body) {
  FailureOr<KernelSignature> signature = rewriteKernelSignature(kernel, env);
  if (failed(signature))
    return failure();
  setKernelWork(kernel, units, kernelCost(*signature, env), grain);
  OpBuilder b(kernel.getBody().front().getTerminator());
  KernelEmitter e(b, kernel.getLoc(), env, signature->buffers(),
                  signature->symbols, signature->status);
  VectorEmitter v(e, lanes);
  LoopBuilder l{b, kernel.getLoc()};
  KernelWriter writer{*signature, e, v, l, env};
  body(writer);
  return success();
}

void writeResults(KernelWriter &w, ArrayRef<LaneIndex> indices) {
  SmallVector<Value> results;
  for (Value result : w.kernel.results)
    results.push_back(w.v.vector(result, indices));
  for (auto [result, value] : llvm::zip(w.kernel.results, results))
    w.v.store(value, result, indices);
}

void writeResults(KernelWriter &w, Value root, Value elements,
                  ArrayRef<LaneIndex> indices) {
  w.v.bind(root, elements);
  writeResults(w, indices);
}

void forVectors(KernelWriter &w, Value first, Value last,
                llvm::function_ref<void(Value at)> body) {
  LoopBuilder &l = w.l;
  Value full = l.sub(last, l.rem(l.sub(last, first), l.index(w.v.lanes)));
  l.loop(first, full, w.v.lanes, body);
  l.branch(l.less(full, last), [&] {
    w.v.setCount(l.sub(last, full));
    body(full);
  });
  w.v.setCount({});
}

bool isF32(Value tensor) { return getElementTypeOrSelf(tensor).isF32(); }

ValueRange returnedValues(func::FuncOp kernel) {
  return kernel.getBody().front().getTerminator()->getOperands();
}

Operation *onlyNest(func::FuncOp kernel) {
  Operation *found = nullptr;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (indexedLowering(&op))
      continue;
    if (found)
      return nullptr;
    found = &op;
  }
  return found;
}

namespace {

/// Whether each element of `value` is computed from the element of `root` at
/// the same place (or none of it); `uses` tells whether any is.
bool followsElementwise(Value value, Value root, ShapeEnv &env, bool &uses) {
  if (value == root)
    return uses = true;
  Operation *op = value.getDefiningOp();
  if (!op)
    return true;
  if (op == root.getDefiningOp())
    return false;
  bool usesHere = false;
  for (Value operand : op->getOperands())
    if (!followsElementwise(operand, root, env, usesHere))
      return false;
  uses |= usesHere;
  return !usesHere ||
         (isa<ScalarOp>(op) && env.dims(op->getResult(0)) == env.dims(root));
}

/// Whether all reads of `input` on the way to `value` are at the place of the
/// element of `value`.
bool readInPlace(Value value, Value input, ShapeEnv &env, const Dims &dims) {
  if (value == input)
    return env.dims(value) == dims;
  Operation *op = value.getDefiningOp();
  if (!op)
    return true;
  bool same = isa<ScalarOp>(op) && env.dims(op->getResult(0)) == dims;
  for (Value operand : op->getOperands()) {
    if (same ? !readInPlace(operand, input, env, dims)
             : !readInPlace(operand, input, env, {}))
      return false;
  }
  return true;
}

} // namespace

bool isEpilogueOf(func::FuncOp kernel, Value root, ShapeEnv &env) {
  return llvm::all_of(returnedValues(kernel), [&](Value result) {
    bool uses = false;
    return followsElementwise(result, root, env, uses) &&
           env.dims(result) == env.dims(root);
  });
}

Operation *soleRoot(func::FuncOp kernel, ShapeEnv &env,
                    llvm::function_ref<bool(Operation *)> isRoot) {
  Operation *found = nullptr;
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (isRoot(&op)) {
      if (found)
        return nullptr;
      found = &op;
    } else if (!isa<ConstantOp>(op) && !readsAlongAxes(&op, env)) {
      return nullptr;
    }
  }
  auto isInput = [](Value operand) { return !operand.getDefiningOp(); };
  bool fits = found && llvm::all_of(found->getOperands(), isInput) &&
              isEpilogueOf(kernel, found->getResult(0), env);
  return fits ? found : nullptr;
}

void allowInPlace(func::FuncOp kernel, ShapeEnv &env) {
  OpBuilder b(kernel.getContext());
  SmallVector<Attribute> pairs;
  ValueRange results = returnedValues(kernel);
  auto storage = [](Value value) {
    return storageType(getElementTypeOrSelf(value));
  };
  for (auto [index, result] : llvm::enumerate(results)) {
    const Dims dims = env.dims(result);
    for (BlockArgument input : kernel.getArguments()) {
      bool fits = env.dims(input) == dims && storage(input) == storage(result);
      for (Value any : results)
        fits = fits && readInPlace(any, input, env, dims);
      if (fits)
        pairs.push_back(
            b.getI64ArrayAttr({int64_t(index), int64_t(input.getArgNumber())}));
    }
  }
  if (!pairs.empty())
    kernel->setAttr(kInplaceAttr, b.getArrayAttr(pairs));
}

} // namespace opc::cpu
