//===- Arrays.h - numpy and DLPack arrays as tensors and back ---*- C++ -*-===//
//
// A call costs more in converting arrays than in anything else that this module
// does, so numpy's own C interface is used: it is an order of magnitude cheaper
// than a generic array class.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PYTHON_ARRAYS_H
#define OPC_PYTHON_ARRAYS_H

#include "opc-c/opc.h"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <string>
#include <vector>

namespace opc::python {

/// What a program wants for one input.
struct InputSpec {
  nanobind::str name;
  opc_dtype dtype;
  std::string type; // "f32[batch, 3]", for messages
};

/// The tensors of one call, and what keeps their memory alive.
class Arguments {
public:
  explicit Arguments(size_t count) { tensors.reserve(count); }

  /// Appends `value`: in place if it is a dense array in row-major order, else
  /// as a dense copy. Raises opc.InputError for another dtype than `spec` has
  /// and for what is no array in this machine's memory.
  void add(const InputSpec &spec, nanobind::handle value);

  const opc_tensor *data() const { return tensors.data(); }
  size_t size() const { return tensors.size(); }

private:
  void addArray(const InputSpec &spec, nanobind::object array);
  void addForeign(const InputSpec &spec, nanobind::handle value);

  std::vector<opc_tensor> tensors;
  std::vector<nanobind::object> owners;
  std::vector<nanobind::ndarray<nanobind::ro>> foreign;
};

/// Imports numpy; raises ImportError without it.
void initArrays();

/// The dtype of manifests ("f32") or nothing.
bool dtypeNamed(const std::string &name, opc_dtype &dtype);

/// The numpy dtype, that of ml_dtypes for bf16.
nanobind::object numpyDtype(opc_dtype dtype);

/// An array of bf16 as an object with `__dlpack__`, which shares its memory.
nanobind::object exportBFloat16(nanobind::handle value);

/// Output `index` as an array that owns its memory.
nanobind::object takeResult(opc_results *results, size_t index);

} // namespace opc::python

#endif // OPC_PYTHON_ARRAYS_H
