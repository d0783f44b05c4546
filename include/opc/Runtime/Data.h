//===- Data.h - Memory that crosses the C interface -------------*- C++ -*-===//
#ifndef OPC_RUNTIME_DATA_H
#define OPC_RUNTIME_DATA_H

#include "opc/Runtime/Error.h"

#include <cstddef>

namespace opc::runtime {

/// `bytes` bytes, aligned to OPC_ALIGNMENT, that opc_free_data frees; NULL when
/// there is no memory.
OPC_EXPORT void *allocateData(size_t bytes);

} // namespace opc::runtime

#endif // OPC_RUNTIME_DATA_H
