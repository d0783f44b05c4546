//===- OpenSlice.h - slices whose axes or steps only a run knows *- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_ONNX_OPS_OPENSLICE_H
#define OPC_LIB_FRONTEND_ONNX_OPS_OPENSLICE_H

#include "Reader/Node.h"

namespace opc::onnx {

constexpr llvm::StringLiteral
    kUneven("starts, ends, axes and steps differ in length");
constexpr llvm::StringLiteral kZeroStep("a step is 0");

/// The lists of a Slice; axes and steps are null where they are left out.
struct SliceLists {
  Value starts, ends, axes, steps;

  /// The number of entries: a constant where any of the lists tells it.
  AffineExpr count(Node &n) const;
};

/// The part of x that the lists say as the program runs.
Value openSlice(Node &n, Value x, SliceLists lists);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_OPS_OPENSLICE_H
