//===- DescribeOperands.h - Tensors as messages name them -------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_DESCRIBEOPERANDS_H
#define OPC_FRONTEND_GRAPH_DESCRIBEOPERANDS_H

#include "mlir/IR/Value.h"
#include "opc/Runtime/Diagnostic.h"
#include "llvm/ADT/ArrayRef.h"
#include <string>

namespace opc::graph {

/// "[5, ?]".
std::string shapeText(mlir::Value tensor);

/// Says in `diagnostic` the types and the extents of what its subject reads;
/// null values are left out.
void describeOperands(llvm::ArrayRef<mlir::Value> tensors,
                      runtime::Diagnostic &diagnostic);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_DESCRIBEOPERANDS_H
