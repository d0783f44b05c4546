//===- Error.cpp - The last error of each thread --------------------------===//
//
// One definition for the process: libopc links this library, so a failed
// compilation and a failed run are read from the same opc_last_error().
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/Error.h"
#include "opc/Runtime/Escape.h"

#include <sstream>

using namespace opc::runtime;

static thread_local std::string lastError;
static constexpr char kOutOfMemory[] = "out of memory";

void opc::runtime::setLastError(std::string message) {
  lastError = printable(message);
}

void opc::runtime::setLastErrorLines(std::string message) {
  std::string lines;
  std::istringstream stream(message);
  for (std::string line; std::getline(stream, line);)
    lines += (lines.empty() ? "" : "\n") + printable(line);
  lastError = std::move(lines);
}

opc_status opc::runtime::outOfMemory() noexcept {
  // Short enough to lie in the string itself.
  static_assert(sizeof(kOutOfMemory) <= 16);
  lastError = kOutOfMemory;
  return OPC_ERROR_INPUT;
}

opc_status opc::runtime::report(const Status &status) {
  if (!status.ok())
    setLastError(status.message());
  return status.code();
}

extern "C" const char *opc_last_error(void) { return lastError.c_str(); }
