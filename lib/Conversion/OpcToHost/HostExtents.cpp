//===- HostExtents.cpp - The values of extents at run time ----------------===//
//
// Expressions over entry symbols are computed once in the prologue and kept;
// others at each use, from the slots of their symbols. Wherever a size follows,
// the arithmetic is checked: a model's symbols may have any value at all.
//
//===----------------------------------------------------------------------===//
#include "HostEmitter.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace opc;
using LLVM::ICmpPredicate;

void HostEmitter::bindEntrySymbol(unsigned symbol, Value value) {
  entryValues[getAffineSymbolExpr(symbol, b.getContext())] = value;
}

void HostEmitter::bindSymbol(unsigned symbol, Value value) {
  Value &slot = symbolSlots[symbol];
  if (!slot)
    slot = words(1);
  store(value, slot);
}

/// The value of an op with overflow; noted in `checks`, else ignored.
Value HostEmitter::overflowing(Operation *op, Checks *checks, int64_t place) {
  Value result = LLVM::ExtractValueOp::create(b, loc, op->getResult(0), 0);
  if (!checks)
    return result;
  Value isBad = LLVM::ExtractValueOp::create(b, loc, op->getResult(0), 1);
  forbid(*checks, isBad, place, number(INT64_MAX));
  return result;
}

/// The value of a number, where it is one.
static std::optional<int64_t> numberOf(Value value) {
  auto constant = value.getDefiningOp<LLVM::ConstantOp>();
  if (!constant)
    return std::nullopt;
  return cast<IntegerAttr>(constant.getValue()).getInt();
}

Value HostEmitter::checkedMul(Value x, Value y, Checks *checks, int64_t place) {
  auto a = numberOf(x), c = numberOf(y);
  int64_t result;
  if (a && c && !llvm::MulOverflow(*a, *c, result))
    return number(result);
  if (!checks)
    return LLVM::MulOp::create(b, loc, x, y);
  auto type = LLVM::LLVMStructType::getLiteral(b.getContext(), {i64, i1});
  return overflowing(LLVM::SMulWithOverflowOp::create(b, loc, type, x, y),
                     checks, place);
}

Value HostEmitter::checkedAdd(Value x, Value y, Checks *checks, int64_t place) {
  auto a = numberOf(x), c = numberOf(y);
  int64_t result;
  if (a && c && !llvm::AddOverflow(*a, *c, result))
    return number(result);
  if (!checks)
    return add(x, y);
  auto type = LLVM::LLVMStructType::getLiteral(b.getContext(), {i64, i1});
  return overflowing(LLVM::SAddWithOverflowOp::create(b, loc, type, x, y),
                     checks, place);
}

/// Floor and ceiling quotients and the remainder that goes with the floor. A
/// divisor that is not positive counts as a bad size; 1 stands in for it.
Value HostEmitter::divide(AffineBinaryOpExpr expr, Value x, Value y,
                          Checks *checks, int64_t place) {
  if (!isa<AffineConstantExpr>(expr.getRHS())) {
    Value isGood = compare(ICmpPredicate::sgt, y, number(0));
    if (checks)
      require(*checks, isGood, place, y);
    y = LLVM::SelectOp::create(b, loc, isGood, y, number(1));
  }
  Value quotient = LLVM::SDivOp::create(b, loc, x, y);
  Value rest = LLVM::SRemOp::create(b, loc, x, y);
  auto choose = [&](ICmpPredicate predicate, Value yes, Value no) -> Value {
    Value condition = compare(predicate, rest, number(0));
    return LLVM::SelectOp::create(b, loc, condition, yes, no);
  };
  if (expr.getKind() == AffineExprKind::Mod)
    return choose(ICmpPredicate::slt, add(rest, y), rest);
  if (expr.getKind() == AffineExprKind::CeilDiv)
    return choose(ICmpPredicate::sgt, add(quotient, number(1)), quotient);
  return choose(ICmpPredicate::slt, add(quotient, number(-1)), quotient);
}

Value HostEmitter::compute(AffineExpr expr, Checks *checks, int64_t place) {
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr)) {
    Value slot = symbolSlots.lookup(symbol.getPosition());
    return slot ? load(i64, slot) : number(0);
  }
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value x = value(binary.getLHS(), checks, place);
  Value y = value(binary.getRHS(), checks, place);
  if (expr.getKind() == AffineExprKind::Add)
    return checkedAdd(x, y, checks, place);
  if (expr.getKind() == AffineExprKind::Mul)
    return checkedMul(x, y, checks, place);
  return divide(binary, x, y, checks, place);
}

Value HostEmitter::value(AffineExpr expr, Checks *checks, int64_t place) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return number(constant.getValue());
  if (Value known = entryValues.lookup(expr))
    return known;
  if (!plan.isEntryBound(expr) || (prologueEnd && checks))
    return compute(expr, checks, place);
  OpBuilder::InsertionGuard guard(b);
  if (prologueEnd)
    b.setInsertionPoint(prologueEnd->getTerminator());
  Value result = compute(expr, checks, place);
  return entryValues[expr] = result;
}

void HostEmitter::endPrologue() {
  prologueEnd = b.getBlock();
  Block *main = newBlock();
  jump(main);
  startBlock(main);
}

Value HostEmitter::bytes(ArrayRef<AffineExpr> dims, int64_t elementBytes,
                         Checks &checks, int64_t place) {
  Value size = number(elementBytes);
  for (AffineExpr dim : dims) {
    Value extent = value(dim, &checks, place);
    // One look at what the inputs decide is enough.
    bool isNew = !isa<AffineConstantExpr>(dim) &&
                 (!plan.isEntryBound(dim) || checkedExtents.insert(dim).second);
    if (isNew)
      forbid(checks, compare(ICmpPredicate::slt, extent, number(0)), place,
             extent);
    size = checkedMul(size, extent, &checks, place);
  }
  return size;
}
