//===- CallInputs.h - The inputs of one call --------------------*- C++ -*-===//
#ifndef OPC_PYTHON_CALLINPUTS_H
#define OPC_PYTHON_CALLINPUTS_H

#include "Arrays.h"

namespace opc::python {

/// The tensors of one call, and what keeps their memory alive.
class Arguments {
public:
  explicit Arguments(size_t count) { tensors.reserve(count); }

  /// Appends `value`: in place if it is a dense array in row-major order, else
  /// as a dense copy. Raises opc.InputError for another dtype than `spec` has
  /// and for what is no array in this machine's memory.
  void add(const ArraySpec &spec, nanobind::handle value);
  /// Appends `value` to be written to, as Destinations has it.
  void addWritten(const ArraySpec &spec, nanobind::handle value);

  const opc_tensor *data() const { return tensors.data(); }
  size_t size() const { return tensors.size(); }
  /// Whether one of them is a tensor of torch.
  bool hasTorch() const { return anyTorch; }

private:
  void addArray(const ArraySpec &spec, nanobind::object array);
  void addForeign(const ArraySpec &spec, nanobind::handle value);

  std::vector<opc_tensor> tensors;
  std::vector<nanobind::object> owners;
  std::vector<nanobind::ndarray<nanobind::ro>> foreign;
  std::vector<nanobind::ndarray<>> writtenForeign;
  bool anyTorch = false;
};

} // namespace opc::python

#endif // OPC_PYTHON_CALLINPUTS_H
