//===- BindConstants.h - inputs of IR that have a value ---------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_BINDCONSTANTS_H
#define OPC_LIB_PIPELINE_BINDCONSTANTS_H

#include "mlir/IR/BuiltinOps.h"
#include "opc/Pipeline/Options.h"

namespace opc {

/// Makes constants of the inputs of @main that the options give a value, whose
/// data is not copied. Fails where there is no such input, or one of another
/// type.
Status bindConstants(mlir::ModuleOp module, const CompileOptions &options);

} // namespace opc

#endif // OPC_LIB_PIPELINE_BINDCONSTANTS_H
