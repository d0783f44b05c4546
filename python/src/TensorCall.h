//===- TensorCall.h - Programs called with torch's tensors ------*- C++ -*-===//
//
// A training step calls programs with hundreds of tensors: what one costs is
// multiplied. This path asks no attribute of a tensor but reads it through
// DLPack's table of C functions, which torch publishes on its class.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PYTHON_TENSORCALL_H
#define OPC_PYTHON_TENSORCALL_H

#include "BoundProgram.h"

#include <vector>

namespace opc::python {

struct ExchangeApi;

/// A program as a function of tensors and sizes.
///
/// Tensors lie in memory in a given order of their axes: that of input i is
/// row-major after permuting by `inputOrders[i]`, and so the program sees it;
/// one that does not lie so is copied. Results get their axes back in the same
/// way. A result that an input is donated to is that input; where its memory is
/// that of another input, too, the program writes to a copy of it.
class TensorCall {
public:
  /// Keeps `program` alive. Raises AttributeError where `tensorClass` has no
  /// such table, or one of another major version.
  TensorCall(nanobind::object program, nanobind::handle tensorClass,
             nanobind::list inputOrders, nanobind::list outputOrders);

  /// One object for each input: a tensor, or an int for a size. For a program
  /// to which inputs are lent, a list of these comes first, and they are left
  /// out of the others: a tensor that nothing but the list has is written to.
  nanobind::tuple call(nanobind::args inputs) const;
  /// Which inputs are lent, by number.
  nanobind::list lent() const;

private:
  using Order = std::vector<int>;
  struct Inputs;

  void addTensor(Inputs &to, const Order &order, nanobind::object value) const;
  void copyInput(Inputs &to, size_t index, nanobind::object value) const;
  using Given = std::vector<nanobind::handle>;
  Given ordered(nanobind::args given) const;
  /// Copies donors that overlap other inputs.
  void separate(Inputs &inputs, const Given &given) const;
  /// For each input, whether the program may write to it.
  std::vector<uint8_t> lentOf(const Inputs &inputs, const Given &given) const;
  nanobind::object result(opc_results *results, size_t index) const;

  nanobind::object owner;
  opc_program *program;
  const ExchangeApi *api;
  nanobind::object tensorClass;
  std::vector<Order> inputOrders, outputOrders;
  std::vector<int> donors; ///< of each output: the input, or -1
  std::vector<size_t> lentInputs;
  bool hasDonors;
};

} // namespace opc::python

#endif // OPC_PYTHON_TENSORCALL_H
