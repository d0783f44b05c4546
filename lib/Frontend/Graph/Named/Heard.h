//===- Heard.h - what MLIR says of an attempt -------------------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_GRAPH_NAMED_HEARD_H
#define OPC_LIB_FRONTEND_GRAPH_NAMED_HEARD_H

#include "mlir/IR/Diagnostics.h"
#include <string>

namespace opc::graph {

/// Keeps the first message of a context while it lives; nobody else hears any.
class Heard {
public:
  explicit Heard(mlir::MLIRContext *context)
      : handler(context, [this](mlir::Diagnostic &diagnostic) {
          if (text.empty())
            text = diagnostic.str();
          return mlir::success();
        }) {}
  std::string text;

private:
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace opc::graph

#endif // OPC_LIB_FRONTEND_GRAPH_NAMED_HEARD_H
