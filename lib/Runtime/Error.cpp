//===- Error.cpp - The last error of each thread --------------------------===//
//
// One definition for the process: libopc links this library, so a failed
// compilation and a failed run are read from the same opc_last_error().
//
//===----------------------------------------------------------------------===//
#include "opc/Runtime/Error.h"

using namespace opc::runtime;

static thread_local std::string lastError;

static void store(std::string message, bool keepNewlines) {
  for (char &c : message)
    if ((static_cast<unsigned char>(c) < 0x20 || c == 0x7f) &&
        !(keepNewlines && c == '\n'))
      c = ' ';
  lastError = std::move(message);
}

void opc::runtime::setLastError(std::string message) {
  store(std::move(message), /*keepNewlines=*/false);
}

void opc::runtime::setLastErrorLines(std::string message) {
  store(std::move(message), /*keepNewlines=*/true);
}

opc_status opc::runtime::report(const Status &status) {
  if (!status.ok())
    setLastError(status.message());
  return status.code();
}

extern "C" const char *opc_last_error(void) { return lastError.c_str(); }
