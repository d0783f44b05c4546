//===- HostEmitter.cpp - Writes the entry function in LLVM ops ------------===//
#include "HostEmitter.h"

using namespace mlir;
using namespace opc;
using LLVM::ICmpPredicate;

/// Constants and stack slots come into the first block, the prologue follows.
HostEmitter::HostEmitter(LLVM::LLVMFuncOp function, const HostPlan &plan)
    : b(function.getContext()), loc(function.getLoc()), i1(b.getI1Type()),
      i8(b.getI8Type()), i32(b.getI32Type()), i64(b.getI64Type()),
      pointer(LLVM::LLVMPointerType::get(b.getContext())), written(function),
      plan(plan) {
  entryBlock = function.addEntryBlock(b);
  callArgument = entryBlock->getArgument(0);
  Block *prologue = newBlock();
  startBlock(entryBlock);
  jump(prologue);
  startBlock(prologue);
  api = load(pointer, callArgument, offsetof(opc_call, api));
}

/// A constant: it comes before all else, once.
template <typename Op, typename... Args>
Value HostEmitter::inEntry(Args &&...args) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(entryBlock);
  return Op::create(b, loc, std::forward<Args>(args)...);
}

Value HostEmitter::number(int64_t value) {
  Value &known = numbers[value];
  if (!known)
    known = inEntry<LLVM::ConstantOp>(i64, b.getI64IntegerAttr(value));
  return known;
}

Value HostEmitter::words(int64_t count) {
  OpBuilder::InsertionGuard guard(b);
  Value size = number(std::max<int64_t>(count, 1));
  b.setInsertionPoint(entryBlock->getTerminator());
  return LLVM::AllocaOp::create(b, loc, pointer, i64, size, OPC_ALIGNMENT);
}

Value HostEmitter::null() {
  if (!zeroPointer)
    zeroPointer = inEntry<LLVM::ZeroOp>(pointer);
  return zeroPointer;
}

Value HostEmitter::addressOf(StringRef name) {
  Value &known = addresses[name];
  if (!known)
    known = inEntry<LLVM::AddressOfOp>(pointer, name);
  return known;
}

Value HostEmitter::add(Value x, Value y) {
  return LLVM::AddOp::create(b, loc, x, y);
}

Value HostEmitter::compare(ICmpPredicate predicate, Value x, Value y) {
  return LLVM::ICmpOp::create(b, loc, predicate, x, y);
}

Value HostEmitter::at(Value address, Value offset) {
  return LLVM::GEPOp::create(b, loc, pointer, i8, address, ValueRange(offset));
}

Value HostEmitter::at(Value address, int64_t offset) {
  return offset ? at(address, number(offset)) : address;
}

Value HostEmitter::load(Type type, Value address, int64_t offset) {
  return LLVM::LoadOp::create(b, loc, type, at(address, offset));
}

void HostEmitter::store(Value value, Value address, int64_t offset) {
  LLVM::StoreOp::create(b, loc, value, at(address, offset));
}

void HostEmitter::copy(Value to, Value from, Value bytes) {
  LLVM::MemcpyOp::create(b, loc, to, from, bytes, /*isVolatile=*/false);
}

Value HostEmitter::service(Service which, Type result, ValueRange args) {
  SmallVector<Type> types(args.getTypes());
  types.insert(types.begin(), pointer);
  Type returned = result ? result : LLVM::LLVMVoidType::get(b.getContext());
  auto type = LLVM::LLVMFunctionType::get(returned, types);
  Value &function = services[static_cast<int>(which)];
  if (!function) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointAfterValue(api);
    function = load(pointer, api, static_cast<int64_t>(which) * sizeof(void *));
  }
  SmallVector<Value> operands{function, callArgument};
  llvm::append_range(operands, args);
  auto call = LLVM::CallOp::create(b, loc, type, operands);
  return result ? call.getResult() : Value();
}

/// Memory of the heap; the run fails where there is none.
Value HostEmitter::allocate(Value bytes, int64_t place) {
  Value memory = service(Service::Alloc, pointer, bytes);
  failIf(compare(ICmpPredicate::eq, memory, null()), number(OPC_FAULT_MEMORY),
         number(place), bytes, number(0));
  return memory;
}

Block *HostEmitter::newBlock() {
  OpBuilder::InsertionGuard guard(b);
  return b.createBlock(&written.getBody(), written.getBody().end());
}

void HostEmitter::startBlock(Block *block) { b.setInsertionPointToEnd(block); }

void HostEmitter::jump(Block *target) { LLVM::BrOp::create(b, loc, target); }

void HostEmitter::branch(Value condition, Block *yes, Block *no) {
  LLVM::CondBrOp::create(b, loc, condition, yes, no);
}

/// The one block that reports a fault: (fault, place, observed, expected).
Block *HostEmitter::failBlock() {
  if (failing)
    return failing;
  OpBuilder::InsertionGuard guard(b);
  failing = newBlock();
  for (int i = 0; i < 4; ++i)
    failing->addArgument(i64, loc);
  startBlock(failing);
  Value code = service(Service::Fail, i32, failing->getArguments());
  LLVM::ReturnOp::create(b, loc, code);
  return failing;
}

void HostEmitter::failIf(Value isBad, Value fault, Value place, Value observed,
                         Value expected) {
  Block *next = newBlock();
  LLVM::CondBrOp::create(b, loc, isBad, failBlock(),
                         ValueRange{fault, place, observed, expected}, next,
                         ValueRange());
  startBlock(next);
}

void HostEmitter::require(Checks &checks, Value isGood, int64_t place,
                          Value observed) {
  Value truth = LLVM::ConstantOp::create(b, loc, i1, b.getBoolAttr(true));
  forbid(checks, LLVM::XOrOp::create(b, loc, isGood, truth), place, observed);
}

void HostEmitter::forbid(Checks &checks, Value isBad, int64_t place,
                         Value observed) {
  Value where = number(place);
  if (checks.isBad) {
    auto first = [&](Value old, Value now) -> Value {
      return LLVM::SelectOp::create(b, loc, checks.isBad, old, now);
    };
    where = first(checks.place, where);
    observed = first(checks.observed, observed);
    isBad = LLVM::OrOp::create(b, loc, checks.isBad, isBad);
  }
  checks = {isBad, where, observed};
}

void HostEmitter::flush(Checks &checks, opc_fault fault) {
  if (checks.isBad)
    failIf(checks.isBad, number(fault), checks.place, checks.observed,
           number(0));
  checks = {};
}
