//===- Donations.h - Which output takes an input's memory -------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_DONATIONS_H
#define OPC_LIB_PIPELINE_DONATIONS_H

#include "mlir/IR/BuiltinOps.h"
#include "opc/Pipeline/Options.h"

namespace opc {

/// Gives arguments of @main kDonatedAttr, as the options say. Fails where an
/// input has no output of its type and extents, and where a text's own
/// attributes are wrong.
Status donateInputs(mlir::ModuleOp module, const CompileOptions &options);

} // namespace opc

#endif // OPC_LIB_PIPELINE_DONATIONS_H
