//===- Specs.cpp - Inputs and outputs as the C interface shows them -------===//
//
// Two flat arrays hold the dims of all tensors. They are filled before anything
// points into them, and a move of a vector keeps its elements in place.
//
//===----------------------------------------------------------------------===//
#include "Specs.h"

using namespace opc::runtime;

Specs::Specs(const std::vector<TensorSpec> &tensors,
             const std::vector<std::string> &symbols) {
  for (const TensorSpec &tensor : tensors)
    for (Dim dim : tensor.shape) {
      dims.push_back(dim.extent);
      symbolNames.push_back(dim.symbol >= 0 ? symbols[dim.symbol].c_str()
                                            : nullptr);
    }
  size_t first = 0;
  for (const TensorSpec &tensor : tensors) {
    specs.push_back({tensor.name.c_str(), tensor.dtype,
                     static_cast<int32_t>(tensor.shape.size()),
                     dims.data() + first, symbolNames.data() + first, -1});
    first += tensor.shape.size();
  }
}
