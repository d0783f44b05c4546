//===- NamedForms.h - forms of several ops by their names -------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_GRAPH_NAMED_NAMEDFORMS_H
#define OPC_LIB_FRONTEND_GRAPH_NAMED_NAMEDFORMS_H

#include "opc/Frontend/Graph/Named/NamedOps.h"

namespace opc::graph {

/// Something with one result that is written in ops of the dialect.
struct NamedForm {
  StringRef name;
  /// How many operands it takes.
  size_t least, most;
  /// Names of its attributes, between spaces.
  StringRef attributes;
  Value (*build)(Emitter &e, const NamedOp &op);
};

/// All forms. None has the name of an op.
ArrayRef<NamedForm> namedForms();

} // namespace opc::graph

#endif // OPC_LIB_FRONTEND_GRAPH_NAMED_NAMEDFORMS_H
