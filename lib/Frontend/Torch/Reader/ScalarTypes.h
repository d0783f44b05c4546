//===- ScalarTypes.h - dtypes of torch's export schema ----------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_TORCH_READER_SCALARTYPES_H
#define OPC_LIB_FRONTEND_TORCH_READER_SCALARTYPES_H

#include "mlir/IR/BuiltinTypes.h"
#include "opc/Frontend/Graph/Objection.h"

namespace opc::torch {

using graph::Objection;

/// The element type of a dtype; null with `error` for one that opc lacks. The
/// numbers are those of the schema, not of c10.
mlir::Type elementTypeOf(mlir::MLIRContext *context, int64_t scalarType,
                         Objection &error);

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_READER_SCALARTYPES_H
