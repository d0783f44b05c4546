//===- CodeGen.h - From the LLVM dialect to machine code --------*- C++ -*-===//
//
// The part of the pipeline that MLIR does not see: LLVM IR, its optimiser and
// its code generator, run for several modules at a time.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_PIPELINE_CODEGEN_H
#define OPC_PIPELINE_CODEGEN_H

#include "mlir/IR/BuiltinOps.h"
#include "opc/Runtime/Error.h"
#include "opc/Targets/Core/TargetDesc.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include <string>
#include <vector>

namespace llvm {
class Module;
} // namespace llvm

namespace opc {

/// The bytes of one relocatable ELF object.
using ObjectBytes = llvm::SmallVector<char, 0>;

/// What code generation is told besides the chip.
struct CodeGenOptions {
  /// Whether LLVM may use vectors where the IR has none. It does not for the
  /// reference, which is to be the plain loops that it says.
  bool vectorize = true;
  /// Not null: once it is not 0, no further object is begun (opc_observer).
  const volatile int *interrupt = nullptr;
};

/// A kernel that its target does not write (KernelRefusal).
struct RefusedKernel {
  std::string chip, kernel, why;
};

/// What is made of kernels that devices run.
struct DeviceObjects {
  /// By the name of their chip.
  llvm::StringMap<std::vector<ObjectBytes>> byChip;
  std::vector<RefusedKernel> refused;
};

/// Compiles the nested modules of `module` (all in the LLVM dialect), or itself
/// when it has none, each to one object, on all threads of the context. One
/// that has the attribute opc.target is for that chip, others are for `desc`.
/// Those for a device are added to `devices`, which must be given where there
/// are any; they come first, and where one fails no other is compiled.
runtime::Status generateObjects(mlir::ModuleOp module, const TargetDesc &desc,
                                const CodeGenOptions &options,
                                std::vector<ObjectBytes> &objects,
                                DeviceObjects *devices = nullptr);

/// The LLVM IR of the same modules, as text; very large ones not optimised.
runtime::Status printLLVM(mlir::ModuleOp module, const TargetDesc &desc,
                          const CodeGenOptions &options, std::string &text);

/// The object of one LLVM module, as it is, without optimisation of its IR.
runtime::Status compileModule(llvm::Module &module, const TargetDesc &desc,
                              ObjectBytes &object);

} // namespace opc

#endif // OPC_PIPELINE_CODEGEN_H
