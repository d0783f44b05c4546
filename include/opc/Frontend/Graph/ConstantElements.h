//===- ConstantElements.h - data of others as constants ---------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_CONSTANTELEMENTS_H
#define OPC_FRONTEND_GRAPH_CONSTANTELEMENTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "opc/Frontend/Graph/Objection.h"
#include <memory>
#include <string>

namespace opc::graph {

/// A constant over `data`: row-major, little-endian, one byte for each element
/// of fewer bits. It refers to the data, which lives as long as `owner` (null:
/// as the context), unless it is small or not aligned. Null with `error` where
/// the data does not have the bytes of the type.
mlir::ElementsAttr elementsOver(mlir::RankedTensorType type,
                                llvm::ArrayRef<char> data,
                                std::shared_ptr<void> owner, Objection &error);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_CONSTANTELEMENTS_H
