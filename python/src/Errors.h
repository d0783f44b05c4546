//===- Errors.h - opc_status as Python exceptions ---------------*- C++ -*-===//
//
// The classes are Python's (opc/errors.py); this is how C++ raises them.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PYTHON_ERRORS_H
#define OPC_PYTHON_ERRORS_H

#include "opc-c/opc.h"

#include <nanobind/nanobind.h>
#include <string>

namespace opc::python {

/// Raises the exception that opc.errors.from_status gives, with a message of
/// one line whatever names are in it.
[[noreturn]] void raiseError(opc_status status, const std::string &message);
/// The same with a message of the libraries, which may have several lines.
[[noreturn]] void raiseLines(opc_status status, const std::string &message);

/// 'name' of any str, for messages.
std::string quoted(nanobind::handle name);

/// Raises for a status other than OPC_OK, with the text of opc_last_error().
void check(opc_status status);

} // namespace opc::python

#endif // OPC_PYTHON_ERRORS_H
