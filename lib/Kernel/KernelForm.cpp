//===- KernelForm.cpp - what a kernel computes ----------------------------===//
#include "opc/Kernel/KernelForm.h"
#include "opc/Conversion/KernelAttributes.h"
#include "opc/Conversion/OpcToLoops/KernelEmitter.h"
#include "opc/Dialect/Opc/IR/Access.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

Operation *KernelForm::root() {
  Operation *found = nullptr;
  for (Operation &op : ops()) {
    if (indexedLowering(&op))
      continue;
    if (found)
      return nullptr;
    found = &op;
  }
  return found;
}

Operation *KernelForm::soleRoot(llvm::function_ref<bool(Operation *)> isRoot) {
  Operation *found = nullptr;
  for (Operation &op : ops()) {
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
              allFollow(found->getResult(0));
  return fits ? found : nullptr;
}

/// Whether each element of `value` is computed from the element of `root` at
/// the same place (or none of it); `uses` tells whether any is.
static bool followsElementwise(Value value, Value root, ShapeEnv &env,
                               bool &uses) {
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

bool KernelForm::allFollow(Value value) {
  return llvm::all_of(results(), [&](Value result) {
    bool uses = false;
    return followsElementwise(result, value, env, uses) &&
           env.dims(result) == env.dims(value);
  });
}

/// Whether only the run knows if the innermost elements of `result` are each
/// made of another of `operand`.
static bool isOpenInside(Value operand, Value result, ShapeEnv &env) {
  const Dims from = env.dims(operand), to = env.dims(result);
  size_t inside = innermostAxis(to), lead = to.size() - from.size();
  return from.size() <= to.size() && inside >= lead && !from.empty() &&
         isOpenBroadcast(from[inside - lead], to[inside]);
}

bool KernelForm::broadcastsAtRunTime() {
  for (Operation &op : ops()) {
    if (!broadcastsOperands(&op))
      continue;
    for (Value operand : op.getOperands())
      if (isOpenInside(operand, op.getResult(0), env))
        return true;
  }
  return false;
}

bool KernelForm::hasEmptyTensor() {
  auto isEmpty = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && llvm::is_contained(type.getShape(), 0);
  };
  bool found = llvm::any_of(function.getArguments(), isEmpty);
  for (Operation &op : function.front())
    found |= llvm::any_of(op.getResults(), isEmpty);
  return found;
}

/// Whether an element of `op` reads of this operand nothing but the element at
/// its own place.
static bool readsOwnPlace(Operation *op, unsigned operand, ShapeEnv &env) {
  const Accesses *accesses = env.accesses(op);
  if (!accesses)
    return false;
  const Dims dims = env.dims(op->getOperand(operand));
  auto isOwn = [&](auto axisAndIndex) {
    auto [axis, index] = axisAndIndex;
    auto dim = dyn_cast<AffineDimExpr>(index);
    return (dim && dim.getPosition() == axis) ||
           (constantOf(index) == 0 && constantOf(dims[axis]) == 1);
  };
  return llvm::all_of(*accesses, [&](const Access &access) {
    return access.operand != operand ||
           (access.picked.empty() &&
            llvm::all_of(llvm::enumerate(access.at), isOwn));
  });
}

/// Whether all reads of `input` on the way to `value`, of extents `dims`, are
/// at the place of the element of `value`; without extents, whether there is
/// none.
static bool readInPlace(Value value, Value input, ShapeEnv &env,
                        const Dims *dims) {
  if (value == input)
    return dims && env.dims(value) == *dims;
  Operation *op = value.getDefiningOp();
  if (!op)
    return true;
  return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
    bool isOwn = dims && env.dims(value) == *dims &&
                 readsOwnPlace(op, operand.getOperandNumber(), env);
    return readInPlace(operand.get(), input, env, isOwn ? dims : nullptr);
  });
}

void KernelForm::allowInPlace() {
  OpBuilder b(context());
  SmallVector<Attribute> pairs;
  auto storage = [](Value value) {
    return storageType(getElementTypeOrSelf(value));
  };
  for (auto [index, result] : llvm::enumerate(results())) {
    const Dims dims = env.dims(result);
    for (BlockArgument input : function.getArguments()) {
      bool fits = env.dims(input) == dims && storage(input) == storage(result);
      for (Value any : results())
        fits = fits && readInPlace(any, input, env, &dims);
      if (fits)
        pairs.push_back(
            b.getI64ArrayAttr({int64_t(index), int64_t(input.getArgNumber())}));
    }
  }
  if (!pairs.empty())
    function->setAttr(kInplaceAttr, b.getArrayAttr(pairs));
}
