//===- TargetMachines.h - LLVM's view of a chip -----------------*- C++ -*-===//
#ifndef OPC_TARGETS_CORE_TARGETMACHINES_H
#define OPC_TARGETS_CORE_TARGETMACHINES_H

#include "opc/Targets/Core/TargetDesc.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace opc {

/// The code generator for a chip; null, with the reason in `error`, where LLVM
/// has none.
std::unique_ptr<llvm::TargetMachine> makeMachine(const TargetDesc &desc,
                                                 std::string &error);

} // namespace opc

#endif // OPC_TARGETS_CORE_TARGETMACHINES_H
