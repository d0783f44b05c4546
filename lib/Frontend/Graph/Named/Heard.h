//===- Heard.h - what MLIR says of an attempt -------------------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_GRAPH_NAMED_HEARD_H
#define OPC_LIB_FRONTEND_GRAPH_NAMED_HEARD_H

#include "opc/Frontend/Graph/Objection.h"

namespace opc::graph {

/// Keeps the first message of a context while it lives; nobody else hears any.
class Heard {
public:
  explicit Heard(mlir::MLIRContext *context)
      : handler(context, [this](mlir::Diagnostic &diagnostic) {
          if (!first)
            first = Objection::ofDialect(diagnostic);
          return mlir::success();
        }) {}
  Objection first;

private:
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace opc::graph

#endif // OPC_LIB_FRONTEND_GRAPH_NAMED_HEARD_H
