//===- ByTarget.h - Ops go through the passes of their own target -*- C++
//-*-===//
#ifndef OPC_LIB_PIPELINE_BYTARGET_H
#define OPC_LIB_PIPELINE_BYTARGET_H

#include "mlir/Pass/PassManager.h"
#include "opc/Targets/Core/Target.h"
#include <functional>
#include <memory>

namespace opc {

/// Adds to `pm`, which is on a module, what one target does to its ops.
using BuildForTarget =
    std::function<void(mlir::OpPassManager &pm, const TargetDesc &desc)>;

/// A pass on the module that runs on the ops of each target what `build` adds
/// for it. No pass of one sees an op of another; all that it makes of its ops
/// is of its target, too. Ops are of the target that they name, or the
/// module's.
std::unique_ptr<mlir::Pass> createByTargetPass(BuildForTarget build);

} // namespace opc

#endif // OPC_LIB_PIPELINE_BYTARGET_H
