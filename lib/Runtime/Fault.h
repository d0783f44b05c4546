//===- Fault.h - Faults of compiled code as messages ------------*- C++ -*-===//
//
// Compiled code reports numbers; here they become the line that a user reads.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_FAULT_H
#define OPC_LIB_RUNTIME_FAULT_H

#include "Manifest.h"

namespace opc::runtime {

/// What opc_runtime_api::fail was told: the place in the model, what was met.
Status hostFault(const Manifest &manifest, int64_t fault, int64_t location,
                 int64_t observed, int64_t expected);

/// What a device failed with, at the place in the model that needed it.
Status deviceFault(const Manifest &manifest, int64_t location,
                   const Status &why);

/// What a kernel recorded; `kernel` may be unknown.
Status kernelFault(const Manifest &manifest, const opc_kernel_fault &fault,
                   int64_t kernel);

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_FAULT_H
