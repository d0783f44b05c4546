//===- Module.cpp - the extension module opc._opc -------------------------===//
//
// The thin part of the Python package: programs, and the functions that make
// them. What users see, with its documentation, is opc/__init__.py.
//
//===----------------------------------------------------------------------===//
#include "BoundProgram.h"
#include "Exceptions.h"
#include "GivenModel.h"
#include "LazyCompiler.h"
#include "TensorCall.h"
#include "Watch.h"
#include "opc-c/inspect.h"
#include "opc-c/team.h"

#include <memory>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

namespace nb = nanobind;
using namespace opc::python;

using Handle = std::unique_ptr<opc_program, decltype(&opc_close)>;

/// The program that a call of the compiler gives.
template <typename Call>
static Program *compileWith(nb::handle log, Call call) {
  opc_program *program = nullptr;
  Outcome outcome = runWatched(log, [&] { return call(&program); });
  Handle owner(program, opc_close);
  outcome.check();
  return new Program(owner.release());
}

/// The value of the JSON that a call of the compiler gives.
template <typename Call>
static nb::object inspectWith(nb::handle log, Call call) {
  char *json = nullptr;
  Outcome outcome = runWatched(log, [&] { return call(&json); });
  std::unique_ptr<char, decltype(&opc_free_data)> owner(json, opc_free_data);
  outcome.check();
  return loadsAndFree(owner.release());
}

static Program *load(nb::bytes path) {
  opc_program *program = nullptr;
  opc_status status;
  {
    nb::gil_scoped_release release;
    status = opc_load(path.c_str(), &program);
  }
  check(status);
  return new Program(program);
}

static Program *compile(const Model::Text &path, const Model::Text &data,
                        const Model::Text &directory, nb::list constants,
                        const std::string &options, nb::object log) {
  Model model(path, data, directory, constants);
  return compileWith(log, [&](opc_program **program) {
    return compiler().compile(model.get(), options.c_str(), program);
  });
}

/// What a function of the compiler finds in a model.
template <auto function>
static nb::object lookAt(const Model::Text &path, const Model::Text &data,
                         const Model::Text &directory, nb::list constants,
                         const std::string &options, nb::object log) {
  Model model(path, data, directory, constants);
  return inspectWith(log, [&](char **json) {
    return (compiler().*function)(model.get(), options.c_str(), json);
  });
}

/// Defines such a function in Python.
template <auto function>
static void defineLook(nb::module_ &m, const char *name, const char *doc) {
  m.def(name, &lookAt<function>, nb::arg("path").none(), nb::arg("data").none(),
        nb::arg("directory").none(), nb::arg("constants"), nb::arg("options"),
        nb::arg("log").none(), doc);
}

static nb::object inspectProgram(nb::bytes path) {
  char *json = nullptr;
  check(opc_inspect_program(path.c_str(), &json));
  return loadsAndFree(json);
}

static nb::object targets() {
  char *json = nullptr;
  check(compiler().targets(&json));
  return loadsAndFree(json);
}

static void setTeam(uintptr_t address) {
  opc_set_team(reinterpret_cast<opc_team_fn>(address));
}

NB_MODULE(_opc, m) {
  initArrays();
  // PyTorch's registries keep programs until the process ends.
  nb::set_leak_warnings(false);
  m.doc() = "Compiled programs and the compiler, for the package opc.";
  nb::class_<Program>(m, "Program", "A compiled program; safe to share.")
      .def("run", &Program::run, nb::arg("inputs").none(),
           nb::arg("out").none(),
           "Runs the program on a dict, list or tuple of arrays.")
      .def("set_threads", &Program::setThreads, nb::arg("threads"),
           "Sets how many threads a run may use.")
      .def("save", &Program::save, nb::arg("path"),
           "Writes the program as a shared object.")
      .def("start_profile", &Program::startProfile,
           "Times every launch from now on.")
      .def("stop_profile", &Program::stopProfile,
           "What was timed, as a dict; opc-c/opc.h describes it.")
      .def_prop_ro("manifest", &Program::manifest,
                   "What the program says of itself, as a dict.");
  nb::class_<TensorCall>(m, "TensorCall", "A program, of tensors of torch.")
      .def(nb::init<nb::object, nb::handle, nb::list, nb::list>(),
           nb::arg("program"), nb::arg("tensor_class"), nb::arg("input_orders"),
           nb::arg("output_orders"))
      .def("__call__", &TensorCall::call,
           "Runs the program on tensors, and ints for sizes.")
      .def_prop_ro("lent", &TensorCall::lent, "Numbers of the lent inputs.");
  m.def("load", &load, nb::arg("path"), "Opens a compiled shared object.");
  m.def("compile", &compile, nb::arg("path").none(), nb::arg("data").none(),
        nb::arg("directory").none(), nb::arg("constants"), nb::arg("options"),
        nb::arg("log").none(),
        "Compiles a model in a file or in memory; options is a JSON object.");
  defineLook<&CompilerApi::inspectModel>(
      m, "inspect_model", "What opc knows of a model, as a dict.");
  defineLook<&CompilerApi::surveyModel>(
      m, "survey_model",
      "All that the front end refuses of a model, as a list of dicts.");
  defineLook<&CompilerApi::explainModel>(
      m, "explain_model",
      "What became of each kernel of a model, as a list of dicts.");
  m.def("inspect_program", &inspectProgram, nb::arg("path"),
        "What a shared object says of itself, as a dict.");
  m.def("targets", &targets, "All targets, as a dict.");
  m.def("export_bfloat16", &exportBFloat16, nb::arg("array"),
        "An array of bfloat16 as an object with __dlpack__.");
  m.def(
      "numpy_dtype",
      [](const std::string &name) {
        opc_dtype dtype;
        if (!dtypeNamed(name, dtype))
          raiseError(OPC_ERROR_INTERNAL, "unknown dtype '" + name + "'");
        return numpyDtype(dtype);
      },
      nb::arg("name"), "The numpy dtype of 'f32', 'bf16', ...");
  m.def(
      "build_id", [] { return compiler().buildId(); },
      "What tells this build of the compiler from others.");
  m.def("version", &opc_version, "Version of the runtime.");
  m.def("set_team", &setTeam, nb::arg("address"),
        "Sets the address of opc_set_team's function.");
}
