//===- Simulated.h - Targets whose devices are simulated --------*- C++ -*-===//
#ifndef OPC_LIB_TARGETS_CORE_SIMULATED_H
#define OPC_LIB_TARGETS_CORE_SIMULATED_H

#include "opc/Targets/Core/Target.h"
#include "opc/Targets/Core/TargetDesc.h"

namespace opc {

/// `target` with its kernels as source, which a simulator compiles and runs;
/// null where nothing simulates it.
const Target *simulated(const Target &target);

/// What runs the kernels of all these.
DeviceDesc simulator();

} // namespace opc

#endif // OPC_LIB_TARGETS_CORE_SIMULATED_H
