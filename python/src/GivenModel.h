//===- GivenModel.h - What a call of the compiler is given ------*- C++ -*-===//
#ifndef OPC_PYTHON_GIVENMODEL_H
#define OPC_PYTHON_GIVENMODEL_H

#include "Arrays.h"
#include "opc-c/compiler.h"

#include <optional>

namespace opc::python {

/// An opc_model over Python's memory, which its caller keeps.
class Model {
public:
  using Text = std::optional<nanobind::bytes>;

  /// One of `path` and `data` is given. `constants`: a list of pairs of a name,
  /// which is bytes, and an array of numpy, which is dense and in row-major
  /// order. Raises opc.UsageError for a dtype that no tensor has.
  Model(const Text &path, const Text &data, const Text &directory,
        nanobind::list constants);
  Model(const Model &) = delete;
  Model &operator=(const Model &) = delete;

  const opc_model *get() const { return &model; }

private:
  std::vector<opc_constant> values;
  opc_model model = {};
};

} // namespace opc::python

#endif // OPC_PYTHON_GIVENMODEL_H
