//===- Refusal.cpp - errors about what is sound ---------------------------===//
#include "opc/Dialect/Opc/IR/Refusal.h"

using namespace mlir;

InFlightDiagnostic opc::refusal(InFlightDiagnostic error,
                                const llvm::Twine &form) {
  error.attachNote() << "nearest supported form: " << form.str();
  return error;
}

std::optional<std::string> opc::nearestForm(Diagnostic &error) {
  for (Diagnostic &note : error.getNotes()) {
    llvm::ArrayRef<DiagnosticArgument> parts = note.getArguments();
    if (parts.size() == 2)
      return parts[1].getAsString().str();
  }
  return std::nullopt;
}
