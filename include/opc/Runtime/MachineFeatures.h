//===- MachineFeatures.h - What this machine's processor has ----*- C++ -*-===//
#ifndef OPC_RUNTIME_MACHINEFEATURES_H
#define OPC_RUNTIME_MACHINEFEATURES_H

#include "opc/Runtime/Error.h"

#include <string_view>

namespace opc::runtime {

/// Whether the processor has a feature under LLVM's name, or under one that
/// opc's chips add ("sve-256-bits"), and the operating system saves its state.
/// False for a name that the runtime does not know.
OPC_EXPORT bool hasCpuFeature(std::string_view feature);

} // namespace opc::runtime

#endif // OPC_RUNTIME_MACHINEFEATURES_H
