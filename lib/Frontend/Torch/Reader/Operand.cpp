//===- Operand.cpp - tensors and numbers that meet in one op --------------===//
#include "Operand.h"

using namespace mlir;

namespace opc::torch {
namespace {

/// bool, integers, reals.
int categoryOf(Type type) {
  return isa<FloatType>(type) ? 2 : type.isInteger(1) ? 0 : 1;
}

Type joinIntegers(Type a, Type b) {
  unsigned width =
      std::max(a.getIntOrFloatBitWidth(), b.getIntOrFloatBitWidth());
  bool unsignedA = a.isUnsignedInteger(), unsignedB = b.isUnsignedInteger();
  if (unsignedA == unsignedB)
    return a.getIntOrFloatBitWidth() == width ? a : b;
  // A signed type holds the unsigned one if it is wider.
  Type isSigned = unsignedA ? b : a, other = unsignedA ? a : b;
  if (isSigned.getIntOrFloatBitWidth() > other.getIntOrFloatBitWidth())
    return isSigned;
  unsigned twice = std::min(2 * other.getIntOrFloatBitWidth(), 64u);
  return IntegerType::get(a.getContext(), twice);
}

Type joinReals(Type a, Type b) {
  if (a == b)
    return a;
  unsigned wa = a.getIntOrFloatBitWidth(), wb = b.getIntOrFloatBitWidth();
  if (wa == wb) // f16 and bf16
    return Float32Type::get(a.getContext());
  return wa > wb ? a : b;
}

/// Of two operands of one rank of importance.
Type join(Type a, Type b) {
  if (!a || !b || a == b)
    return a ? a : b;
  int ca = categoryOf(a), cb = categoryOf(b);
  if (ca != cb)
    return ca > cb ? a : b;
  return ca == 2 ? joinReals(a, b) : joinIntegers(a, b);
}

/// Only a higher category of what counts less is looked at.
Type combine(Type higher, Type lower) {
  if (!higher || !lower)
    return higher ? higher : lower;
  return categoryOf(higher) >= categoryOf(lower) ? higher : join(higher, lower);
}

} // namespace

bool Operand::isConstant(double v) const {
  if (!isNumber || value)
    return false;
  return isReal() ? real == v : constantOf(integer) == v;
}

Type promoted(Emitter &n, ArrayRef<Operand> operands) {
  Type withAxes, scalars, numbers;
  for (const Operand &each : operands) {
    if (!each.type)
      continue;
    if (each.isNumber)
      numbers = join(numbers, each.isReal() ? n.f32Type() : each.type);
    else if (n.rank(each.value) > 0)
      withAxes = join(withAxes, each.type);
    else
      scalars = join(scalars, each.type);
  }
  return combine(withAxes, combine(scalars, numbers));
}

Type promotedToReal(Emitter &n, ArrayRef<Operand> operands) {
  Type type = promoted(n, operands);
  return !type || isa<FloatType>(type) ? type : n.f32Type();
}

Type computedIn(Emitter &n, Type element) {
  bool half = isa_and_nonnull<FloatType>(element) &&
              element.getIntOrFloatBitWidth() < 32;
  return half ? n.f32Type() : element;
}

Value as(Emitter &n, const Operand &operand, Type element) {
  if (!element || n.failed())
    return {};
  if (operand.value)
    return n.cast(operand.value, element);
  if (operand.isReal())
    return n.scalar(element, operand.real);
  if (!operand.integer)
    return {};
  if (std::optional<int64_t> known = constantOf(operand.integer))
    return element.isInteger(1) ? n.scalarInt(element, *known != 0)
                                : n.scalarInt(element, *known);
  return n.extentAs(element, operand.integer);
}

Value asOperandOf(Emitter &n, const Operand &operand, Type element, Type wide) {
  bool rounds = !operand.isNumber && !n.failed() && n.rank(operand.value) > 0;
  return rounds ? n.cast(n.cast(operand.value, element), wide)
                : as(n, operand, wide);
}

} // namespace opc::torch
