//===- Specs.h - Inputs and outputs as the C interface shows them -*- C++ -*-=//
//
// The manifest's tensors, laid out as arrays that C code can point into.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_SPECS_H
#define OPC_LIB_RUNTIME_SPECS_H

#include "Manifest.h"

namespace opc::runtime {

class Specs {
public:
  Specs() = default;
  /// Points into the names of both, which must stay where they are.
  Specs(const std::vector<TensorSpec> &tensors,
        const std::vector<std::string> &symbols);
  Specs(Specs &&) = default;
  Specs &operator=(Specs &&) = default;

  void setDonatedTo(size_t index, int64_t output) {
    specs[index].donated_to = output;
  }
  /// NULL for an index out of range.
  const opc_spec *operator[](size_t index) const {
    return index < specs.size() ? &specs[index] : nullptr;
  }

private:
  std::vector<opc_spec> specs;
  std::vector<int64_t> dims;
  std::vector<const char *> symbolNames;
};

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_SPECS_H
