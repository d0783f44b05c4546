//===- Exceptions.cpp - opc_status as Python exceptions -------------------===//
//
// Failing calls are rare, so the classes are looked up when one is needed.
//
//===----------------------------------------------------------------------===//
#include "Exceptions.h"
#include "opc/Runtime/Escape.h"

namespace nb = nanobind;

void opc::python::raiseError(opc_status status, const std::string &message) {
  raiseReported(status, runtime::printable(message), "[]");
}

/// Names in a damaged model need not be UTF-8.
static nb::object toStr(const std::string &bytes) {
  return nb::steal(
      PyUnicode_DecodeUTF8(bytes.data(), bytes.size(), "backslashreplace"));
}

void opc::python::raiseReported(opc_status status, const std::string &message,
                                const std::string &diagnostics) {
  nb::object error = nb::module_::import_("opc.errors")
                         .attr("from_diagnostics")(int(status), toStr(message),
                                                   toStr(diagnostics));
  PyErr_SetObject(error.type().ptr(), error.ptr());
  nb::raise_python_error();
}

std::string opc::python::quoted(nb::handle name) {
  // Not c_str(): a str may hold half a character.
  nb::object bytes = nb::steal(PyUnicode_AsEncodedString(
      nb::str(name).ptr(), "utf-8", "backslashreplace"));
  if (!bytes.is_valid())
    nb::raise_python_error();
  return "'" + std::string(nb::borrow<nb::bytes>(bytes).c_str()) + "'";
}

void opc::python::check(opc_status status) {
  if (status != OPC_OK)
    raiseReported(status, opc_last_error(), opc_last_diagnostics());
}
