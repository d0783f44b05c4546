//===- Dtypes.h - element types by name -------------------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_NAMED_DTYPES_H
#define OPC_FRONTEND_GRAPH_NAMED_DTYPES_H

#include "mlir/IR/BuiltinTypes.h"

namespace opc::graph {

/// The element type that programs call `name` ("f32", "u8", "bool"); null where
/// there is none.
mlir::Type elementNamed(mlir::MLIRContext *context, llvm::StringRef name);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_NAMED_DTYPES_H
