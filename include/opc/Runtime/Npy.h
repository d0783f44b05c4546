//===- Npy.h - Tensors in numpy's file format -------------------*- C++ -*-===//
//
// Reads and writes .npy files, format versions 1 to 3 as numpy.lib.format
// describes them. bfloat16, which numpy does not have, is what ml_dtypes makes
// of it: '<V2' (numpy loads it as void; `.view(ml_dtypes.bfloat16)` gives it
// its meaning back); the descr 'bfloat16' is read, too.
//
// Not read, and refused by name: column-major ("Fortran") order, big-endian
// data, and dtypes that opc does not have.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_NPY_H
#define OPC_RUNTIME_NPY_H

#include "opc/Runtime/Error.h"

#include <memory>
#include <vector>

namespace opc::runtime {

struct FreeData {
  void operator()(void *data) const { opc_free_data(data); }
};

/// A tensor with its data, which is aligned to OPC_ALIGNMENT.
struct NpyArray {
  opc_dtype dtype = OPC_F32;
  std::vector<int64_t> dims;
  std::unique_ptr<void, FreeData> data;

  opc_tensor tensor() const {
    return {data.get(), dtype, static_cast<int32_t>(dims.size()), dims.data()};
  }
};

/// Reads a file that holds exactly one array. Bytes of bool that are neither 0
/// nor 1 become 1. The messages start with the path.
OPC_EXPORT Status readNpy(const std::string &path, NpyArray &array);

/// Writes a dense tensor. The file appears whole or not at all.
OPC_EXPORT Status writeNpy(const std::string &path, const opc_tensor &tensor);

} // namespace opc::runtime

#endif // OPC_RUNTIME_NPY_H
