//===- Arrays.cpp - Dtypes, and results as arrays -------------------------===//
#define OPC_FETCHES_NUMPY
#include "Arrays.h"
#include "Exceptions.h"

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

int opc::python::numpyNumber(opc_dtype dtype) {
  for (const DtypeRow &row : dtypes)
    if (row.dtype == dtype)
      return row.number;
  return -1;
}

nb::object opc::python::numpyDtype(opc_dtype dtype) {
  int number = numpyNumber(dtype);
  if (number < 0)
    return bfloat16();
  return nb::steal(reinterpret_cast<PyObject *>(PyArray_DescrFromType(number)));
}

/// By kind and size: several of numpy's types are the same 64-bit integer.
bool opc::python::dtypeOf(PyArrayObject *array, opc_dtype &dtype) {
  PyArray_Descr *descr = PyArray_DESCR(array);
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

bool opc::python::dtypeOf(nb::dlpack::dtype type, opc_dtype &dtype) {
  for (const DtypeRow &row : dtypes)
    if (uint8_t(row.code) == type.code && type.lanes == 1 &&
        8 * opc_dtype_bytes(row.dtype) == type.bits) {
      dtype = row.dtype;
      return true;
    }
  return false;
}

nb::dlpack::dtype opc::python::dlpackDtype(opc_dtype dtype) {
  for (const DtypeRow &row : dtypes)
    if (row.dtype == dtype)
      return {uint8_t(row.code), uint8_t(8 * opc_dtype_bytes(dtype)), 1};
  return {};
}

std::string opc::python::shapeText(const int64_t *dims, size_t rank) {
  std::string text = "[";
  for (size_t i = 0; i < rank; ++i)
    text += (i ? ", " : "") + std::to_string(dims[i]);
  return text + "]";
}

void opc::python::refuse(const ArraySpec &spec, const std::string &got) {
  raiseError(OPC_ERROR_INPUT, spec.kind + (" " + quoted(spec.name)) +
                                  ": expected " + spec.type + ", got " + got);
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
  nb::ndarray<nb::array_api> exported(
      PyArray_DATA(array), shape.size(), shape.data(), value, strides.data(),
      dlpackDtype(OPC_BF16), nb::device::cpu::value);
  return nb::cast(exported);
}

/// A tensor of torch, which takes `owner` and with it the memory.
static nb::object torchResult(const opc_tensor &tensor, void *data,
                              nb::handle owner) {
  std::vector<size_t> shape(tensor.dims, tensor.dims + tensor.rank);
  nb::ndarray<nb::pytorch> array(data, shape.size(), shape.data(), owner,
                                 nullptr, dlpackDtype(tensor.dtype),
                                 nb::device::cpu::value);
  return nb::cast(array);
}

nb::object opc::python::takeResult(opc_results *results, size_t index,
                                   bool asTorch) {
  const opc_tensor tensor = *opc_result(results, index);
  void *data = opc_take_result(results, index);
  nb::object owner = nb::steal(PyCapsule_New(data, nullptr, freeCapsule));
  if (asTorch)
    return torchResult(tensor, data, owner);
  std::vector<npy_intp> dims(tensor.dims, tensor.dims + tensor.rank);
  nb::object descr = numpyDtype(tensor.dtype);
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
