//===- ModelAttr.h - what a model says of itself ----------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_MODELATTR_H
#define OPC_FRONTEND_GRAPH_MODELATTR_H

#include "llvm/ADT/StringRef.h"

namespace opc::graph {

/// Attribute of the module: what the model says of itself, as the text of a
/// JSON object ("model" of docs/Manifest.md).
inline constexpr llvm::StringLiteral kModelAttr = "opc.model";

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_MODELATTR_H
