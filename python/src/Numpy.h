//===- Numpy.h - numpy's C interface --------------------------------------===//
//
// Its functions come through one table, which Arrays.cpp fetches for all files.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PYTHON_NUMPY_H
#define OPC_PYTHON_NUMPY_H

#include <nanobind/nanobind.h>

#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL opc_numpy_table
#ifndef OPC_FETCHES_NUMPY
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>

namespace opc::python {

inline PyArrayObject *asNumpy(nanobind::handle object) {
  return reinterpret_cast<PyArrayObject *>(object.ptr());
}

inline const int64_t *dimsOf(PyArrayObject *array) {
  static_assert(sizeof(npy_intp) == sizeof(int64_t));
  return reinterpret_cast<const int64_t *>(PyArray_DIMS(array));
}

} // namespace opc::python

#endif // OPC_PYTHON_NUMPY_H
