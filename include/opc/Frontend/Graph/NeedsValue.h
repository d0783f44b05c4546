//===- NeedsValue.h - how such a refusal begins -----------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_NEEDSVALUE_H
#define OPC_FRONTEND_GRAPH_NEEDSVALUE_H

#include "llvm/ADT/StringRef.h"

namespace opc::graph {

/// How the reason of a refusal begins where the value of an input decides the
/// form of the program.
inline constexpr llvm::StringLiteral kNeedsValue = "needs the value of input";

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_NEEDSVALUE_H
