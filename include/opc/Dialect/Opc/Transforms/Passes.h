//===- Passes.h - Passes on the opc dialect ---------------------*- C++ -*-===//
#ifndef OPC_DIALECT_OPC_TRANSFORMS_PASSES_H
#define OPC_DIALECT_OPC_TRANSFORMS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "opc/Dialect/Opc/Transforms/FusionRules.h"

namespace opc {

/// The attribute of a kernel that lists what it computes: ["opc.conv",
/// "opc.relu"].
inline constexpr llvm::StringLiteral kKernelOpsAttr = "opc.ops";

/// The attribute of a module that lists the kernels which no schedule took and
/// what became of each: [{kernel = "exp_reduce_0", into = ["exp_1",
/// "reduce_2"], opc.ops = ..., and its other attributes}].
inline constexpr llvm::StringLiteral kBrokenUpAttr = "opc.broken_up";

/// The attribute of a broadcast, and of its kernel's launch, that may turn out
/// to repeat nothing: the result is then the operand itself, and nothing runs.
inline constexpr llvm::StringLiteral kMayAliasAttr = "opc.may_alias";

#define GEN_PASS_DECL
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"

/// opc-form-kernels with the rules of each op's own target, which must outlive
/// the pass.
std::unique_ptr<mlir::Pass> createFormKernelsPass(FusionRulesOf rules);

#define GEN_PASS_REGISTRATION
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"

} // namespace opc

#endif // OPC_DIALECT_OPC_TRANSFORMS_PASSES_H
