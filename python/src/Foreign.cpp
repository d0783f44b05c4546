//===- Foreign.cpp - Arrays of other packages than numpy ------------------===//
//
// Nothing is converted to another dtype: a caller whose array has the wrong one
// learns so.
//
//===----------------------------------------------------------------------===//
#include "Foreign.h"
#include "Exceptions.h"

#include <algorithm>

namespace nb = nanobind;
using namespace opc::python;

/// As Python's `if` sees it: numpy has a bool of its own.
bool opc::python::isTrue(nb::handle value) {
  int result = PyObject_IsTrue(value.ptr());
  if (result < 0)
    nb::raise_python_error();
  return result != 0;
}

bool opc::python::isTorchTensor(nb::handle value) {
  static constexpr char name[] = "torch", type[] = "Tensor";
  PyObject *torch = PyDict_GetItemString(PyImport_GetModuleDict(), name);
  if (!torch || !nb::hasattr(torch, type)) // it may be half imported
    return false;
  return nb::isinstance(value, nb::handle(torch).attr(type));
}

bool opc::python::isMasked(nb::handle array) {
  if (PyArray_CheckExact(array.ptr()) || !nb::hasattr(array, "mask"))
    return false;
  nb::object any = nb::module_::import_("numpy").attr("any");
  return isTrue(any(array.attr("mask")));
}

std::string opc::python::typeText(PyArrayObject *array) {
  opc_dtype dtype;
  std::string name =
      dtypeOf(array, dtype)
          ? opc_dtype_name(dtype)
          : nb::str(nb::handle((PyObject *)PyArray_DESCR(array))).c_str();
  return name + shapeText(dimsOf(array), PyArray_NDIM(array));
}

std::string opc::python::typeText(const nb::ndarray<nb::ro> &array) {
  opc_dtype dtype;
  std::string name =
      dtypeOf(array.dtype(), dtype)
          ? opc_dtype_name(dtype)
          : "DLPack type code " + std::to_string(array.dtype().code);
  return name + shapeText(array.shape_ptr(), array.ndim());
}

/// Where an array is, in the words of its package.
static std::string placeOf(nb::handle value, int deviceType) {
  if (nb::hasattr(value, "device")) {
    nb::object device = value.attr("device");
    return "'" + std::string(nb::str(device).c_str()) + "'";
  }
  return "DLPack device type " + std::to_string(deviceType);
}

/// The first line of what an object's own `__dlpack__` says against it.
static std::string reasonAgainst(nb::handle value) {
  if (!nb::hasattr(value, "__dlpack__"))
    return "";
  try {
    value.attr("__dlpack__")();
  } catch (nb::python_error &error) {
    std::string text = nb::str(error.value()).c_str();
    return ": " + text.substr(0, text.find('\n'));
  }
  return "";
}

/// Memory that this processor reads and writes, by DLPack's numbers: its own,
/// and what it pinned for devices of two kinds.
static bool isHostMemory(int deviceType) {
  constexpr int host[] = {nb::device::cpu::value, 3, 11};
  return std::ranges::count(host, deviceType) != 0;
}

nb::ndarray<nb::ro> opc::python::importArray(const ArraySpec &spec,
                                             nb::handle value) {
  nb::ndarray<nb::ro> array;
  if (!nb::try_cast(value, array))
    refuse(spec, "an object of type " +
                     std::string(nb::type_name(value.type()).c_str()) +
                     " that is no numpy or DLPack array" +
                     reasonAgainst(value));
  if (!isHostMemory(array.device_type()))
    refuse(spec, typeText(array) + " in the memory of " +
                     placeOf(value, array.device_type()));
  opc_dtype dtype;
  if (!dtypeOf(array.dtype(), dtype) || dtype != spec.dtype)
    refuse(spec, typeText(array));
  return array;
}

void opc::python::checkDtype(const ArraySpec &spec, PyArrayObject *array) {
  if (PyArray_TYPE(array) == spec.numpyNumber) // the usual case
    return;
  opc_dtype dtype;
  if (!dtypeOf(array, dtype) || dtype != spec.dtype)
    refuse(spec, typeText(array));
}

bool opc::python::isDense(const nb::ndarray<nb::ro> &array) {
  if (reinterpret_cast<uintptr_t>(array.data()) % array.itemsize() != 0)
    return array.size() == 0;
  int64_t expected = 1;
  for (size_t i = array.ndim(); i-- > 0;) {
    if (array.shape(i) != 1 && array.stride(i) != expected)
      return array.size() == 0;
    expected *= array.shape(i);
  }
  return true;
}
