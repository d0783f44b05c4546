//===- Exceptions.h - opc_status as Python exceptions -----------*- C++ -*-===//
//
// The classes are Python's (opc/errors.py); this is how C++ raises them.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PYTHON_EXCEPTIONS_H
#define OPC_PYTHON_EXCEPTIONS_H

#include "opc-c/opc.h"

#include <nanobind/nanobind.h>
#include <string>

namespace opc::python {

/// Raises the exception that opc.errors.from_diagnostics gives, with a message
/// of one line whatever names are in it.
[[noreturn]] void raiseError(opc_status status, const std::string &message);
/// The same for what the libraries report: opc_last_error() and
/// opc_last_diagnostics().
[[noreturn]] void raiseReported(opc_status status, const std::string &message,
                                const std::string &diagnostics);

/// 'name' of any str, for messages.
std::string quoted(nanobind::handle name);

/// Raises for a status other than OPC_OK, with the text of opc_last_error().
void check(opc_status status);

} // namespace opc::python

#endif // OPC_PYTHON_EXCEPTIONS_H
