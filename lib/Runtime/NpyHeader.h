//===- NpyHeader.h - The text in front of an array --------------*- C++ -*-===//
//
// The header of a .npy file is a Python dictionary, written out:
// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_NPYHEADER_H
#define OPC_LIB_RUNTIME_NPYHEADER_H

#include "opc/Runtime/Error.h"

#include <string_view>
#include <vector>

namespace opc::runtime {

struct NpyHeader {
  opc_dtype dtype = OPC_F32;
  std::vector<int64_t> dims;
};

/// Reads the dictionary. The messages do not name the file.
Status parseNpyHeader(std::string_view text, NpyHeader &header);

/// The dictionary for a tensor.
std::string npyHeaderText(const NpyHeader &header);

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_NPYHEADER_H
