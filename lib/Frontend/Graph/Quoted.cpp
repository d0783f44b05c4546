//===- Quoted.cpp - text of a model in a message --------------------------===//
#include "opc/Frontend/Graph/Quoted.h"
#include "opc/Runtime/Escape.h"

namespace opc::graph {

std::string printable(llvm::StringRef text) {
  return runtime::printable(text, runtime::shownBytes);
}

std::string quoted(llvm::StringRef text) { return "'" + printable(text) + "'"; }

} // namespace opc::graph
