//===- ElementTypes.h - types of tensors that a front end may make -*- C++
//-*-===//
#ifndef OPC_FRONTEND_GRAPH_ELEMENTTYPES_H
#define OPC_FRONTEND_GRAPH_ELEMENTTYPES_H

#include "mlir/IR/BuiltinTypes.h"
#include "opc/Frontend/Graph/Objection.h"
#include <string>

namespace opc::graph {

/// As programs call an element type: "f32", "bf16", "u8"; "bool" for i1.
std::string dtypeName(mlir::Type element);
/// Bytes of one element as it is stored; one below a byte has a byte.
int64_t bytesOfElement(mlir::Type element);
/// A tensor type, or null with `error` where extents are negative or the tensor
/// would not fit into 2^40 bytes.
mlir::RankedTensorType checkedType(llvm::ArrayRef<int64_t> shape,
                                   mlir::Type element, Objection &error);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_ELEMENTTYPES_H
