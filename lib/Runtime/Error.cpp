//===- Error.cpp - The last error of each thread --------------------------===//
//
// One definition for the process: libopc links this library, so a failed
// compilation and a failed run are read from the same opc_last_error().
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/Error.h"
#include "opc/Runtime/Escape.h"

using namespace opc::runtime;

static thread_local std::string lastError, lastDiagnostics;
static constexpr char kOutOfMemory[] = "out of memory", kNothing[] = "[]";

Status Status::of(std::vector<Diagnostic> diagnostics) {
  if (diagnostics.empty())
    return internal("failed without a reason");
  Status status;
  status.failure =
      std::make_shared<const std::vector<Diagnostic>>(std::move(diagnostics));
  return status;
}

Status Status::of(Diagnostic::Code code, std::string reason) {
  std::vector<Diagnostic> diagnostics(1);
  diagnostics[0].code = code;
  diagnostics[0].reason = std::move(reason);
  return of(std::move(diagnostics));
}

std::string Status::message() const {
  std::string lines;
  for (const Diagnostic &each : diagnostics())
    lines += (lines.empty() ? "" : "\n") + each.line();
  return lines;
}

Status Status::in(const std::string &place) && {
  if (ok())
    return {};
  std::vector<Diagnostic> placed = *failure;
  for (Diagnostic &each : placed)
    each.place = each.place.empty() ? place : place + ": " + each.place;
  return of(std::move(placed));
}

opc_status opc::runtime::outOfMemory() noexcept {
  // Short enough to lie in the strings themselves.
  static_assert(sizeof(kOutOfMemory) <= 16);
  lastError = kOutOfMemory;
  lastDiagnostics = kNothing;
  return OPC_ERROR_INPUT;
}

opc_status opc::runtime::report(const Status &status) {
  if (status.ok())
    return OPC_OK;
  std::string lines;
  for (const Diagnostic &each : status.diagnostics())
    lines += (lines.empty() ? "" : "\n") + printable(each.line());
  lastDiagnostics = toJson(status.diagnostics());
  lastError = std::move(lines);
  return status.code();
}

extern "C" const char *opc_last_error(void) { return lastError.c_str(); }

extern "C" const char *opc_last_diagnostics(void) {
  return lastDiagnostics.empty() ? kNothing : lastDiagnostics.c_str();
}
