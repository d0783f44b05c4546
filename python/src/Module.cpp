//===- Module.cpp - the extension module opc._opc -------------------------===//
//
// The thin part of the Python package: programs, and the functions that make
// them. What users see, with its documentation, is opc/__init__.py.
//
//===----------------------------------------------------------------------===//
#include "Compiler.h"
#include "Errors.h"
#include "Program.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <optional>

namespace nb = nanobind;
using namespace opc::python;

/// Runs `call(&program)` without the interpreter's lock.
template <typename Call> static Program *make(Call call) {
  opc_program *program = nullptr;
  opc_status status;
  {
    nb::gil_scoped_release release;
    status = call(&program);
  }
  check(status);
  return new Program(program);
}

static Program *load(const std::string &path) {
  return make([&](opc_program **p) { return opc_load(path.c_str(), p); });
}

static Program *compile(const std::string &path, const std::string &options) {
  const CompilerApi &api = compiler();
  return make([&](opc_program **p) {
    return api.compile(path.c_str(), options.c_str(), p);
  });
}

static Program *compileBuffer(nb::bytes model,
                              std::optional<std::string> directory,
                              const std::string &options) {
  const CompilerApi &api = compiler();
  return make([&](opc_program **p) {
    return api.compileBuffer(model.c_str(), model.size(),
                             directory ? directory->c_str() : nullptr,
                             options.c_str(), p);
  });
}

static nb::str takeText(char *text) {
  nb::object result =
      nb::steal(PyUnicode_DecodeUTF8(text, strlen(text), "backslashreplace"));
  opc_free_data(text);
  return nb::borrow<nb::str>(result);
}

static nb::str targets() {
  char *json = nullptr;
  check(compiler().targets(&json));
  return takeText(json);
}

NB_MODULE(_opc, m) {
  initArrays();
  m.doc() = "Compiled programs and the compiler, for the package opc.";
  nb::class_<Program>(m, "Program", "A compiled program; safe to share.")
      .def("run", &Program::run, nb::arg("inputs"),
           "Runs the program on a dict, list or tuple of arrays.")
      .def("set_threads", &Program::setThreads, nb::arg("threads"),
           "Sets how many threads a run may use.")
      .def("save", &Program::save, nb::arg("path"),
           "Writes the program as a shared object.")
      .def_prop_ro("manifest", &Program::manifest,
                   "What the program says of itself, as a dict.");
  m.def("load", &load, nb::arg("path"), "Opens a compiled shared object.");
  m.def("compile", &compile, nb::arg("path"), nb::arg("options"),
        "Compiles a model file; options is a JSON object.");
  m.def("compile_buffer", &compileBuffer, nb::arg("model"),
        nb::arg("directory").none(), nb::arg("options"),
        "Compiles a model in memory.");
  m.def("targets", &targets, "All targets, JSON.");
  m.def(
      "numpy_dtype",
      [](const std::string &name) {
        opc_dtype dtype;
        if (!dtypeNamed(name, dtype))
          raiseError(OPC_ERROR_INTERNAL, "unknown dtype '" + name + "'");
        return numpyDtype(dtype);
      },
      nb::arg("name"), "The numpy dtype of 'f32', 'bf16', ...");
  m.def("version", &opc_version, "Version of the runtime.");
}
