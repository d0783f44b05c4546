//===- PlacementNotes.h - What is known of places of ops --------*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_PLACEMENTNOTES_H
#define OPC_LIB_PIPELINE_PLACEMENTNOTES_H

#include "mlir/IR/BuiltinOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Pipeline/Compiler.h"
#include <string>
#include <vector>

namespace opc {

/// On an op: why it is where it is, if that was no question of cost.
inline constexpr llvm::StringLiteral kWhyAttr = "opc.why";
/// On a module: what devices do not take, [{chip, node, why}].
inline constexpr llvm::StringLiteral kRefusedAttr = "opc.refused";

/// The nodes of a location, as messages and manifests name them: by their name,
/// else by file and line.
llvm::SmallVector<std::string> nodesOf(mlir::Location loc);

/// Adds what is not known yet; whether that is anything.
bool learn(llvm::ArrayRef<NodeRefusal> found, std::vector<NodeRefusal> &known);

void setRefusals(mlir::ModuleOp module, llvm::ArrayRef<NodeRefusal> refusals);

/// Why the chip takes no op of that place; null where it may.
mlir::StringAttr refusalOf(mlir::ModuleOp module, mlir::Location loc,
                           llvm::StringRef chip);

} // namespace opc

#endif // OPC_LIB_PIPELINE_PLACEMENTNOTES_H
