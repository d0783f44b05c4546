//===- LaunchFunctions.cpp - The launches of the host program -------------===//
//
//   llvm.call @opc_launch.2.1(%call, %kernel, %units, %grain, %flops, %bytes,
//                             %number, %x, %y, %s0)
//
// fills the words and the record on its own stack, where they are for as long
// as the runtime reads them, and calls the runtime.
//
//===----------------------------------------------------------------------===//
#include "LaunchFunctions.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace opc;

/// The fields of the record in the order of the function's arguments, behind
/// the call.
static constexpr size_t kFields[] = {
    offsetof(opc_launch, fn),    offsetof(opc_launch, units),
    offsetof(opc_launch, grain), offsetof(opc_launch, flops),
    offsetof(opc_launch, bytes), offsetof(opc_launch, kernel)};

/// What a launch on a device has besides: its image and whether it may fault.
static constexpr size_t kDeviceFields = 2;

void LaunchFunctions::write(LLVM::LLVMFuncOp function, bool onDevice) {
  HostEmitter inner(function, plan);
  Block::BlockArgListType arguments = function.getArguments().drop_front();
  Value record = inner.words(sizeof(opc_launch) / sizeof(int64_t));
  for (auto [offset, value] : llvm::zip(kFields, arguments))
    inner.store(value, record, offset);
  auto rest = arguments.drop_front(std::size(kFields));
  auto device = rest.take_front(onDevice ? kDeviceFields : 0);
  rest = rest.drop_front(device.size());
  Value words = inner.words(1 + rest.size());
  inner.store(inner.at(inner.call(), offsetof(opc_call, status)), words);
  for (auto [index, word] : llvm::enumerate(rest))
    inner.store(word, words, (index + 1) * sizeof(int64_t));
  inner.store(words, record, offsetof(opc_launch, words));
  if (!onDevice) {
    inner.service(Service::Launch, nullptr, record);
    LLVM::ReturnOp::create(inner.b, inner.loc, ValueRange());
    return;
  }
  Value code = inner.service(
      Service::DeviceLaunch, inner.i32,
      {record, device[0], inner.number(1 + rest.size()), device[1]});
  LLVM::ReturnOp::create(
      inner.b, inner.loc,
      LLVM::SExtOp::create(inner.b, inner.loc, inner.i64, code).getResult());
}

LLVM::LLVMFuncOp LaunchFunctions::functionFor(ArrayRef<Value> words,
                                              bool onDevice) {
  size_t pointers = llvm::count_if(words, [](Value word) {
    return isa<LLVM::LLVMPointerType>(word.getType());
  });
  size_t symbols = words.size() - pointers;
  LLVM::LLVMFuncOp &function = functions[{pointers, symbols, onDevice}];
  if (function)
    return function;
  OpBuilder b(e.function());
  SmallVector<Type> types{e.pointer, e.pointer};
  types.append(std::size(kFields) - 1 + (onDevice ? kDeviceFields : 0), e.i64);
  llvm::append_range(types, TypeRange(ValueRange(words)));
  Type result = onDevice ? e.i64 : LLVM::LLVMVoidType::get(b.getContext());
  auto type = LLVM::LLVMFunctionType::get(result, types);
  std::string name = (onDevice ? "opc_device_launch." : "opc_launch.") +
                     std::to_string(pointers) + "." + std::to_string(symbols);
  function =
      LLVM::LLVMFuncOp::create(b, e.loc, name, type, LLVM::Linkage::Internal);
  // Copies of it in the entry would undo what it is for.
  function.setNoInline(true);
  write(function, onDevice);
  return function;
}

/// A kernel of a device has no address here.
SmallVector<Value> LaunchFunctions::argumentsOf(const LaunchRecord &record) {
  SmallVector<Value> arguments{
      e.call(),     record.image ? e.null() : e.addressOf(record.kernel),
      record.units, record.grain,
      record.flops, record.bytes,
      record.number};
  if (record.image)
    arguments.append({e.number(*record.image), e.number(record.mayFault)});
  return arguments;
}

Value LaunchFunctions::launch(const LaunchRecord &record,
                              ArrayRef<Value> words) {
  SmallVector<Value> arguments = argumentsOf(record);
  llvm::append_range(arguments, words);
  bool onDevice = record.image.has_value();
  auto call =
      LLVM::CallOp::create(e.b, e.loc, functionFor(words, onDevice), arguments);
  return onDevice ? call.getResult() : Value();
}
