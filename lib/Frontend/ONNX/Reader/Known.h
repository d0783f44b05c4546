//===- Known.h - the elements of small tensors, at import -------*- C++ -*-===//
//
// Graphs compute shapes with ordinary ops on small tensors. Where the elements
// are known, as constants or as expressions over symbols, the ops are evaluated
// while the graph is translated, by the functions of these tables.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_KNOWN_H
#define OPC_LIB_FRONTEND_ONNX_READER_KNOWN_H

#include "Node.h"

namespace opc::onnx {

/// A small tensor: integers as expressions (null: not known), or reals.
struct Known {
  Type element;
  Ints shape;
  Dims ints = {};
  SmallVector<double> reals = {};

  bool isReal() const { return mlir::isa<mlir::FloatType>(element); }
  size_t size() const { return isReal() ? reals.size() : ints.size(); }
};

/// Nothing where an op cannot be evaluated: it is built as any other.
using Result = std::optional<Known>;

/// Reals are evaluated in the formats in which double arithmetic, rounded once,
/// gives what the format's own arithmetic gives. The expressions that stand for
/// integers are signed, of 64 bits.
bool isEvaluable(Type element);
/// `value` as an element of f32 or f64.
double rounded(Type element, double value);
/// The number of elements of a shape without unknown extents.
int64_t countOf(ArrayRef<int64_t> shape);
/// The shape that all broadcast to (numpy's rules), if there is one.
std::optional<Ints> broadcastShape(ArrayRef<Known> in);
/// The flat index into `from` for the flat index `i` of a broadcast to `to`.
int64_t sourceIndex(ArrayRef<int64_t> from, ArrayRef<int64_t> to, int64_t i);

using IntFunction = AffineExpr (*)(Node &, ArrayRef<AffineExpr>);

// Arithmetic of integers; null where the result is not known or could overflow.
AffineExpr addInts(Node &n, ArrayRef<AffineExpr> a);
AffineExpr mulInts(Node &n, ArrayRef<AffineExpr> a);
AffineExpr minInts(Node &n, ArrayRef<AffineExpr> a);
AffineExpr maxInts(Node &n, ArrayRef<AffineExpr> a);

/// How an ONNX op is evaluated.
struct EvaluationRow {
  StringRef op;
  Result (*evaluate)(Node &, ArrayRef<Known>);
};
ArrayRef<EvaluationRow> arithmeticEvaluations();
ArrayRef<EvaluationRow> movementEvaluations();

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_KNOWN_H
