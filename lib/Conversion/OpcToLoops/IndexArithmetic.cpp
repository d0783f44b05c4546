//===- IndexArithmetic.cpp - positions and extents in kernels -------------===//
//
// The part of KernelEmitter that computes with values of type index. It folds
// constants itself, so that static shapes give clean loops, and builds each
// expression once for each block.
//
//===----------------------------------------------------------------------===//
#include "mlir/IR/Matchers.h"
#include "opc/Conversion/OpcToLoops/KernelEmitter.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;

namespace opc {

std::optional<int64_t> KernelEmitter::constantValue(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.getBitWidth() == 1 ? int64_t(constant.getZExtValue())
                                       : constant.getSExtValue();
  return std::nullopt;
}

void KernelEmitter::atEntry(const std::function<void()> &build) {
  OpBuilder::InsertionGuard guard(b);
  llvm::SaveAndRestore building(atEntryNow, true);
  Operation *before = lastAtEntry
                          ? lastAtEntry->getNextNode()
                          : (entry->empty() ? nullptr : &entry->front());
  if (before)
    b.setInsertionPoint(before);
  else
    b.setInsertionPointToEnd(entry);
  build();
  lastAtEntry = before ? before->getPrevNode()
                       : (entry->empty() ? nullptr : &entry->back());
}

Value KernelEmitter::constant(int64_t value) {
  Value &known = constants[value];
  if (known)
    return known;
  Value made;
  atEntry([&] { made = arith::ConstantIndexOp::create(b, loc, value); });
  return constants[value] = made;
}

Value KernelEmitter::boolean(bool value) {
  static const char tags[2] = {};
  return memoised({&tags[value]}, [&] {
    return Value(arith::ConstantIntOp::create(b, loc, value, 1));
  });
}

template <typename Op> Value KernelEmitter::binary(Value x, Value y) {
  static const char tag = 0;
  return memoised({&tag, x.getAsOpaquePointer(), y.getAsOpaquePointer()},
                  [&] { return Value(Op::create(b, loc, x, y)); });
}

Value KernelEmitter::add(Value x, Value y) {
  auto cx = constantValue(x), cy = constantValue(y);
  if (cx && cy)
    return constant(*cx + *cy);
  if (cx == 0)
    return y;
  if (cy == 0)
    return x;
  return binary<arith::AddIOp>(x, y);
}

Value KernelEmitter::sub(Value x, Value y) {
  auto cx = constantValue(x), cy = constantValue(y);
  if (cx && cy)
    return constant(*cx - *cy);
  if (cy == 0)
    return x;
  return binary<arith::SubIOp>(x, y);
}

Value KernelEmitter::mul(Value x, Value y) {
  auto cx = constantValue(x), cy = constantValue(y);
  if (cx && cy)
    return constant(*cx * *cy);
  if (cx == 0 || cy == 1)
    return x;
  if (cy == 0 || cx == 1)
    return y;
  return binary<arith::MulIOp>(x, y);
}

Value KernelEmitter::floorDiv(Value x, Value y) {
  auto cx = constantValue(x), cy = constantValue(y);
  if (cx && cy && *cy != 0)
    return constant(*cx / *cy);
  if (cy == 1)
    return x;
  return binary<arith::DivUIOp>(x, y);
}

Value KernelEmitter::ceilDiv(Value x, Value y) {
  return floorDiv(add(x, sub(y, constant(1))), y);
}

Value KernelEmitter::rem(Value x, Value y) {
  auto cx = constantValue(x), cy = constantValue(y);
  if (cx && cy && *cy != 0)
    return constant(*cx % *cy);
  if (cy == 1)
    return constant(0);
  return binary<arith::RemUIOp>(x, y);
}

Value KernelEmitter::floorMod(Value x, Value y) {
  auto cx = constantValue(x), cy = constantValue(y);
  if (cx && cy && *cy > 0)
    return constant((*cx % *cy + *cy) % *cy);
  if (cy == 1)
    return constant(0);
  // The remainder of signed division lies in (-y, y).
  Value signedRem = binary<arith::RemSIOp>(x, y);
  return binary<arith::RemUIOp>(add(signedRem, y), y);
}

Value KernelEmitter::min(Value x, Value y) {
  auto cx = constantValue(x), cy = constantValue(y);
  if (cx && cy)
    return constant(std::min(*cx, *cy));
  return x == y ? x : binary<arith::MinSIOp>(x, y);
}

Value KernelEmitter::max(Value x, Value y) {
  auto cx = constantValue(x), cy = constantValue(y);
  if (cx && cy)
    return constant(std::max(*cx, *cy));
  return x == y ? x : binary<arith::MaxSIOp>(x, y);
}

Value KernelEmitter::compare(arith::CmpIPredicate predicate, Value x, Value y) {
  auto cx = constantValue(x), cy = constantValue(y);
  if (cx && cy)
    return boolean(arith::applyCmpPredicate(predicate,
                                            APInt(64, *cx, /*isSigned=*/true),
                                            APInt(64, *cy, /*isSigned=*/true)));
  static const char tags[32] = {};
  return memoised(
      {&tags[unsigned(predicate)], x.getAsOpaquePointer(),
       y.getAsOpaquePointer()},
      [&] { return Value(arith::CmpIOp::create(b, loc, predicate, x, y)); });
}

Value KernelEmitter::both(Value x, Value y) {
  auto cx = constantValue(x), cy = constantValue(y);
  if (cx)
    return *cx ? y : x;
  if (cy)
    return *cy ? x : y;
  return binary<arith::AndIOp>(x, y);
}

Value KernelEmitter::expr(AffineExpr e) {
  assert(e && "an extent that nothing explains");
  if (auto fixed = dyn_cast<AffineConstantExpr>(e))
    return constant(fixed.getValue());
  if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
    return symbols[symbol.getPosition()];
  if (Value known = exprs.lookup(e))
    return known;
  Value made = emitExpr(e);
  return exprs[e] = made;
}

/// Division in shape arithmetic rounds down and never traps: extents of zero
/// may make a divisor zero, and then nothing is read or written anyway.
Value KernelEmitter::emitExpr(AffineExpr e) {
  auto binaryExpr = cast<AffineBinaryOpExpr>(e);
  Value x = expr(binaryExpr.getLHS());
  Value y = expr(binaryExpr.getRHS());
  Value result;
  auto divide = [&](Value numerator) {
    Value divisor = max(y, constant(1));
    return sub(numerator, floorMod(numerator, divisor));
  };
  atEntry([&] {
    switch (e.getKind()) {
    case AffineExprKind::Add:
      result = add(x, y);
      return;
    case AffineExprKind::Mul:
      result = mul(x, y);
      return;
    case AffineExprKind::Mod:
      result = floorMod(x, max(y, constant(1)));
      return;
    case AffineExprKind::FloorDiv:
      result = arith::DivSIOp::create(b, loc, divide(x), max(y, constant(1)));
      return;
    default:
      // (n - 1) ceildiv n says whether n is more than 1 (broadcastPlace).
      if (binaryExpr.getLHS() == binaryExpr.getRHS() - 1)
        result = arith::SelectOp::create(
            b, loc, compare(arith::CmpIPredicate::sgt, y, constant(1)),
            constant(1), constant(0));
      else
        result = arith::DivSIOp::create(
            b, loc, divide(add(x, sub(y, constant(1)))), max(y, constant(1)));
    }
  });
  return result;
}

Value KernelEmitter::expr(AffineExpr e, ValueRange positions) {
  if (e.isSymbolicOrConstant())
    return expr(e);
  if (auto dim = dyn_cast<AffineDimExpr>(e))
    return positions[dim.getPosition()];
  auto binaryExpr = cast<AffineBinaryOpExpr>(e);
  Value x = expr(binaryExpr.getLHS(), positions);
  Value y = expr(binaryExpr.getRHS(), positions);
  switch (e.getKind()) {
  case AffineExprKind::Add:
    return add(x, y);
  case AffineExprKind::Mul:
    return mul(x, y);
  case AffineExprKind::Mod:
    return rem(x, y);
  case AffineExprKind::FloorDiv:
    return floorDiv(x, y);
  default:
    return ceilDiv(x, y);
  }
}

Value KernelEmitter::extent(Value tensor, int64_t axis) {
  return expr(env.dim(tensor, axis));
}

Value KernelEmitter::linearize(ValueRange indices, ArrayRef<AffineExpr> dims) {
  assert(indices.size() == dims.size());
  Value position = constant(0);
  for (auto [axis, index] : llvm::enumerate(indices)) {
    AffineExpr stride = product(env.getContext(), dims.drop_front(axis + 1));
    position = add(position, mul(index, expr(stride)));
  }
  return position;
}

SmallVector<Value> KernelEmitter::delinearize(Value position,
                                              ArrayRef<AffineExpr> dims) {
  SmallVector<Value> indices(dims.size());
  for (size_t axis = dims.size(); axis-- > 0;) {
    bool first = axis == 0;
    Value extent = expr(dims[axis]);
    indices[axis] =
        first && constantValue(extent) != 1 ? position : rem(position, extent);
    if (!first)
      position = floorDiv(position, extent);
  }
  return indices;
}

} // namespace opc
