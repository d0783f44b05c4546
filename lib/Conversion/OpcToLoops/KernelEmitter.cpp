//===- KernelEmitter.cpp - elements, branches and loops of a kernel -------===//
//
// How the body of a kernel reads and writes tensors by the element and walks
// over them. Index arithmetic is in IndexArithmetic.cpp.
//
//===----------------------------------------------------------------------===//
#include "opc/Conversion/OpcToLoops/KernelEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/IR/Refusal.h"

using namespace mlir;

namespace opc {

Type storageType(Type element) {
  if (isBelowByte(element))
    return IntegerType::get(element.getContext(), 8);
  return computeType(element);
}

Type computeType(Type element) {
  if (auto integer = dyn_cast<IntegerType>(element))
    return IntegerType::get(element.getContext(), integer.getWidth());
  return element;
}

KernelEmitter::KernelEmitter(OpBuilder &b, Location loc, ShapeEnv &env,
                             DenseMap<Value, Value> buffers,
                             SmallVector<Value> symbols, Value status)
    : b(b), loc(loc), env(env), buffers(std::move(buffers)),
      symbols(std::move(symbols)), status(status) {
  auto function = dyn_cast<func::FuncOp>(b.getInsertionBlock()->getParentOp());
  if (!function)
    function =
        b.getInsertionBlock()->getParentOp()->getParentOfType<func::FuncOp>();
  entry = &function.getBody().front();
}

//===----------------------------------------------------------------------===//
// What was computed before
//===----------------------------------------------------------------------===//

Value KernelEmitter::remembered(const Key &key) const {
  for (Block *block = b.getInsertionBlock(); block;) {
    auto known = memory.find(block);
    if (known != memory.end())
      if (auto value = known->second.find(key); value != known->second.end())
        return value->second;
    Operation *parent = block->getParentOp();
    bool outermost = block == entry || !parent;
    block = outermost ? nullptr : parent->getBlock();
  }
  return {};
}

Value KernelEmitter::memoised(const Key &key, const Branch &build) {
  // What is built at the entry comes before values that are remembered there.
  if (atEntryNow)
    return build();
  if (Value known = remembered(key))
    return known;
  Block *block = b.getInsertionBlock();
  Value made = build();
  memory[block][key] = made;
  return made;
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

Value KernelEmitter::element(Value tensor, ValueRange indices) {
  if (Value held = bound.lookup(tensor))
    return held;
  if (isLoaded(tensor) && !isa<BlockArgument>(tensor))
    return reload(tensor, indices);
  static const char tag = 0;
  Key key = {&tag, tensor.getAsOpaquePointer()};
  for (Value index : indices)
    key.push_back(index.getAsOpaquePointer());
  return memoised(key, [&] { return computeElement(tensor, indices); });
}

Value KernelEmitter::computeElement(Value tensor, ValueRange indices) {
  if (isLoaded(tensor))
    return reload(tensor, indices);
  Operation *op = tensor.getDefiningOp();
  Type type =
      computeType(cast<RankedTensorType>(tensor.getType()).getElementType());
  const IndexedLowering *lowering = op ? indexedLowering(op) : nullptr;
  if (!lowering)
    return refuse(op ? op : entry->getParentOp(),
                  "its result is not in a buffer and cannot be computed by the "
                  "element",
                  type);
  return lowering->element(op, cast<OpResult>(tensor).getResultNumber(),
                           indices, *this);
}

bool KernelEmitter::isLoaded(Value tensor) const {
  if (bound.contains(tensor) || !hasBuffer(tensor))
    return false;
  Operation *op = tensor.getDefiningOp();
  return !op || !indexedLowering(op);
}

Value KernelEmitter::load(Value buffer, Value position, Type element) {
  Value value = memref::LoadOp::create(b, loc, buffer, position);
  if (!isBelowByte(element))
    return value;
  if (!element.isInteger(1))
    return arith::TruncIOp::create(b, loc, computeType(element), value);
  Value zero = arith::ConstantIntOp::create(b, loc, 0, 8);
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, value, zero);
}

void KernelEmitter::storeFlat(Value element, Value buffer, Value position) {
  if (isBelowByte(element.getType()))
    element = arith::ExtUIOp::create(b, loc, b.getI8Type(), element);
  memref::StoreOp::create(b, loc, element, buffer, position);
}

Value KernelEmitter::reload(Value tensor, ValueRange indices) {
  Type type = cast<RankedTensorType>(tensor.getType()).getElementType();
  return load(buffer(tensor), linearize(indices, env.dims(tensor)), type);
}

void KernelEmitter::store(Value element, Value tensor, ValueRange indices) {
  if (hasBuffer(tensor))
    storeFlat(element, buffer(tensor), linearize(indices, env.dims(tensor)));
}

bool KernelEmitter::hasBuffer(Value tensor) const {
  return buffers.contains(tensor);
}

Value KernelEmitter::buffer(Value tensor) const {
  return buffers.lookup(tensor);
}

void KernelEmitter::bind(Value tensor, Value element) {
  memory.clear();
  bound[tensor] = element;
}

void KernelEmitter::unbind(Value tensor) {
  memory.clear();
  bound.erase(tensor);
}

Value KernelEmitter::refuse(Operation *op, const Twine &reason, Type type,
                            const Twine &nearest) {
  if (!refused && nearest.isTriviallyEmpty())
    op->emitError(reason);
  else if (!refused)
    refusal(op->emitError(reason), nearest);
  refused = true;
  if (type.isIndex())
    return constant(0);
  return arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
}

//===----------------------------------------------------------------------===//
// Faults and branches
//===----------------------------------------------------------------------===//

void KernelEmitter::check(Value ok, opc_fault fault, Value observed,
                          Value expected) {
  if (constantValue(ok) == 1)
    return;
  auto number = [&](int64_t value) -> Value {
    return arith::ConstantIntOp::create(b, loc, value, 64);
  };
  auto place = [&](size_t offset) {
    return constant(offset / sizeof(int64_t));
  };
  auto put = [&](Value word, size_t offset) {
    if (word.getType().isIndex())
      word = arith::IndexCastOp::create(b, loc, b.getI64Type(), word);
    memref::StoreOp::create(b, loc, word, status, place(offset));
  };
  Value bad = arith::XOrIOp::create(b, loc, ok, boolean(true));
  when(bad, [&] {
    Value claimed = memref::AtomicRMWOp::create(
        b, loc, arith::AtomicRMWKind::assign, number(1), status,
        place(offsetof(opc_kernel_fault, claimed)));
    Value isFirst = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                          claimed, number(0));
    when(isFirst, [&] {
      put(number(fault), offsetof(opc_kernel_fault, fault));
      put(observed, offsetof(opc_kernel_fault, observed));
      put(expected, offsetof(opc_kernel_fault, expected));
    });
  });
}

