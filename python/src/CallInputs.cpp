//===- CallInputs.cpp - The inputs of one call ----------------------------===//
//
// Objects of numpy are read through its C interface; all others through DLPack.
//
//===----------------------------------------------------------------------===//
#include "CallInputs.h"
#include "Destinations.h"
#include "Foreign.h"

namespace nb = nanobind;
using namespace opc::python;

/// ml_dtypes' integers of 2 and 4 bits as bytes, in which programs take them;
/// other arrays as they are.
static nb::object fewBitsInBytes(nb::object array) {
  constexpr std::pair<std::string_view, const char *> bytes[] = {
      {"int2", "int8"},
      {"int4", "int8"},
      {"uint2", "uint8"},
      {"uint4", "uint8"}};
  if (!PyTypeNum_ISUSERDEF(PyArray_TYPE(asNumpy(array))))
    return array;
  std::string name = nb::str(array.attr("dtype").attr("name")).c_str();
  for (auto [few, whole] : bytes)
    if (name == few)
      return array.attr("astype")(whole);
  return array;
}

void Arguments::addArray(const ArraySpec &spec, nb::object object) {
  object = fewBitsInBytes(std::move(object));
  PyArrayObject *array = asNumpy(object);
  if (isMasked(object))
    refuse(spec, "an array with masked elements");
  checkDtype(spec, array);
  if (!PyArray_ISCARRAY_RO(array)) { // strided, unaligned or byte-swapped
    PyArray_Descr *native =
        PyArray_DescrNewByteorder(PyArray_DESCR(array), NPY_NATIVE);
    object = nb::steal(PyArray_FromArray(
        array, native, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_NOTSWAPPED));
    if (!object.is_valid())
      nb::raise_python_error();
    array = asNumpy(object);
  }
  tensors.push_back(
      {PyArray_DATA(array), spec.dtype, PyArray_NDIM(array), dimsOf(array)});
  owners.push_back(std::move(object));
}

/// Frameworks note a negation or conjugation without doing it, and that a
/// gradient is wanted; DLPack has no words for that.
static nb::object resolved(nb::handle value, bool isTorch) {
  constexpr std::pair<const char *, const char *> pending[] = {
      {"is_neg", "resolve_neg"}, {"is_conj", "resolve_conj"}};
  nb::object result = nb::borrow(value);
  for (auto [isPending, resolve] : pending)
    if (nb::hasattr(result, isPending) && nb::hasattr(result, resolve) &&
        isTrue(result.attr(isPending)()))
      result = result.attr(resolve)();
  if (isTorch && isTrue(result.attr("requires_grad")))
    result = result.attr("detach")();
  return result;
}

/// A dense copy, as a numpy array of integers of the same size.
static nb::object denseCopy(const nb::ndarray<nb::ro> &array) {
  constexpr int numbers[] = {NPY_UINT8, NPY_UINT16, NPY_UINT32, NPY_UINT64};
  size_t bytes = array.itemsize();
  int number = numbers[bytes == 8 ? 3 : bytes / 2];
  std::vector<npy_intp> dims(array.ndim()), strides(array.ndim());
  for (size_t i = 0; i < array.ndim(); ++i) {
    dims[i] = array.shape(i);
    strides[i] = array.stride(i) * bytes;
  }
  nb::object view = nb::steal(PyArray_New(
      &PyArray_Type, array.ndim(), dims.data(), number, strides.data(),
      const_cast<void *>(array.data()), 0, 0, nullptr));
  if (!view.is_valid())
    nb::raise_python_error();
  nb::object copy = nb::steal(PyArray_NewCopy(
      reinterpret_cast<PyArrayObject *>(view.ptr()), NPY_CORDER));
  if (!copy.is_valid())
    nb::raise_python_error();
  return copy;
}

void Arguments::addForeign(const ArraySpec &spec, nb::handle given) {
  bool isTorch = isTorchTensor(given);
  anyTorch |= isTorch;
  nb::object value = resolved(given, isTorch);
  nb::ndarray<nb::ro> array = importArray(spec, value);
  const void *data = array.data();
  if (!isDense(array)) {
    owners.push_back(denseCopy(array));
    data = PyArray_DATA(asNumpy(owners.back()));
  }
  owners.push_back(std::move(value));
  tensors.push_back({const_cast<void *>(data), spec.dtype,
                     int32_t(array.ndim()), array.shape_ptr()});
  foreign.push_back(std::move(array));
}

void Arguments::add(const ArraySpec &spec, nb::handle value) {
  if (PyArray_Check(value.ptr()))
    return addArray(spec, nb::borrow(value));
  if (PyArray_IsScalar(value.ptr(), Generic))
    return addArray(spec, nb::steal(PyArray_FromScalar(value.ptr(), nullptr)));
  addForeign(spec, value);
}

void Arguments::addWritten(const ArraySpec &spec, nb::handle value) {
  nb::ndarray<> array;
  writeTo(spec, value, tensors.emplace_back(), array);
  owners.push_back(nb::borrow(value));
  anyTorch |= isTorchTensor(value);
  if (array.is_valid())
    writtenForeign.push_back(std::move(array));
}
