//===- KernelSignature.cpp - the form on buffers of a kernel's function ---===//
//
// Rewrites the arguments of a kernel; schedules then write the body.
//
//===----------------------------------------------------------------------===//
#include "opc-c/module.h"
#include "opc/Conversion/OpcToLoops/LowerKernels.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {

DenseMap<Value, Value> KernelSignature::buffers() const {
  DenseMap<Value, Value> map;
  for (auto [tensor, buffer] : llvm::zip_equal(inputs, inputBuffers))
    map.try_emplace(tensor, buffer);
  for (auto [tensor, buffer] : llvm::zip_equal(results, resultBuffers))
    map.try_emplace(tensor, buffer);
  return map;
}

namespace {

/// Whether buffers can hold `value`, all of whose extents are known to `env`.
LogicalResult checkValue(Value value, Operation *op, ShapeEnv &env) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return op->emitError("is not a ranked tensor: ") << value.getType();
  if (!type.getElementType().isIntOrFloat())
    return op->emitError("has elements without a form in memory: ") << type;
  if (llvm::is_contained(env.dims(value), AffineExpr()))
    return op->emitError("has an extent that is not known from its inputs: ")
           << type;
  return success();
}

LogicalResult checkValues(func::FuncOp kernel, ShapeEnv &env) {
  for (BlockArgument argument : kernel.getArguments())
    if (failed(checkValue(argument, kernel, env)))
      return failure();
  for (Operation &op : kernel.getBody().front())
    for (Value result : op.getResults())
      if (failed(checkValue(result, &op, env)))
        return failure();
  return success();
}

Type bufferType(Value tensor) {
  Type element = cast<RankedTensorType>(tensor.getType()).getElementType();
  return MemRefType::get({ShapedType::kDynamic}, storageType(element));
}

size_t symbolCount(func::FuncOp kernel) {
  auto names = kernel->getAttrOfType<ArrayAttr>(kSymbolsAttr);
  return names ? names.size() : 0;
}

/// The types of all arguments of the form on buffers.
SmallVector<Type> argumentTypes(const KernelSignature &s, size_t symbols,
                                MLIRContext *context) {
  constexpr int64_t statusWords = sizeof(opc_kernel_fault) / sizeof(int64_t);
  SmallVector<Type> types{
      MemRefType::get({statusWords}, IntegerType::get(context, 64))};
  for (Value tensor : llvm::concat<const Value>(s.inputs, s.results))
    types.push_back(bufferType(tensor));
  types.append(symbols + 2, IndexType::get(context));
  return types;
}

} // namespace

FailureOr<KernelSignature> rewriteKernelSignature(func::FuncOp kernel,
                                                  ShapeEnv &env) {
  if (failed(checkValues(kernel, env)))
    return failure();
  KernelSignature s;
  Block &body = kernel.getBody().front();
  s.inputs.assign(body.args_begin(), body.args_end());
  s.results.assign(body.getTerminator()->operand_begin(),
                   body.getTerminator()->operand_end());
  size_t symbols = symbolCount(kernel);
  s.tensors = std::make_unique<Region>();
  MLIRContext *context = kernel.getContext();
  s.tensors->takeBody(kernel.getBody());

  SmallVector<Type> types = argumentTypes(s, symbols, context);
  kernel.removeArgAttrsAttr();
  kernel.removeResAttrsAttr();
  kernel.setFunctionType(FunctionType::get(context, types, {}));
  Block *entry = kernel.addEntryBlock();
  OpBuilder b = OpBuilder::atBlockEnd(entry);
  func::ReturnOp::create(b, kernel.getLoc());

  SmallVector<Value> arguments(entry->getArguments());
  ArrayRef<Value> rest = arguments;
  auto take = [&](size_t count) {
    SmallVector<Value> front(rest.take_front(count));
    rest = rest.drop_front(count);
    return front;
  };
  s.status = take(1)[0];
  s.inputBuffers = take(s.inputs.size());
  s.resultBuffers = take(s.results.size());
  s.symbols = take(symbols);
  s.begin = take(1)[0];
  s.end = take(1)[0];
  return s;
}

} // namespace opc
