//===- OpcDialect.h - the opc dialect ---------------------------*- C++ -*-===//
//
// Include this for the dialect, its ops and its interfaces.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_IR_OPCDIALECT_H
#define OPC_DIALECT_OPC_IR_OPCDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "opc/Dialect/Opc/IR/Access.h"
#include "opc/Dialect/Opc/IR/Numerics.h"
#include "opc/Dialect/Opc/IR/ScalarExprs.h"
#include "opc/Dialect/Opc/IR/ShapeEnv.h"

#include "opc/Dialect/Opc/IR/OpcDialect.h.inc"
#include "opc/Dialect/Opc/IR/OpcInterfaces.h.inc"

#define GET_OP_CLASSES
#include "opc/Dialect/Opc/IR/OpcOps.h.inc"

namespace opc {

/// Names of the attributes that functions and their arguments carry.
inline constexpr llvm::StringLiteral kSymbolsAttr = "opc.symbols";
inline constexpr llvm::StringLiteral kDimsAttr = "opc.dims";
inline constexpr llvm::StringLiteral kKernelAttr = "opc.kernel";
/// On a module and on each of its kernels: the chip that it is compiled for,
/// "target:chip".
inline constexpr llvm::StringLiteral kTargetAttr = "opc.target";
/// On a module: the number of threads that the program may use.
inline constexpr llvm::StringLiteral kThreadsAttr = "opc.threads";
inline constexpr llvm::StringLiteral kNameAttr = "opc.name";
/// The memory space (opc.copy) of inputs, outputs, constants and whatever the
/// host program looks into.
inline constexpr llvm::StringLiteral kHostSpace = "host";
/// Of an argument of @main: the number (i64) of the result that is written to
/// its memory.
inline constexpr llvm::StringLiteral kDonatedAttr = "opc.donated_to";

/// Extents of an element-wise op: its operands, broadcast.
llvm::LogicalResult inferElementwiseDims(mlir::Operation *op, ShapeEnv &env,
                                         llvm::SmallVectorImpl<Dims> &results);

/// The attribute opc.dims on any op pins its results' extents (an array with
/// one map for each), where the operands alone do not decide them.
void pinDims(mlir::Operation *op, llvm::ArrayRef<Dims> results);

/// Makes a new symbol of `function`, called `name` (may be empty).
unsigned addSymbol(mlir::Operation *function, llvm::StringRef name);

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_OPCDIALECT_H
