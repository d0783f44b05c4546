//===- Padding.h - what is added round a tensor -----------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_ARRAYS_PADDING_H
#define OPC_FRONTEND_GRAPH_ARRAYS_PADDING_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// How many elements come before and after each of `axes`; fewer than 0 cut off
/// as many.
struct Padding {
  Ints axes;
  Dims low, high;
  /// "constant", or which elements are repeated: "reflect", "edge", "wrap".
  std::string mode = "constant";
};
/// x padded with the scalar `value`.
Value padAxes(Emitter &n, Value x, Value value, const Padding &p);

/// x cropped or padded with zeros about the centre of each axis.
Value centreTo(Emitter &n, Value x, ArrayRef<int64_t> axes,
               ArrayRef<AffineExpr> extents);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_ARRAYS_PADDING_H
