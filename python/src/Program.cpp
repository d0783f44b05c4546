//===- Program.cpp - one compiled program for Python ----------------------===//
//
// What is wrong with the inputs as Python objects is found here; shapes are the
// runtime's to check, which does so for every caller.
//
//===----------------------------------------------------------------------===//
#include "Program.h"
#include "Compiler.h"
#include "Errors.h"

#include <algorithm>
#include <climits>
#include <memory>

namespace nb = nanobind;
using namespace opc::python;

static std::string typeText(nb::handle tensor) {
  std::string text = nb::str(tensor["dtype"]).c_str();
  nb::object dims = nb::str(", ").attr("join")(
      nb::module_::import_("builtins")
          .attr("map")(nb::handle((PyObject *)&PyUnicode_Type),
                       tensor["shape"]));
  return text + "[" + nb::str(dims).c_str() + "]";
}

Program::Program(opc_program *program) : handle(program) {
  document = nb::module_::import_("json").attr("loads")(opc_manifest(handle));
  for (nb::handle input : document["inputs"]) {
    InputSpec spec{nb::str(input["name"]), OPC_F32, typeText(input)};
    std::string dtype = nb::str(input["dtype"]).c_str();
    if (!dtypeNamed(dtype, spec.dtype))
      raiseError(OPC_ERROR_INTERNAL, "unknown dtype '" + dtype + "'");
    specs.push_back(std::move(spec));
  }
}

nb::object opc::python::loadsAndFree(char *json) {
  std::unique_ptr<char, decltype(&opc_free_data)> owner(json, opc_free_data);
  return nb::module_::import_("json").attr("loads")(json);
}

Program::~Program() { opc_close(handle); }

static std::string count(size_t number) {
  return std::to_string(number) + (number == 1 ? " input" : " inputs");
}

void Program::addNamed(Arguments &to, nb::handle inputs) const {
  for (const InputSpec &spec : specs) {
    PyObject *value = PyDict_GetItemWithError(inputs.ptr(), spec.name.ptr());
    if (!value)
      raiseError(OPC_ERROR_INPUT, "input " + quoted(spec.name) +
                                      " is missing: expected " + spec.type);
    to.add(spec, value);
  }
  if (size_t(PyDict_Size(inputs.ptr())) == specs.size())
    return;
  nb::set known;
  for (const InputSpec &spec : specs)
    known.add(spec.name);
  for (nb::handle name : nb::borrow<nb::dict>(inputs).keys())
    if (!known.contains(name))
      raiseError(OPC_ERROR_INPUT, "no input is named " + quoted(name) +
                                      ": the model has " + count(specs.size()));
}

void Program::addListed(Arguments &to, nb::handle inputs) const {
  size_t given = nb::len(inputs);
  if (given != specs.size())
    raiseError(OPC_ERROR_INPUT, "expected " + count(specs.size()) + ", got " +
                                    std::to_string(given));
  for (size_t i = 0; i < given; ++i)
    to.add(specs[i], inputs[i]);
}

Arguments Program::arguments(nb::handle inputs) const {
  Arguments result(specs.size());
  if (PyDict_Check(inputs.ptr()))
    addNamed(result, inputs);
  else if (PyList_Check(inputs.ptr()) || PyTuple_Check(inputs.ptr()))
    addListed(result, inputs);
  else
    raiseError(OPC_ERROR_USAGE,
               "inputs: expected a dict, list or tuple of arrays, got " +
                   std::string(nb::type_name(inputs.type()).c_str()));
  return result;
}

nb::list Program::run(nb::handle inputs) {
  Arguments given = arguments(inputs);
  opc_results *results = nullptr;
  opc_status status;
  {
    nb::gil_scoped_release release;
    status = opc_run(handle, given.data(), given.size(), nullptr, 0, &results);
  }
  check(status);
  std::unique_ptr<opc_results, decltype(&opc_free_results)> owner(
      results, opc_free_results);
  nb::list outputs;
  for (size_t i = 0, e = opc_num_outputs(handle); i < e; ++i)
    outputs.append(takeResult(results, i));
  return outputs;
}

void Program::setThreads(nb::int_ threads) {
  int overflow = 0;
  long long number = PyLong_AsLongLongAndOverflow(threads.ptr(), &overflow);
  constexpr long long least = INT_MIN, most = INT_MAX;
  if (overflow)
    number = overflow < 0 ? least : most;
  check(opc_set_threads(handle, int(std::clamp(number, least, most))));
}

void Program::startProfile() { check(opc_profile_start(handle)); }

nb::object Program::stopProfile() {
  char *json = opc_profile_stop(handle);
  if (!json)
    raiseError(OPC_ERROR_USAGE, opc_last_error());
  return loadsAndFree(json);
}

void Program::save(nb::bytes path) const {
  opc_status status;
  {
    const CompilerApi &api = compiler();
    nb::gil_scoped_release release;
    status = api.save(handle, path.c_str());
  }
  check(status);
}
