//===- SmallProgram.h - A program without a model ---------------*- C++ -*-===//
#ifndef OPC_UNITTESTS_PIPELINE_SMALLPROGRAM_H
#define OPC_UNITTESTS_PIPELINE_SMALLPROGRAM_H

#include "opc/Pipeline/Compiler.h"

/// Compiles IR in the LLVM dialect for this machine. Its entry is @opc_entry;
/// the manifest has no inputs and no outputs.
opc::CompiledProgram smallProgram(llvm::StringRef ir,
                                  llvm::StringRef constants = "");

/// An entry that does nothing.
inline constexpr llvm::StringLiteral kEmptyEntry =
    "llvm.func @opc_entry(%call: !llvm.ptr) -> i32 {\n"
    "  %0 = llvm.mlir.constant(0 : i32) : i32\n"
    "  llvm.return %0 : i32\n}\n";

#endif // OPC_UNITTESTS_PIPELINE_SMALLPROGRAM_H
