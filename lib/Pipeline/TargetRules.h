//===- TargetRules.h - What a chip's kernels may hold -----------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_TARGETRULES_H
#define OPC_LIB_PIPELINE_TARGETRULES_H

#include "opc/Dialect/Opc/Transforms/FusionRules.h"
#include "opc/Targets/Core/Target.h"

namespace opc {

/// The fusion of a target, with what the chip's schedules take. `desc` outlives
/// the result.
FusionRules rulesFor(const TargetDesc &desc);

} // namespace opc

#endif // OPC_LIB_PIPELINE_TARGETRULES_H
