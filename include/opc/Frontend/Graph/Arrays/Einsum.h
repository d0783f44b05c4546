//===- Einsum.h - sums of products by letters -------------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_ARRAYS_EINSUM_H
#define OPC_FRONTEND_GRAPH_ARRAYS_EINSUM_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// numpy's einsum of `operands` in the type of each, halves as f32: sums over
/// the letters of `equation` that its result, behind "->" or implied, does not
/// name. Extents of 1 broadcast.
Value einsum(Emitter &n, StringRef equation, ArrayRef<Value> operands);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_ARRAYS_EINSUM_H
