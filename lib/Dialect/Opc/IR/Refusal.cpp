//===- Refusal.cpp - errors about what is sound ---------------------------===//
#include "opc/Dialect/Opc/IR/Refusal.h"

using namespace mlir;

/// The first part of such a note; MLIR adds notes of its own.
static constexpr llvm::StringLiteral kNearest = "nearest supported form: ";

InFlightDiagnostic opc::refusal(InFlightDiagnostic error,
                                const llvm::Twine &form) {
  error.attachNote() << kNearest << form.str();
  return error;
}

std::optional<std::string> opc::nearestForm(Diagnostic &error) {
  for (Diagnostic &note : error.getNotes()) {
    llvm::ArrayRef<DiagnosticArgument> parts = note.getArguments();
    if (parts.size() == 2 &&
        parts[0].getKind() ==
            DiagnosticArgument::DiagnosticArgumentKind::String &&
        parts[0].getAsString() == kNearest)
      return parts[1].getAsString().str();
  }
  return std::nullopt;
}
