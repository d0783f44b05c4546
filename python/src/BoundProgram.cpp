//===- BoundProgram.cpp - one compiled program for Python -----------------===//
//
// What is wrong with the inputs as Python objects is found here; shapes are the
// runtime's to check, which does so for every caller.
//
//===----------------------------------------------------------------------===//
#include "BoundProgram.h"
#include "CallInputs.h"
#include "Destinations.h"
#include "Exceptions.h"
#include "LazyCompiler.h"

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

static std::vector<ArraySpec> specsOf(const char *kind, nb::handle tensors) {
  std::vector<ArraySpec> specs;
  for (nb::handle tensor : tensors) {
    ArraySpec spec{kind, nb::str(tensor["name"]), OPC_F32, -1,
                   typeText(tensor)};
    std::string dtype = nb::str(tensor["dtype"]).c_str();
    if (!dtypeNamed(dtype, spec.dtype))
      raiseError(OPC_ERROR_INTERNAL, "unknown dtype '" + dtype + "'");
    spec.numpyNumber = numpyNumber(spec.dtype);
    if (nb::borrow<nb::dict>(tensor).contains("donated_to")) {
      spec.kind = "donated input";
      spec.donatedTo = nb::cast<int>(tensor["donated_to"]);
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

Program::Program(opc_program *program) : handle(program) {
  document = nb::module_::import_("json").attr("loads")(opc_manifest(handle));
  inputs = specsOf("input", document["inputs"]);
  outputs = specsOf("output", document["outputs"]);
}

nb::object opc::python::loadsAndFree(char *json) {
  std::unique_ptr<char, decltype(&opc_free_data)> owner(json, opc_free_data);
  return nb::module_::import_("json").attr("loads")(json);
}

Program::~Program() { opc_close(handle); }

struct Program::Call {
  Destinations places;
  Arguments arguments;

  explicit Call(const Program &program)
      : places(program.outputs), arguments(program.inputs.size()) {}

  void add(const ArraySpec &spec, nb::handle value) {
    if (spec.donatedTo >= 0 && places.donate(spec.donatedTo, value))
      arguments.addWritten(spec, value);
    else
      arguments.add(spec, value);
  }
};

void Program::addNamed(Call &to, nb::handle given) const {
  for (const ArraySpec &spec : inputs) {
    PyObject *value = PyDict_GetItemWithError(given.ptr(), spec.name.ptr());
    if (!value)
      raiseError(OPC_ERROR_INPUT, "input " + quoted(spec.name) +
                                      " is missing: expected " + spec.type);
    to.add(spec, value);
  }
  if (size_t(PyDict_Size(given.ptr())) == inputs.size())
    return;
  nb::set known;
  for (const ArraySpec &spec : inputs)
    known.add(spec.name);
  for (nb::handle name : nb::borrow<nb::dict>(given).keys())
    if (!known.contains(name))
      raiseError(OPC_ERROR_INPUT, "no input is named " + quoted(name) +
                                      ": the model has " +
                                      countText(inputs.size(), "input"));
}

void Program::addListed(Call &to, nb::handle given) const {
  size_t count = nb::len(given);
  if (count != inputs.size())
    raiseError(OPC_ERROR_INPUT, "expected " +
                                    countText(inputs.size(), "input") +
                                    ", got " + std::to_string(count));
  for (size_t i = 0; i < count; ++i)
    to.add(inputs[i], given[i]);
}

void Program::addInputs(Call &to, nb::handle given) const {
  if (PyDict_Check(given.ptr()))
    addNamed(to, given);
  else if (PyList_Check(given.ptr()) || PyTuple_Check(given.ptr()))
    addListed(to, given);
  else
    raiseError(OPC_ERROR_USAGE,
               "inputs: expected a dict, list or tuple of arrays, got " +
                   std::string(nb::type_name(given.type()).c_str()));
}

nb::list Program::run(nb::handle given, nb::handle out) {
  Call call(*this);
  call.places.add(out);
  addInputs(call, given);
  opc_results *results = nullptr;
  opc_status status;
  {
    nb::gil_scoped_release release;
    status = opc_run(handle, call.arguments.data(), call.arguments.size(),
                     call.places.data(), call.places.size(), &results);
  }
  check(status);
  std::unique_ptr<opc_results, decltype(&opc_free_results)> owner(
      results, opc_free_results);
  nb::list written;
  for (size_t i = 0; i < outputs.size(); ++i)
    if (nb::handle place = call.places.given(i); place.is_valid())
      written.append(place);
    else
      written.append(takeResult(results, i, call.arguments.hasTorch()));
  return written;
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
