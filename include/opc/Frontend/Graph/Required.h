//===- Required.h - what several ops ask of extents -------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_REQUIRED_H
#define OPC_FRONTEND_GRAPH_REQUIRED_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// Axes (from the front) that must have an element to take; a run-time fault
/// where that is not known yet.
void requireElements(Emitter &n, Value v, ArrayRef<int64_t> axes);

/// An extent that must be 1 or `each`; a run-time fault where that is not known
/// yet. `text` is as for Emitter::requireEqual.
void requireOneOr(Emitter &n, AffineExpr extent, AffineExpr each,
                  StringRef text = "extents {0} and {1} differ");

/// A list, of whatever rank, that must have `count` elements, as the rest of
/// the node tells: where its extent is open, the run compares them and says
/// `text`. As a vector.
Value listOf(Emitter &n, Value v, int64_t count, StringRef text);

/// What Emitter::scalarOf gives, of an operand of any rank that must have one
/// element.
Value onlyElementOf(Emitter &n, Value v, StringRef what, Type element = {});

/// A vector of extents is no longer than the rank that a tensor may have.
void requireRank(Emitter &n, Value shape);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_REQUIRED_H
