//===- Quoted.h - text of a model in a message ------------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_QUOTED_H
#define OPC_FRONTEND_GRAPH_QUOTED_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace opc::graph {

/// Text of a model without control characters and of bounded length.
std::string printable(llvm::StringRef text);
/// The same between quotation marks.
std::string quoted(llvm::StringRef text);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_QUOTED_H
