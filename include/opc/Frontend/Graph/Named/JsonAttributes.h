//===- JsonAttributes.h - attributes of ops out of JSON ---------*- C++ -*-===//
//
// Which kind of attribute a JSON value stands for is not said anywhere but in
// the op itself: of the kinds that it can be, the first is taken that the op's
// own constraint accepts.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_NAMED_JSONATTRIBUTES_H
#define OPC_FRONTEND_GRAPH_NAMED_JSONATTRIBUTES_H

#include "opc/Frontend/Graph/Emitter.h"
#include "llvm/Support/JSON.h"

namespace opc::graph {

/// Symbols of the function by name, to which expressions refer.
using SymbolNames = llvm::StringMap<unsigned>;

/// The attribute `name` of `op` for a value: numbers, bools, texts, and arrays
/// of them; extents are numbers and texts of expressions. Null after a failure.
Attribute attributeOf(Emitter &e, mlir::OperationName op, StringRef name,
                      const llvm::json::Value &value,
                      const SymbolNames &symbols);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_NAMED_JSONATTRIBUTES_H
