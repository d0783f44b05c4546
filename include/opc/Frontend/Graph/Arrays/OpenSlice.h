//===- OpenSlice.h - slices whose axes or steps only a run knows *- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_ARRAYS_OPENSLICE_H
#define OPC_FRONTEND_GRAPH_ARRAYS_OPENSLICE_H

#include "opc/Frontend/Graph/Arrays/Slicing.h"

namespace opc::graph {

/// The list `name` has as many entries as starts.
void requireEntries(Emitter &n, StringRef name, AffineExpr count,
                    AffineExpr starts);

/// The lists of a slice, vectors of i32 or i64; axes and steps are null where
/// they are left out.
struct SliceLists {
  Value starts, ends, axes, steps;

  /// The number of entries: a constant where any of the lists tells it.
  AffineExpr count(Emitter &n) const;
  /// All lists have as many.
  void requireEven(Emitter &n) const;
};

/// The part of x that the lists, which are even, say as the program runs.
Value openSlice(Emitter &n, Value x, SliceLists lists);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_ARRAYS_OPENSLICE_H
