//===- Reduction.h - what axes come down to ---------------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_ARRAYS_REDUCTION_H
#define OPC_FRONTEND_GRAPH_ARRAYS_REDUCTION_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// Axes of x, from the front, that become one element; they are left out, or
/// kept with extent 1.
struct Reduction {
  Value x;
  Ints axes;
  bool keepdims = true;
};

// Each in the type of x. Roots, logarithms and what they are taken of are
// computed in at least f32, and those of integers in f64.
/// "max" or "min"; of bool, whether any or all are true.
Value reduceExtreme(Emitter &n, const Reduction &r, StringRef kind);
/// Sum of |x|.
Value reduceL1(Emitter &n, const Reduction &r);
/// Sum of x^2, and its root.
Value reduceSumSquare(Emitter &n, const Reduction &r);
Value reduceL2(Emitter &n, const Reduction &r);
/// Logarithm of the sum.
Value reduceLogSum(Emitter &n, const Reduction &r);
/// max + log(sum(exp(x - max))), where an infinite max counts as 0.
Value reduceLogSumExp(Emitter &n, const Reduction &r);

/// Where along `axis` the greatest ("max") or least ("min") element lies (i64):
/// the first of equal ones, or the last.
struct ArgExtreme {
  StringRef kind;
  int64_t axis;
  bool keepdims = true, last = false;
};
/// The axis must have an element.
Value argExtreme(Emitter &n, Value x, const ArgExtreme &a);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_ARRAYS_REDUCTION_H
