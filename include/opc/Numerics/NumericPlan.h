//===- NumericPlan.h - in which type and order an op adds up ----*- C++ -*-===//
//
// What follows from an op, its element types and its contract (Numerics.h), and
// from nothing else: not from how many rows there are, nor from threads, tiles
// or the width of vectors. Schedules choose tiles that keep to it, or decline;
// the plain loops execute it as it stands. docs/Numerics.md says it in words.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_NUMERICS_NUMERICPLAN_H
#define OPC_NUMERICS_NUMERICPLAN_H

#include "opc/Dialect/Opc/IR/OpcDialect.h"

namespace opc {

struct NumericPlan {
  /// The type of totals: a float, or a signless integer.
  mlir::Type accumulator;
  /// Whether the order shows in no result: totals of integers, extremes.
  bool anyOrder = false;
  /// Whether a product is added to its total with one rounding.
  bool fused = true;
  /// Partial totals of each total.
  ///
  /// Of a product, step k of the reduction goes to number k mod `chains`; they
  /// are added up in order; the steps behind the last whole `chains` follow,
  /// one by one.
  ///
  /// Of a reduction, element i of a line goes to number i mod `chains`, those
  /// behind the last whole `chains` to number i mod `rest`. In the end the
  /// upper half of them is combined with the lower, until one is left.
  int64_t chains = 1, rest = 1;
  /// Of a reduction: how many of its axes, the last ones, are walked as one
  /// line.
  unsigned lineAxes = 0;
};

/// The plan of a product, or of a reduction: matmul, conv and what they become;
/// any ReductionOp.
NumericPlan numericPlan(mlir::Operation *op, ShapeEnv &env);

} // namespace opc

#endif // OPC_NUMERICS_NUMERICPLAN_H
