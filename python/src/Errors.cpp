//===- Errors.cpp - opc_status as Python exceptions -----------------------===//
//
// Failing calls are rare, so the classes are looked up when one is needed.
//
//===----------------------------------------------------------------------===//
#include "Errors.h"

#include <nanobind/nanobind.h>

namespace nb = nanobind;

void opc::python::raiseError(opc_status status, const std::string &message) {
  // Names in a damaged model need not be UTF-8.
  nb::object text = nb::steal(
      PyUnicode_DecodeUTF8(message.data(), message.size(), "backslashreplace"));
  nb::object error =
      nb::module_::import_("opc.errors").attr("from_status")(int(status), text);
  PyErr_SetObject(error.type().ptr(), error.ptr());
  nb::raise_python_error();
}

void opc::python::check(opc_status status) {
  if (status != OPC_OK)
    raiseError(status, opc_last_error());
}
