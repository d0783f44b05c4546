//===- Slicing.h - ranges of axes and parts of them -------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_ARRAYS_SLICING_H
#define OPC_FRONTEND_GRAPH_ARRAYS_SLICING_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// Elements of one axis; positions may count from the end and lie outside of
/// the tensor, where they are clamped as numpy does.
struct Range {
  int64_t axis;
  AffineExpr start, end;
  /// Not 0.
  int64_t step = 1;
};
/// Why a slice is refused.
inline constexpr llvm::StringLiteral kZeroStep("a step is 0");

/// x[start:end:step] on each of the axes.
Value sliceRanges(Emitter &n, Value x, ArrayRef<Range> ranges);

/// The sizes of equal parts; the last ones are smaller where they do not
/// divide.
Dims equalParts(Emitter &n, AffineExpr extent, int64_t count);
/// x cut into parts of these sizes along `axis`; they add up to its extent, as
/// the run checks where that is not known yet.
SmallVector<Value> split(Emitter &n, Value x, int64_t axis,
                         ArrayRef<AffineExpr> sizes);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_ARRAYS_SLICING_H
