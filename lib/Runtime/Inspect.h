//===- Inspect.h - What a program says without being run --------*- C++ -*-===//
#ifndef OPC_LIB_RUNTIME_INSPECT_H
#define OPC_LIB_RUNTIME_INSPECT_H

#include "opc/Runtime/Artifact.h"

namespace opc::runtime {

/// Fails where opc_load would refuse a sound program: for another processor or
/// another ABI, or with CPU features that this machine lacks.
Status checkRunsHere(const ArtifactInfo &info);

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_INSPECT_H
