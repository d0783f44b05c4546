//===- Destinations.h - Arrays that results are written to ------*- C++ -*-===//
#ifndef OPC_PYTHON_DESTINATIONS_H
#define OPC_PYTHON_DESTINATIONS_H

#include "Arrays.h"

namespace opc::python {

/// Fills in `tensor`, dims and all, with an array that can be written where it
/// lies: dense, in row-major order, aligned to its elements, and not read-only.
/// `foreign` keeps an array alive that is not numpy's. Raises opc.InputError
/// for any other.
void writeTo(const ArraySpec &spec, nanobind::handle value, opc_tensor &tensor,
             nanobind::ndarray<> &foreign);

/// The caller's own arrays for the outputs of one call.
class Destinations {
public:
  explicit Destinations(const std::vector<ArraySpec> &outputs)
      : outputs(outputs) {}

  /// `out`: a dict by name, a list or a tuple, or the array of the one output;
  /// None leaves an output to the runtime.
  void add(nanobind::handle out);
  /// Notes that an output is written to the memory of `input`; false where it
  /// has another place, or there is no such output.
  bool donate(int output, nanobind::handle input);

  /// One tensor for each output, or none at all.
  const opc_tensor *data() const { return tensors.data(); }
  size_t size() const { return tensors.size(); }
  /// What the caller gave for an output; no object where there is nothing.
  nanobind::handle given(size_t index) const {
    return index < objects.size() ? nanobind::handle(objects[index])
                                  : nanobind::handle();
  }

private:
  void addNamed(nanobind::handle out);
  void addListed(nanobind::handle out);
  void set(size_t index, nanobind::handle value);

  const std::vector<ArraySpec> &outputs;
  std::vector<opc_tensor> tensors;
  std::vector<nanobind::object> objects;
  std::vector<nanobind::ndarray<>> foreign;
};

/// "1 output", "2 inputs".
std::string countText(size_t number, const char *what);

} // namespace opc::python

#endif // OPC_PYTHON_DESTINATIONS_H
