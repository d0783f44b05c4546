//===- KernelCost.cpp - work of a kernel, for tasks and profiles ----------===//
//
// Counts arithmetic and compulsory traffic from extents alone. What combines or
// moves elements says what it reads (Access.h); for others a table says what an
// op costs, and what is not in it costs one operation for each element.
//
//===----------------------------------------------------------------------===//
#include "opc/Conversion/OpcToLoops/LowerKernels.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

using Flops = AffineExpr (*)(Operation *op, ShapeEnv &env);

AffineExpr sizeOfResult(Operation *op, ShapeEnv &env) {
  return env.size(op->getResult(0));
}
AffineExpr sizeOfInput(Operation *op, ShapeEnv &env) {
  return env.size(op->getOperand(0));
}
AffineExpr none(Operation *, ShapeEnv &env) { return env.constant(0); }

/// Multiplications of each element of x with one slice of the weights, whose
/// first axis is the channel of x.
AffineExpr adjointFlops(Operation *op, ShapeEnv &env) {
  ArrayRef<AffineExpr> taps = env.dims(op->getOperand(1));
  return sizeOfInput(op, env) * product(env.getContext(), taps.drop_front()) *
         2;
}

/// Words of the weights hold several elements each; a has as many columns.
AffineExpr packedQuantizedFlops(Operation *op, ShapeEnv &env) {
  return sizeOfResult(op, env) * env.dims(op->getOperand(0)).back() * 2;
}
/// Two matrix products for each step and element of the batch.
AffineExpr recurrentFlops(Operation *op, ShapeEnv &env) {
  const Dims &x = env.dims(op->getOperand(0));
  return x[0] * x[1] *
         (env.size(op->getOperand(1)) + env.size(op->getOperand(2))) * 2;
}

/// What is left of them: the products of the state.
AffineExpr packedRecurrentFlops(Operation *op, ShapeEnv &env) {
  const Dims &xw = env.dims(op->getOperand(0));
  return xw[0] * xw[1] * env.size(op->getOperand(1)) * 2;
}

const llvm::StringMap<Flops> &flopsTable() {
  static const llvm::StringMap<Flops> table = {
      {"opc.conv_transpose", adjointFlops},
      {"opc.packed_quantized_matmul", packedQuantizedFlops},
      {"opc.cumulative", sizeOfInput},
      {"opc.arg_reduce", sizeOfInput},
      {"opc.topk", sizeOfInput},
      {"opc.nonzero", sizeOfInput},
      {"opc.nonzero_count", sizeOfInput},
      {"opc.unique", sizeOfInput},
      {"opc.rnn", recurrentFlops},
      {"opc.gru", recurrentFlops},
      {"opc.lstm", recurrentFlops},
      {"opc.packed_recurrent", packedRecurrentFlops},
      {"opc.iota", none},
      {"opc.extents", none},
      {"opc.constant", none},
      {"opc.reverse_sequence", none},
      {"opc.unpack", none}};
  return table;
}

AffineExpr bytesOf(Value tensor, ShapeEnv &env) {
  Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
  int64_t width = (element.getIntOrFloatBitWidth() + 7) / 8;
  return env.size(tensor) * width;
}

/// The value of `e` where each symbol is a middling extent.
double guess(AffineExpr e) {
  constexpr double middling = 64;
  if (auto fixed = dyn_cast<AffineConstantExpr>(e))
    return double(fixed.getValue());
  auto binary = dyn_cast<AffineBinaryOpExpr>(e);
  if (!binary)
    return middling;
  double x = guess(binary.getLHS()), y = guess(binary.getRHS());
  switch (e.getKind()) {
  case AffineExprKind::Add:
    return x + y;
  case AffineExprKind::Mul:
    return x * y;
  case AffineExprKind::Mod:
    return y / 2;
  default:
    return x / std::max(y, 1.0);
  }
}

/// Units whose work is worth a task: some tens of microseconds of plain loops.
int64_t chooseGrain(AffineExpr units, const KernelCost &cost) {
  constexpr double worthATask = 65536;
  double perUnit =
      (guess(cost.flops) + guess(cost.bytes)) / std::max(guess(units), 1.0);
  double grain = worthATask / std::max(perUnit, 1.0);
  return int64_t(std::max(grain, 1.0));
}

} // namespace

AffineExpr flopsOf(Operation *op, ShapeEnv &env) {
  if (auto iterates = dyn_cast<IterationOp>(op)) {
    Iteration iteration = iterates.getIteration(env);
    return sizeOfResult(op, env) *
           product(env.getContext(), iteration.combined) *
           int64_t(iteration.accesses.size());
  }
  if (isMovement(op))
    return none(op, env);
  Flops flops = flopsTable().lookup(op->getName().getStringRef());
  return (flops ? flops : sizeOfResult)(op, env);
}

KernelCost kernelCost(const KernelSignature &signature, ShapeEnv &env) {
  KernelCost cost{env.constant(0), env.constant(0)};
  for (Operation &op : signature.tensors->front().without_terminator())
    cost.flops = cost.flops + flopsOf(&op, env);
  for (Value input : signature.inputs)
    cost.bytes = cost.bytes + bytesOf(input, env);
  for (Value result : signature.results)
    cost.bytes = cost.bytes + bytesOf(result, env);
  return cost;
}

void setKernelWork(func::FuncOp kernel, AffineExpr units,
                   const KernelCost &cost, int64_t grain) {
  MLIRContext *context = kernel.getContext();
  Builder b(context);
  auto set = [&](StringRef name, AffineExpr value) {
    kernel->setAttr(name, AffineMapAttr::get(toMap(context, {value})));
  };
  set(kUnitsAttr, units);
  set(kFlopsAttr, cost.flops);
  set(kBytesAttr, cost.bytes);
  kernel->setAttr(kGrainAttr, b.getI64IntegerAttr(
                                  grain ? grain : chooseGrain(units, cost)));
}

} // namespace opc
