//===- WindowEdges.h - windows that hang over an image's edges --*- C++ -*-===//
//
// Outputs whose whole window lies inside of the image are computed in tiles;
// those at the edges one by one, with the taps outside left out.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_VECTOR_WINDOWEDGES_H
#define OPC_TARGETS_CPU_VECTOR_WINDOWEDGES_H

#include "opc/Targets/Schedule/LoopBuilder.h"
#include "opc/Targets/CPU/Vector/TileSplit.h"

namespace opc::cpu {

/// A window along one axis of an image.
struct WindowAxis {
  int64_t taps = 1, stride = 1, dilation = 1, padLow = 0, padHigh = 0;
};

/// Taps [begin, end) whose input, for the output at `at`, lies in [0, extent).
std::pair<mlir::Value, mlir::Value> clippedTaps(const LoopBuilder &l,
                                                const WindowAxis &axis,
                                                mlir::Value at,
                                                mlir::Value extent);

/// Builds edge(x) for each output of an axis (input extent `extent`, output
/// extent `outputs`) whose window hangs over, and inside(x, count) for tiles of
/// at most `tile` of the others.
void forInsideAndEdges(const LoopBuilder &l, const WindowAxis &axis,
                       mlir::Value extent, mlir::Value outputs, int64_t tile,
                       const TileSplit::Body &inside,
                       llvm::function_ref<void(mlir::Value)> edge);

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_VECTOR_WINDOWEDGES_H
