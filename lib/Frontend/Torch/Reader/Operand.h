//===- Operand.h - tensors and numbers that meet in one op ------*- C++ -*-===//
//
// In which type they meet is torch's promotion, which is written here once:
// https://docs.pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_TORCH_READER_OPERAND_H
#define OPC_LIB_FRONTEND_TORCH_READER_OPERAND_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::torch {

using namespace opc::graph;

/// A tensor, or a number of the graph.
struct Operand {
  /// Null for a number, but for one that the program computes (f64).
  Value value;
  bool isNumber = false;
  /// Of a number: i1, i64 or f64.
  Type type;
  double real = 0;
  AffineExpr integer;

  static Operand tensor(Value v) {
    return {v, false, Emitter::elementOf(v), 0, {}};
  }
  static Operand number(Emitter &n, double v) {
    return {{}, true, n.state.builder.getF64Type(), v, {}};
  }
  static Operand number(Emitter &n, AffineExpr v) {
    return {{}, true, n.i64Type(), 0, v};
  }
  static Operand truth(Emitter &n, bool v) {
    return {{}, true, n.boolType(), 0, n.expr(v)};
  }
  bool isReal() const { return mlir::isa_and_nonnull<mlir::FloatType>(type); }
  /// Whether it is a number that is known and equal to `v`.
  bool isConstant(double v) const;
};

/// The dtype in which operands meet.
Type promoted(Emitter &n, ArrayRef<Operand> operands);
/// The same, of integers and bool f32, as functions of reals give it.
Type promotedToReal(Emitter &n, ArrayRef<Operand> operands);
/// The type in which a result of type `element` is computed: halves in f32.
Type computedIn(Emitter &n, Type element);
/// An operand as that type; numbers are not rounded to another one before.
Value as(Emitter &n, const Operand &operand, Type element);
/// A tensor as an operand of an op that computes in `wide` and gives `element`:
/// rounded to `element` first, as torch does, where it has axes.
Value asOperandOf(Emitter &n, const Operand &operand, Type element, Type wide);

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_READER_OPERAND_H
