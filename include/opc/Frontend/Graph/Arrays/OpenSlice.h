//===- OpenSlice.h - slices whose axes or steps only a run knows *- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_ARRAYS_OPENSLICE_H
#define OPC_FRONTEND_GRAPH_ARRAYS_OPENSLICE_H

#include "opc/Frontend/Graph/Arrays/Slicing.h"

namespace opc::graph {

inline constexpr llvm::StringLiteral
    kUneven("starts, ends, axes and steps differ in length");

/// The lists of a slice; axes and steps are null where they are left out.
struct SliceLists {
  Value starts, ends, axes, steps;

  /// The number of entries: a constant where any of the lists tells it.
  AffineExpr count(Emitter &n) const;
};

/// The part of x that the lists say as the program runs.
Value openSlice(Emitter &n, Value x, SliceLists lists);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_ARRAYS_OPENSLICE_H
