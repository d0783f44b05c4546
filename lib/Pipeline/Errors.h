//===- Errors.h - Errors of MLIR as diagnostics of opc ----------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_ERRORS_H
#define OPC_LIB_PIPELINE_ERRORS_H

#include "mlir/IR/Diagnostics.h"
#include "opc/Runtime/Diagnostic.h"
#include "llvm/ADT/StringSet.h"
#include <mutex>
#include <vector>

namespace opc {

/// Gathers the errors of a context for as long as it lives, in the order in
/// which they come, each once: equal nodes of a model are refused once for each
/// name, but a pass may find one op twice. The place of an error is its node,
/// else its line.
class ErrorCollector {
public:
  explicit ErrorCollector(mlir::MLIRContext *context);

  bool empty() const { return found.empty(); }
  const std::vector<runtime::Diagnostic> &all() const { return found; }
  /// The line of the first one, or `otherwise`.
  std::string first(const std::string &otherwise) const;

private:
  void add(mlir::Diagnostic &error);

  std::mutex mutex;
  std::vector<runtime::Diagnostic> found;
  llvm::StringSet<> known; ///< their lines
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace opc

#endif // OPC_LIB_PIPELINE_ERRORS_H
