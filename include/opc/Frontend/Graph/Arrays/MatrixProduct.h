//===- MatrixProduct.h - products of matrices and vectors -------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_ARRAYS_MATRIXPRODUCT_H
#define OPC_FRONTEND_GRAPH_ARRAYS_MATRIXPRODUCT_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// numpy's matmul: vectors become matrices with one row (column), which is
/// dropped afterwards; axes before the last two broadcast.
Value matrixProduct(Emitter &n, Value a, Value b);

/// alpha a b + beta c of matrices, each as it is or transposed.
struct Gemm {
  Value a, b;
  /// Broadcasts to the product; null: not there.
  Value c;
  /// Or must have as many elements.
  bool broadcasts = true;
  double alpha = 1, beta = 1;
  bool transposeA = false, transposeB = false;
};
/// In the type of a, halves as f32. Whole numbers take whole factors.
Value gemm(Emitter &n, const Gemm &g);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_ARRAYS_MATRIXPRODUCT_H
