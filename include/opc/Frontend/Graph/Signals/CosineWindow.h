//===- CosineWindow.h - what frames of a signal are weighted by -*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_SIGNALS_COSINEWINDOW_H
#define OPC_FRONTEND_GRAPH_SIGNALS_COSINEWINDOW_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// a0 - a1 cos(2 pi i / n) + a2 cos(4 pi i / n) for i of `size` elements, of
/// which a period has n: all, or one less where the window is symmetric.
struct CosineWindow {
  double a0, a1, a2;
  bool periodic = true;
};
Value cosineWindow(Emitter &n, const CosineWindow &w, AffineExpr size,
                   Type element);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_SIGNALS_COSINEWINDOW_H
