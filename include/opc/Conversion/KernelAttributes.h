//===- KernelAttributes.h - What a schedule says of a kernel ----*- C++ -*-===//
//
// Attributes of a kernel on buffers: a schedule (OpcToLoops, a target) sets
// them, and the host program (OpcToHost) launches the kernel by them.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_CONVERSION_KERNELATTRIBUTES_H
#define OPC_CONVERSION_KERNELATTRIBUTES_H

#include "llvm/ADT/StringRef.h"

namespace opc {

/// Maps over the kernel's symbols with one result each: how many units of work
/// a launch has, its arithmetic operations, and its traffic in bytes.
inline constexpr llvm::StringLiteral kUnitsAttr = "opc.units";
inline constexpr llvm::StringLiteral kFlopsAttr = "opc.flops";
inline constexpr llvm::StringLiteral kBytesAttr = "opc.bytes";
/// An i64: the least number of units that one task should have.
inline constexpr llvm::StringLiteral kGrainAttr = "opc.grain";
/// A string: the name of the target's schedule that wrote the kernel; plain
/// loops have none.
inline constexpr llvm::StringLiteral kScheduleAttr = "opc.schedule";
/// The outputs that may be written over an input: [[output, input]...].
inline constexpr llvm::StringLiteral kInplaceAttr = "opc.inplace";

} // namespace opc

#endif // OPC_CONVERSION_KERNELATTRIBUTES_H
