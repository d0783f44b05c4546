//===- Arrays.h - Dtypes, and results as arrays -----------------*- C++ -*-===//
//
// A call costs more in converting arrays than in anything else that this module
// does, so numpy's own C interface is used: it is an order of magnitude cheaper
// than a generic array class.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PYTHON_ARRAYS_H
#define OPC_PYTHON_ARRAYS_H

#include "Numpy.h"
#include "opc-c/opc.h"

#include <nanobind/ndarray.h>
#include <string>
#include <vector>

namespace opc::python {

/// What a program wants for an input or gives as an output.
struct ArraySpec {
  const char *kind; // "input", "donated input" or "output", for messages
  nanobind::str name;
  opc_dtype dtype;
  int numpyNumber;    // of the dtype in numpy; -1 where it has none
  std::string type;   // "f32[batch, 3]", for messages
  int donatedTo = -1; // of an input: the output that takes its memory
};

/// Imports numpy; raises ImportError without it.
void initArrays();

/// The dtype of manifests ("f32") or nothing.
bool dtypeNamed(const std::string &name, opc_dtype &dtype);

/// The dtype as DLPack has it.
nanobind::dlpack::dtype dlpackDtype(opc_dtype dtype);

/// Its number in numpy; -1 for bf16, which ml_dtypes numbers as it is loaded.
int numpyNumber(opc_dtype dtype);

/// The numpy dtype, that of ml_dtypes for bf16.
nanobind::object numpyDtype(opc_dtype dtype);

/// The dtype of an array, whatever its byte order; false if tensors have none
/// such.
bool dtypeOf(PyArrayObject *array, opc_dtype &dtype);
bool dtypeOf(nanobind::dlpack::dtype type, opc_dtype &dtype);

/// "[2, 3]".
std::string shapeText(const int64_t *dims, size_t rank);

/// Raises opc.InputError: "input 'x': expected f32[2, 3], got " and `got`.
[[noreturn]] void refuse(const ArraySpec &spec, const std::string &got);

/// An array of bf16 as an object with `__dlpack__`, which shares its memory.
nanobind::object exportBFloat16(nanobind::handle value);

/// Output `index` as an array of numpy, or a tensor of torch, that owns its
/// memory.
nanobind::object takeResult(opc_results *results, size_t index, bool asTorch);

} // namespace opc::python

#endif // OPC_PYTHON_ARRAYS_H
