//===- Arrays.cpp - numpy and DLPack arrays as tensors and back -----------===//
//
// Objects of numpy are read through its C interface; all others through DLPack.
// Nothing is converted to another dtype: a caller whose array has the wrong one
// learns so.
//
//===----------------------------------------------------------------------===//
#include "Arrays.h"
#include "Errors.h"

#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#include <numpy/arrayobject.h>

namespace nb = nanobind;
using namespace opc::python;

namespace {
struct DtypeRow {
  opc_dtype dtype;
  int number; // of numpy; -1 for a type of ml_dtypes
  char kind;  // of numpy
  nb::dlpack::dtype_code code;
};

constexpr DtypeRow dtypes[] = {
    {OPC_BOOL, NPY_BOOL, 'b', nb::dlpack::dtype_code::Bool},
    {OPC_I8, NPY_INT8, 'i', nb::dlpack::dtype_code::Int},
    {OPC_I16, NPY_INT16, 'i', nb::dlpack::dtype_code::Int},
    {OPC_I32, NPY_INT32, 'i', nb::dlpack::dtype_code::Int},
    {OPC_I64, NPY_INT64, 'i', nb::dlpack::dtype_code::Int},
    {OPC_U8, NPY_UINT8, 'u', nb::dlpack::dtype_code::UInt},
    {OPC_U16, NPY_UINT16, 'u', nb::dlpack::dtype_code::UInt},
    {OPC_U32, NPY_UINT32, 'u', nb::dlpack::dtype_code::UInt},
    {OPC_U64, NPY_UINT64, 'u', nb::dlpack::dtype_code::UInt},
    {OPC_F16, NPY_FLOAT16, 'f', nb::dlpack::dtype_code::Float},
    {OPC_BF16, -1, 0, nb::dlpack::dtype_code::Bfloat},
    {OPC_F32, NPY_FLOAT32, 'f', nb::dlpack::dtype_code::Float},
    {OPC_F64, NPY_FLOAT64, 'f', nb::dlpack::dtype_code::Float},
};
} // namespace

static PyObject *importNumpy() {
  import_array1(nullptr);
  return Py_None;
}

void opc::python::initArrays() {
  if (!importNumpy())
    nb::raise_python_error();
}

bool opc::python::dtypeNamed(const std::string &name, opc_dtype &dtype) {
  for (const DtypeRow &row : dtypes)
    if (name == opc_dtype_name(row.dtype)) {
      dtype = row.dtype;
      return true;
    }
  return false;
}

static nb::object bfloat16() {
  nb::object type = nb::module_::import_("ml_dtypes").attr("bfloat16");
  return nb::steal(
      reinterpret_cast<PyObject *>(PyArray_DescrFromTypeObject(type.ptr())));
}

nb::object opc::python::numpyDtype(opc_dtype dtype) {
  for (const DtypeRow &row : dtypes)
    if (row.dtype == dtype && row.number >= 0)
      return nb::steal(
          reinterpret_cast<PyObject *>(PyArray_DescrFromType(row.number)));
  return bfloat16();
}

/// By kind and size: several of numpy's types are the same 64-bit integer.
static bool dtypeOf(PyArray_Descr *descr, opc_dtype &dtype) {
  if (PyTypeNum_ISUSERDEF(descr->type_num)) {
    dtype = OPC_BF16;
    nb::object wanted = bfloat16();
    return reinterpret_cast<PyArray_Descr *>(wanted.ptr())->type_num ==
           descr->type_num;
  }
  for (const DtypeRow &row : dtypes)
    if (row.kind == descr->kind &&
        opc_dtype_bytes(row.dtype) == size_t(PyDataType_ELSIZE(descr))) {
      dtype = row.dtype;
      return true;
    }
  return false;
}

static bool dtypeOf(nb::dlpack::dtype type, opc_dtype &dtype) {
  for (const DtypeRow &row : dtypes)
    if (uint8_t(row.code) == type.code && type.lanes == 1 &&
        8 * opc_dtype_bytes(row.dtype) == type.bits) {
      dtype = row.dtype;
      return true;
    }
  return false;
}

static std::string shapeText(const int64_t *dims, size_t rank) {
  std::string text = "[";
  for (size_t i = 0; i < rank; ++i)
    text += (i ? ", " : "") + std::to_string(dims[i]);
  return text + "]";
}

[[noreturn]] static void refuse(const InputSpec &spec, const std::string &got) {
  raiseError(OPC_ERROR_INPUT, "input " + quoted(spec.name) + ": expected " +
                                  spec.type + ", got " + got);
}

/// As Python's `if` sees it: numpy has a bool of its own.
static bool isTrue(nb::handle value) {
  int result = PyObject_IsTrue(value.ptr());
  if (result < 0)
    nb::raise_python_error();
  return result != 0;
}

/// A masked array says of some elements that they are no values.
static bool isMasked(nb::handle array) {
  if (PyArray_CheckExact(array.ptr()) || !nb::hasattr(array, "mask"))
    return false;
  nb::object any = nb::module_::import_("numpy").attr("any");
  return isTrue(any(array.attr("mask")));
}

static const int64_t *dimsOf(PyArrayObject *array) {
  static_assert(sizeof(npy_intp) == sizeof(int64_t));
  return reinterpret_cast<const int64_t *>(PyArray_DIMS(array));
}

