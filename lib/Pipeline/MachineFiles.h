//===- MachineFiles.h - What executables are linked with --------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_MACHINEFILES_H
#define OPC_LIB_PIPELINE_MACHINEFILES_H

#include "opc/Runtime/Error.h"
#include "opc/Targets/Core/TargetDesc.h"
#include <string>

namespace opc {

/// Paths of what scripts/cross_runtime.py has built for a processor.
struct MachineFiles {
  std::string start;   ///< the object where a process begins
  std::string archive; ///< main, the runtime, and the libraries below
};

/// Finds them in the folder opc-machines beside this library.
runtime::Status findMachineFiles(const TargetDesc &desc, MachineFiles &files);

} // namespace opc

#endif // OPC_LIB_PIPELINE_MACHINEFILES_H
