//===- LoopBuilder.cpp - index arithmetic and loops, tersely --------------===//
#include "opc/Targets/Schedule/LoopBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
namespace opc {

std::optional<int64_t> constantIndex(Value value) {
  APInt constant;
  if (value && matchPattern(value, m_ConstantInt(&constant)))
    return constant.getSExtValue();
  return std::nullopt;
}

Value LoopBuilder::index(int64_t value) const {
  return arith::ConstantIndexOp::create(b, loc, value);
}

Value LoopBuilder::add(Value x, Value y) const {
  return b.createOrFold<arith::AddIOp>(loc, x, y);
}

Value LoopBuilder::sub(Value x, Value y) const {
  return b.createOrFold<arith::SubIOp>(loc, x, y);
}

Value LoopBuilder::mul(Value x, Value y) const {
  return b.createOrFold<arith::MulIOp>(loc, x, y);
}

// Positions are never negative, and unsigned division by a constant is cheaper.
Value LoopBuilder::div(Value x, Value y) const {
  return b.createOrFold<arith::DivUIOp>(loc, x, y);
}

Value LoopBuilder::rem(Value x, Value y) const {
  return b.createOrFold<arith::RemUIOp>(loc, x, y);
}

Value LoopBuilder::ceilDiv(Value x, int64_t y) const {
  return y == 1 ? x : div(add(x, y - 1), y);
}

Value LoopBuilder::min(Value x, Value y) const {
  return b.createOrFold<arith::MinSIOp>(loc, x, y);
}

Value LoopBuilder::max(Value x, Value y) const {
  return b.createOrFold<arith::MaxSIOp>(loc, x, y);
}

Value LoopBuilder::select(Value condition, Value x, Value y) const {
  return b.createOrFold<arith::SelectOp>(loc, condition, x, y);
}

Value LoopBuilder::less(Value x, Value y) const {
  return b.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt, x, y);
}

void LoopBuilder::loop(Value begin, Value end, int64_t step,
                       llvm::function_ref<void(Value)> body) const {
  fold(begin, end, step, {}, [&](Value i, ValueRange) {
    body(i);
    return SmallVector<Value>();
  });
}

SmallVector<Value> LoopBuilder::fold(
    Value begin, Value end, int64_t step, ValueRange initial,
    llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) const {
  std::optional<int64_t> first = constantIndex(begin),
                         last = constantIndex(end);
  if (first && last && *first >= *last)
    return SmallVector<Value>(initial);
  if (first && last && *first + step >= *last)
    return body(begin, initial);
  auto loop = scf::ForOp::create(b, loc, begin, end, index(step), initial);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> next =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!initial.empty())
    scf::YieldOp::create(b, loc, next);
  return loop.getResults();
}

void LoopBuilder::branch(Value condition, llvm::function_ref<void()> then,
                         llvm::function_ref<void()> otherwise) const {
  if (std::optional<int64_t> known = constantIndex(condition)) {
    if (*known != 0)
      then();
    else if (otherwise)
      otherwise();
    return;
  }
  auto op = scf::IfOp::create(b, loc, condition, static_cast<bool>(otherwise));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(op.thenBlock());
  then();
  if (!otherwise)
    return;
  b.setInsertionPointToStart(op.elseBlock());
  otherwise();
}

} // namespace opc