void Arguments::addArray(const InputSpec &spec, nb::object object) {
  auto *array = reinterpret_cast<PyArrayObject *>(object.ptr());
  if (isMasked(object))
    refuse(spec, "an array with masked elements");
  opc_dtype dtype;
  bool known = dtypeOf(PyArray_DESCR(array), dtype);
  if (!known || dtype != spec.dtype) {
    std::string name =
        known ? opc_dtype_name(dtype)
              : nb::str(nb::handle((PyObject *)PyArray_DESCR(array))).c_str();
    refuse(spec, name + shapeText(dimsOf(array), PyArray_NDIM(array)));
  }
  if (!PyArray_ISCARRAY_RO(array)) { // strided, unaligned or byte-swapped
    PyArray_Descr *native =
        PyArray_DescrNewByteorder(PyArray_DESCR(array), NPY_NATIVE);
    object = nb::steal(PyArray_FromArray(
        array, native, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_NOTSWAPPED));
    if (!object.is_valid())
      nb::raise_python_error();
    array = reinterpret_cast<PyArrayObject *>(object.ptr());
  }
  tensors.push_back(
      {PyArray_DATA(array), dtype, PyArray_NDIM(array), dimsOf(array)});
  owners.push_back(std::move(object));
}

/// Frameworks note a negation or conjugation without doing it, and DLPack has
/// no word for that.
static nb::object resolved(nb::handle value) {
  constexpr std::pair<const char *, const char *> pending[] = {
      {"is_neg", "resolve_neg"}, {"is_conj", "resolve_conj"}};
  nb::object result = nb::borrow(value);
  for (auto [isPending, resolve] : pending)
    if (nb::hasattr(result, isPending) && nb::hasattr(result, resolve) &&
        isTrue(result.attr(isPending)()))
      result = result.attr(resolve)();
  return result;
}

/// In row-major order, and aligned to its elements.
static bool isDense(const nb::ndarray<nb::ro> &array) {
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

void Arguments::addForeign(const InputSpec &spec, nb::handle given) {
  nb::ndarray<nb::ro> array;
  nb::object value = resolved(given);
  if (!nb::try_cast(value, array))
    refuse(spec, "an object of type " +
                     std::string(nb::type_name(value.type()).c_str()) +
                     " that is no numpy or DLPack array");
  std::string shape = shapeText(array.shape_ptr(), array.ndim());
  if (array.device_type() != nb::device::cpu::value)
    refuse(spec, shape + " in the memory of DLPack device type " +
                     std::to_string(array.device_type()));
  opc_dtype dtype;
  bool known = dtypeOf(array.dtype(), dtype);
  if (!known || dtype != spec.dtype)
    refuse(spec,
           (known ? std::string(opc_dtype_name(dtype))
                  : "DLPack type code " + std::to_string(array.dtype().code)) +
               shape);
  const void *data = array.data();
  if (!isDense(array)) {
    owners.push_back(denseCopy(array));
    data = PyArray_DATA(reinterpret_cast<PyArrayObject *>(owners.back().ptr()));
  }
  owners.push_back(std::move(value));
  tensors.push_back({const_cast<void *>(data), dtype, int32_t(array.ndim()),
                     array.shape_ptr()});
  foreign.push_back(std::move(array));
}

void Arguments::add(const InputSpec &spec, nb::handle value) {
  if (PyArray_Check(value.ptr()))
    return addArray(spec, nb::borrow(value));
  if (PyArray_IsScalar(value.ptr(), Generic))
    return addArray(spec, nb::steal(PyArray_FromScalar(value.ptr(), nullptr)));
  addForeign(spec, value);
}

static void freeCapsule(PyObject *capsule) {
  opc_free_data(PyCapsule_GetPointer(capsule, nullptr));
}

/// The class of results: numpy has no DLPack of bf16, so that is one of ours.
static PyTypeObject *resultClass(opc_dtype dtype) {
  if (dtype != OPC_BF16)
    return &PyArray_Type;
  // The module keeps it alive.
  nb::object type = nb::module_::import_("opc.arrays").attr("BFloat16Array");
  return reinterpret_cast<PyTypeObject *>(type.ptr());
}

nb::object opc::python::exportBFloat16(nb::handle value) {
  if (!PyArray_Check(value.ptr()) ||
      PyArray_ITEMSIZE(reinterpret_cast<PyArrayObject *>(value.ptr())) != 2)
    raiseError(OPC_ERROR_USAGE, "not an array of bfloat16");
  auto *array = reinterpret_cast<PyArrayObject *>(value.ptr());
  std::vector<size_t> shape;
  std::vector<int64_t> strides;
  for (int i = 0; i < PyArray_NDIM(array); ++i) {
    shape.push_back(PyArray_DIM(array, i));
    strides.push_back(PyArray_STRIDE(array, i) / 2);
  }
  nb::dlpack::dtype dtype = {uint8_t(nb::dlpack::dtype_code::Bfloat), 16, 1};
  nb::ndarray<nb::array_api> exported(PyArray_DATA(array), shape.size(),
                                      shape.data(), value, strides.data(),
                                      dtype, nb::device::cpu::value);
  return nb::cast(exported);
}

nb::object opc::python::takeResult(opc_results *results, size_t index) {
  const opc_tensor tensor = *opc_result(results, index);
  std::vector<npy_intp> dims(tensor.dims, tensor.dims + tensor.rank);
  nb::object descr = numpyDtype(tensor.dtype);
  void *data = opc_take_result(results, index);
  nb::object owner = nb::steal(PyCapsule_New(data, nullptr, freeCapsule));
  // The constructor takes over a reference to the descriptor.
  nb::object array = nb::steal(PyArray_NewFromDescr(
      resultClass(tensor.dtype),
      reinterpret_cast<PyArray_Descr *>(descr.release().ptr()), tensor.rank,
      dims.data(), nullptr, data, NPY_ARRAY_CARRAY, nullptr));
  if (!array.is_valid())
    nb::raise_python_error();
  if (PyArray_SetBaseObject(reinterpret_cast<PyArrayObject *>(array.ptr()),
                            owner.release().ptr()))
    nb::raise_python_error();
  return array;
}
