//===- ScalarArith.cpp - arithmetic and comparisons on any number ---------===//
#include "ScalarSupport.h"

using namespace mlir;
using namespace opc;

static bool isFloat(Type tensor) {
  return isa<FloatType>(getElementTypeOrSelf(tensor));
}
/// bool counts as unsigned: true is 1, not -1.
static bool isUnsigned(Type tensor) {
  Type element = getElementTypeOrSelf(tensor);
  return element.isUnsignedInteger() || element.isInteger(1);
}

Value opc::emitConstant(OpBuilder &b, Location loc, Type like, double value) {
  auto element = cast<FloatType>(getElementTypeOrSelf(like));
  TypedAttr attr = b.getFloatAttr(element, value);
  if (auto vector = dyn_cast<VectorType>(like))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(b, loc, attr);
}

Value opc::emitConstantInt(OpBuilder &b, Location loc, Type like,
                           int64_t value) {
  Type element = getElementTypeOrSelf(like);
  unsigned width = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  TypedAttr attr =
      b.getIntegerAttr(element, APInt(width, uint64_t(value), /*isSigned=*/true,
                                      /*implicitTrunc=*/true));
  if (auto vector = dyn_cast<VectorType>(like))
    attr = DenseElementsAttr::get(vector, Attribute(attr));
  return arith::ConstantOp::create(b, loc, attr);
}

/// Division and remainder that never trap: a divisor of zero gives zero, and
/// the least signed value over -1 wraps.
template <typename SignedOp, typename UnsignedOp>
static Value safeDivision(OpBuilder &b, Location loc, bool isUnsignedType,
                          Value x, Value y, bool isRemainder) {
  Type type = x.getType();
  Value zero = emitConstantInt(b, loc, type, 0);
  Value one = emitConstantInt(b, loc, type, 1);
  auto equal = [&](Value a, Value c) -> Value {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, a, c);
  };
  auto select = [&](Value c, Value a, Value d) -> Value {
    return arith::SelectOp::create(b, loc, c, a, d);
  };
  Value isZero = equal(y, zero);
  if (isUnsignedType)
    return select(isZero, zero,
                  UnsignedOp::create(b, loc, x, select(isZero, one, y)));
  Value isMinusOne = equal(y, emitConstantInt(b, loc, type, -1));
  Value unsafe = arith::OrIOp::create(b, loc, isZero, isMinusOne);
  Value safe = SignedOp::create(b, loc, x, select(unsafe, one, y));
  Value negated =
      isRemainder ? zero : arith::SubIOp::create(b, loc, zero, x).getResult();
  return select(isZero, zero, select(isMinusOne, negated, safe));
}

static Value emitRemainder(OpBuilder &b, Location loc, Type tensor, Value x,
                           Value y) {
  return safeDivision<arith::RemSIOp, arith::RemUIOp>(
      b, loc, isUnsigned(tensor), x, y, /*isRemainder=*/true);
}

/// The remainder with the divisor's sign: r + y where r != 0 and signs differ.
static Value floorModInt(OpBuilder &b, Location loc, Type tensor, Value x,
                         Value y) {
  Value r = emitRemainder(b, loc, tensor, x, y);
  if (isUnsigned(tensor))
    return r;
  Value zero = emitConstantInt(b, loc, x.getType(), 0);
  using P = arith::CmpIPredicate;
  Value signs = arith::XOrIOp::create(b, loc, r, y);
  Value differ = arith::CmpIOp::create(b, loc, P::slt, signs, zero);
  Value nonzero = arith::CmpIOp::create(b, loc, P::ne, r, zero);
  Value adjust = arith::AndIOp::create(b, loc, differ, nonzero);
  Value moved = arith::AddIOp::create(b, loc, r, y);
  return arith::SelectOp::create(b, loc, adjust, moved, r);
}

static Value floorModFloat(FloatBuilder &f, Value x, Value y) {
  using P = arith::CmpFPredicate;
  Value r = arith::RemFOp::create(f.b, f.loc, x, y), zero = f.c(x, 0);
  Value rNegative = f.cmp(P::OLT, r, zero), yNegative = f.cmp(P::OLT, y, zero);
  Value differ = arith::XOrIOp::create(f.b, f.loc, rNegative, yNegative);
  Value nonzero = f.cmp(P::ONE, r, zero);
  Value adjust = arith::AndIOp::create(f.b, f.loc, differ, nonzero);
  return f.select(adjust, f.add(r, y), r);
}

static Value floatArith(OpBuilder &b, Location loc, ScalarArith kind, Value x,
                        Value y) {
  FloatBuilder f{b, loc};
  switch (kind) {
  case ScalarArith::Add:
    return f.add(x, y);
  case ScalarArith::Sub:
    return f.sub(x, y);
  case ScalarArith::Mul:
    return f.mul(x, y);
  case ScalarArith::Div:
    return f.div(x, y);
  case ScalarArith::Min:
    return f.min(x, y);
  case ScalarArith::Max:
    return f.max(x, y);
  case ScalarArith::Fmod:
    return arith::RemFOp::create(b, loc, x, y);
  case ScalarArith::Mod:
    return floorModFloat(f, x, y);
  }
  llvm_unreachable("all kinds are handled");
}

