//===- Refusal.h - errors about what is sound -------------------*- C++ -*-===//
//
// An error of MLIR that refuses what is sound, and not supported, has a note
// that names the nearest form which is.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_IR_REFUSAL_H
#define OPC_DIALECT_OPC_IR_REFUSAL_H

#include "mlir/IR/Diagnostics.h"
#include <optional>
#include <string>

namespace opc {

/// Adds to an error that it is a refusal; `form` is supported.
mlir::InFlightDiagnostic refusal(mlir::InFlightDiagnostic error,
                                 const llvm::Twine &form);

/// The form that an error names so; none where the subject is at fault.
std::optional<std::string> nearestForm(mlir::Diagnostic &error);

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_REFUSAL_H