Value KernelEmitter::checkedIndex(Value element, Value extent) {
  Value index =
      element.getType().isIndex()
          ? element
          : arith::IndexCastOp::create(b, loc, b.getIndexType(), element);
  Value negative = compare(arith::CmpIPredicate::slt, index, constant(0));
  Value fromBack = add(index, extent);
  Value counted = arith::SelectOp::create(b, loc, negative, fromBack, index);
  Value ok = compare(arith::CmpIPredicate::ult, counted, extent);
  check(ok, OPC_FAULT_INDEX, index, extent);
  return arith::SelectOp::create(b, loc, ok, counted, constant(0));
}

Value KernelEmitter::choose(Value condition, const Branch &then,
                            const Branch &otherwise) {
  if (auto known = constantValue(condition))
    return *known ? then() : otherwise();
  // The type of the result is known once a branch is built; its blocks then
  // move into an op that has results.
  OpBuilder::InsertionGuard guard(b);
  auto untyped = scf::IfOp::create(b, loc, condition, /*withElseRegion=*/true);
  Type type;
  for (auto [build, block] : {std::pair(&then, untyped.thenBlock()),
                              std::pair(&otherwise, untyped.elseBlock())}) {
    block->getTerminator()->erase();
    b.setInsertionPointToEnd(block);
    Value value = (*build)();
    type = value.getType();
    scf::YieldOp::create(b, loc, value);
  }
  b.setInsertionPoint(untyped);
  auto fork = scf::IfOp::create(b, loc, TypeRange{type}, condition,
                                /*addThenBlock=*/false, /*addElseBlock=*/false);
  fork.getThenRegion().takeBody(untyped.getThenRegion());
  fork.getElseRegion().takeBody(untyped.getElseRegion());
  untyped.erase();
  return fork.getResult(0);
}

void KernelEmitter::whenApart(Value x, Value y,
                              const std::function<void()> &then) {
  if (!hasBuffer(x) || !hasBuffer(y))
    return then();
  auto address = [&](Value tensor) -> Value {
    return memref::ExtractAlignedPointerAsIndexOp::create(b, loc,
                                                          buffer(tensor));
  };
  when(compare(arith::CmpIPredicate::ne, address(x), address(y)), then);
}

void KernelEmitter::when(Value condition, const std::function<void()> &then) {
  if (auto known = constantValue(condition)) {
    if (*known)
      then();
    return;
  }
  auto fork = scf::IfOp::create(b, loc, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  fork.thenBlock()->getTerminator()->erase();
  b.setInsertionPointToEnd(fork.thenBlock());
  then();
  scf::YieldOp::create(b, loc);
}

} // namespace opc
