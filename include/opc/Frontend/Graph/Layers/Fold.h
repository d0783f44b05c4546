//===- Fold.h - blocks added up to an image ---------------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_LAYERS_FOLD_H
#define OPC_FRONTEND_GRAPH_LAYERS_FOLD_H

#include "opc/Frontend/Graph/Layers/WindowGeometry.h"

namespace opc::graph {

/// Columns x [N, C * elements of a block, blocks], row-major, of images whose
/// spatial extents are known.
struct Fold {
  Value x;
  Ints image;
  /// Its kernel is a block.
  Window window;
};
/// Images [N, C, spatial...] in which each place has the sum of the elements
/// that were taken from it; what was padded is left out.
Value fold(Emitter &n, const Fold &f);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_LAYERS_FOLD_H
