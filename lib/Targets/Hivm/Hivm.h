//===- Hivm.h - kernels as text of the dialect HIVM -------------*- C++ -*-===//
//
// This build has no HIVM. Its ops are unregistered ones here, one attribute of
// which is what the dialect's own syntax has around the operands; HivmText.cpp
// puts the two together.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_TARGETS_HIVM_HIVM_H
#define OPC_LIB_TARGETS_HIVM_HIVM_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "opc/Dialect/Tile/IR/TileDialect.h"
#include "opc/Targets/Core/Target.h"

namespace opc::hivm {

/// The attributes of such an op: what stands before and behind its operands,
/// and how many of them it reads.
inline constexpr llvm::StringLiteral kBefore = "before", kBehind = "behind",
                                     kReads = "reads";
/// Marks a kernel among functions.
inline constexpr llvm::StringLiteral kEntry = "hivm.entry";
/// Memory spaces, as strings.
inline constexpr llvm::StringLiteral kGlobal = "gm", kLocal = "ub";

/// hivm.hir.NAME before ins(inputs) outs(output) behind
void createOp(mlir::OpBuilder &b, mlir::Location loc, llvm::StringRef name,
              mlir::ValueRange inputs, mlir::Value output,
              llvm::StringRef behind = "", llvm::StringRef before = "");

/// What a tile's buffer is as memory: rows `strides` apart, from anywhere on.
mlir::MemRefType memoryOf(tile::BufferType type);

/// Part of `memory` in the same form.
mlir::Value partOf(mlir::OpBuilder &b, mlir::Location loc, mlir::Value memory,
                   llvm::ArrayRef<mlir::OpFoldResult> starts,
                   llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// Memory of a core, set aside at the head of the function around `b`.
mlir::Value createBuffer(mlir::OpBuilder &b, mlir::Location loc,
                         llvm::ArrayRef<int64_t> padded, mlir::Type element,
                         mlir::MemRefType type);

/// Whether HIVM's vector unit has `op`.
bool hasForm(mlir::Operation *op);
/// Work on whole tiles, whose buffers became `memory`, output last.
void createWork(mlir::OpBuilder &b, tile::ComputeOp op,
                mlir::ValueRange memory);
/// The same of a reduction from `x` to `y`.
void createTotals(mlir::OpBuilder &b, tile::ReduceOp op, mlir::Value x,
                  mlir::Value y);

/// Kernels of tiles become ones of HIVM's ops. Fails, naming an op without a
/// form.
llvm::Error lowerKernels(mlir::ModuleOp kernels, const TargetDesc &desc);

/// All functions, in HIVM's syntax.
std::string textOf(mlir::ModuleOp kernels);

} // namespace opc::hivm

#endif // OPC_LIB_TARGETS_HIVM_HIVM_H
