//===- FloatSteps.h - floats that a machine does not compute with -*- C++
//-*-===//
#ifndef OPC_LIB_PIPELINE_FLOATSTEPS_H
#define OPC_LIB_PIPELINE_FLOATSTEPS_H

#include "mlir/Pass/PassManager.h"
#include "opc/Targets/Core/TargetDesc.h"

namespace opc {

/// Passes on a `function` (the name of its op) that clean it up, compute bf16,
/// and f16 where the unit does not convert it, in f32, and write out the
/// conversions that it lacks.
mlir::OpPassManager floatSteps(const VectorUnit &unit,
                               llvm::StringRef function);

} // namespace opc

#endif // OPC_LIB_PIPELINE_FLOATSTEPS_H
