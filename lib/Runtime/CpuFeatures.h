//===- CpuFeatures.h - Whether this machine can run a program ---*- C++ -*-===//
//
// An instruction that the processor lacks kills the process; the manifest says
// which features a program needs, so it can be refused by name before.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_CPUFEATURES_H
#define OPC_LIB_RUNTIME_CPUFEATURES_H

#include "opc/Runtime/Error.h"

#include <span>

namespace opc::runtime {

/// Refuses features (LLVM's names, a leading '+' is ignored) that this machine
/// or its operating system lacks. Asks the system for the AMX tile state if a
/// feature needs it: without that permission the first tile instruction faults.
Status checkCpuFeatures(std::span<const std::string> features);

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_CPUFEATURES_H
