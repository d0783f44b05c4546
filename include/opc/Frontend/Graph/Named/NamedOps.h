//===- NamedOps.h - ops by their names --------------------------*- C++ -*-===//
//
// What may be called by name: the ops of the dialect that compute tensors and
// have no body, as the registry knows them, and a table of forms.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_NAMED_NAMEDOPS_H
#define OPC_FRONTEND_GRAPH_NAMED_NAMEDOPS_H

#include "opc/Frontend/Graph/Named/JsonAttributes.h"

namespace opc::graph {

/// An op by name: "relu" for opc.relu.
struct NamedOp {
  StringRef name;
  /// None is null.
  ArrayRef<Value> operands;
  /// Attributes, and "dtype": the element type of results, or a list of theirs.
  const llvm::json::Object &attributes;
  const SymbolNames &symbols;
  /// How many results are wanted.
  size_t results;
};

/// The results; the emitter fails where there is no such op, or what it is
/// given does not fit. What it checks itself comes before the first op that is
/// made.
SmallVector<Value> emitNamed(Emitter &e, const NamedOp &op);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_NAMED_NAMEDOPS_H
