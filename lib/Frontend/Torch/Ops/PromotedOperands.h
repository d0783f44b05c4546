//===- PromotedOperands.h - what element-wise rows share --------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_TORCH_OPS_PROMOTEDOPERANDS_H
#define OPC_LIB_FRONTEND_TORCH_OPS_PROMOTEDOPERANDS_H

#include "Reader/AtenNode.h"
#include "opc/Frontend/Graph/Wide.h"

namespace opc::torch {

/// Two operands in the type in which they are computed, and that of the result.
struct Pair {
  Value a, b;
  Type element;
};
inline Pair pairOf(Node &n, const Operand &a, const Operand &b,
                   bool real = false) {
  Type element = real ? promotedToReal(n, {a, b}) : promoted(n, {a, b});
  Type wide = computedIn(n, element);
  return {asOperandOf(n, a, element, wide), asOperandOf(n, b, element, wide),
          element};
}
inline bool isBool(Type element) { return element && element.isInteger(1); }

/// A tensor as a function of reals takes it: integers as f32, halves as f32.
inline Value realOperand(Node &n, Value x, Type &element) {
  element = promotedToReal(n, {Operand::tensor(x)});
  return n.cast(n.cast(x, element), computedIn(n, element));
}

/// Whether x is below 0, or is minus 0 with `zeros`.
inline Value isNegative(Emitter &n, Value x) {
  return n.compare<LessOp>(x, n.like(x, 0));
}
/// x without what is behind its point.
inline Value truncated(Emitter &n, Value x) {
  return n.select(isNegative(n, x), n.unary<CeilOp>(x), n.unary<FloorOp>(x));
}

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_OPS_PROMOTEDOPERANDS_H