static Value intArith(OpBuilder &b, Location loc, ScalarArith kind, Type tensor,
                      Value x, Value y) {
  bool u = isUnsigned(tensor);
  switch (kind) {
  case ScalarArith::Add:
    return arith::AddIOp::create(b, loc, x, y);
  case ScalarArith::Sub:
    return arith::SubIOp::create(b, loc, x, y);
  case ScalarArith::Mul:
    return arith::MulIOp::create(b, loc, x, y);
  case ScalarArith::Div:
    return safeDivision<arith::DivSIOp, arith::DivUIOp>(b, loc, u, x, y,
                                                        /*isRemainder=*/false);
  case ScalarArith::Min:
    return u ? Value(arith::MinUIOp::create(b, loc, x, y))
             : Value(arith::MinSIOp::create(b, loc, x, y));
  case ScalarArith::Max:
    return u ? Value(arith::MaxUIOp::create(b, loc, x, y))
             : Value(arith::MaxSIOp::create(b, loc, x, y));
  case ScalarArith::Fmod:
    return emitRemainder(b, loc, tensor, x, y);
  case ScalarArith::Mod:
    return floorModInt(b, loc, tensor, x, y);
  }
  llvm_unreachable("all kinds are handled");
}

Value opc::emitArith(OpBuilder &b, Location loc, ScalarArith kind, Type tensor,
                     ValueRange args) {
  if (!isFloat(tensor))
    return intArith(b, loc, kind, tensor, args[0], args[1]);
  return inWideFloat(b, loc, args, [&](ValueRange wide) {
    return floatArith(b, loc, kind, wide[0], wide[1]);
  });
}

Value opc::emitCompare(OpBuilder &b, Location loc, ScalarPredicate predicate,
                       Type tensor, ValueRange args) {
  using F = arith::CmpFPredicate;
  using I = arith::CmpIPredicate;
  struct Row {
    F f;
    I s, u;
  };
  static constexpr Row rows[] = {{F::OEQ, I::eq, I::eq},
                                 {F::OLT, I::slt, I::ult},
                                 {F::OLE, I::sle, I::ule},
                                 {F::OGT, I::sgt, I::ugt},
                                 {F::OGE, I::sge, I::uge}};
  const Row &row = rows[size_t(predicate)];
  if (isFloat(tensor))
    return arith::CmpFOp::create(b, loc, row.f, args[0], args[1]);
  return arith::CmpIOp::create(b, loc, isUnsigned(tensor) ? row.u : row.s,
                               args[0], args[1]);
}

Value opc::emitShift(OpBuilder &b, Location loc, bool left, Type tensor,
                     ValueRange args) {
  Value x = args[0], amount = args[1];
  Type type = x.getType();
  unsigned width = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  Value zero = emitConstantInt(b, loc, type, 0);
  Value fits = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, amount,
                                     emitConstantInt(b, loc, type, width));
  if (!left && !isUnsigned(tensor)) {
    // What is shifted in is the sign, without end.
    Value most = emitConstantInt(b, loc, type, width - 1);
    return arith::ShRSIOp::create(
        b, loc, x, arith::SelectOp::create(b, loc, fits, amount, most));
  }
  Value safe = arith::SelectOp::create(b, loc, fits, amount, zero);
  Value shifted = left ? arith::ShLIOp::create(b, loc, x, safe).getResult()
                       : arith::ShRUIOp::create(b, loc, x, safe).getResult();
  return arith::SelectOp::create(b, loc, fits, shifted, zero);
}

Value opc::emitPrelu(OpBuilder &b, Location loc, Type tensor, ValueRange args) {
  Value scaled = emitArith(b, loc, ScalarArith::Mul, tensor, args);
  Value zero = isFloat(tensor) ? emitConstant(b, loc, args[0].getType(), 0)
                               : emitConstantInt(b, loc, args[0].getType(), 0);
  Value negative = emitCompare(b, loc, ScalarPredicate::Less, tensor,
                               ValueRange{args[0], zero});
  return arith::SelectOp::create(b, loc, negative, scaled, args[0]);
}

Value opc::emitAbs(OpBuilder &b, Location loc, Type tensor, Value x) {
  if (isFloat(tensor))
    return math::AbsFOp::create(b, loc, x);
  if (isUnsigned(tensor))
    return x;
  return math::AbsIOp::create(b, loc, x);
}

Value opc::emitNeg(OpBuilder &b, Location loc, Type tensor, Value x) {
  if (isFloat(tensor))
    return arith::NegFOp::create(b, loc, x);
  return arith::SubIOp::create(b, loc, emitConstantInt(b, loc, x.getType(), 0),
                               x);
}

/// -1, 0 or 1; NaN stays NaN and zeros keep their sign.
Value opc::emitSign(OpBuilder &b, Location loc, Type tensor, Value x) {
  auto constant = [&](int value) {
    return isFloat(tensor) ? emitConstant(b, loc, x.getType(), value)
                           : emitConstantInt(b, loc, x.getType(), value);
  };
  Value zero = constant(0);
  auto is = [&](ScalarPredicate p) {
    return emitCompare(b, loc, p, tensor, ValueRange{x, zero});
  };
  Value result = arith::SelectOp::create(b, loc, is(ScalarPredicate::Greater),
                                         constant(1), x);
  if (isUnsigned(tensor))
    return result;
  return arith::SelectOp::create(b, loc, is(ScalarPredicate::Less),
                                 constant(-1), result);
}

Value opc::emitNot(OpBuilder &b, Location loc, Value x) {
  return arith::XOrIOp::create(b, loc, x,
                               emitConstantInt(b, loc, x.getType(), -1));
}

Value opc::emitRelu(OpBuilder &b, Location loc, Type tensor, Value x) {
  Value zero = isFloat(tensor) ? emitConstant(b, loc, x.getType(), 0)
                               : emitConstantInt(b, loc, x.getType(), 0);
  return emitArith(b, loc, ScalarArith::Max, tensor, ValueRange{x, zero});
}
