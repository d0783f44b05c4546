//===- GivenModel.cpp - What a call of the compiler is given --------------===//
#include "GivenModel.h"
#include "Exceptions.h"

namespace nb = nanobind;
using namespace opc::python;

static opc_constant constantOf(nb::handle pair) {
  const char *name = nb::borrow<nb::bytes>(pair[0]).c_str();
  nb::object value = pair[1];
  PyArrayObject *array = asNumpy(value);
  opc_dtype dtype;
  if (!dtypeOf(array, dtype)) {
    nb::object type = value.attr("dtype");
    raiseError(OPC_ERROR_USAGE, "constants: '" + std::string(name) +
                                    "': dtype " + nb::str(type).c_str() +
                                    " is no tensor's");
  }
  return {name,
          {PyArray_DATA(array), dtype, PyArray_NDIM(array), dimsOf(array)}};
}

Model::Model(const Text &path, const Text &data, const Text &directory,
             nb::list constants) {
  for (nb::handle pair : constants)
    values.push_back(constantOf(pair));
  if (path)
    model.path = path->c_str();
  if (data) {
    model.data = data->c_str();
    model.size = data->size();
  }
  if (directory)
    model.directory = directory->c_str();
  model.constants = values.data();
  model.num_constants = values.size();
}
