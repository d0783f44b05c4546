//===- ExternalModule.h - LLVM IR that came with a graph --------*- C++ -*-===//
//
// What opc.external_kernel holds, read and made part of a program: nothing is
// left in it that the code generator of another processor would not take, or
// that a kernel may not do.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_PIPELINE_EXTERNALMODULE_H
#define OPC_LIB_PIPELINE_EXTERNALMODULE_H

#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/Core/TargetDesc.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include <memory>
#include <string>

namespace opc {

/// What is wrong with foreign IR.
struct Complaint {
  std::string reason;  ///< empty: nothing is
  std::string nearest; ///< the nearest supported form, where the IR is sound

  explicit operator bool() const { return !reason.empty(); }
};

/// How a function is called.
struct ExternalSignature {
  unsigned inputs = 0, outputs = 0, extents = 0;
  /// What the pointers of its buffers are aligned to, in bytes.
  unsigned alignment = 1;

  static ExternalSignature of(ExternalKernelOp op);
  bool operator<(const ExternalSignature &other) const;
};

struct ExternalModule {
  std::unique_ptr<llvm::LLVMContext> context;
  /// All that the function needs, internal but for itself.
  std::unique_ptr<llvm::Module> module;

  /// Reads `ir` (text or bitcode) for a chip.
  Complaint read(llvm::StringRef ir, llvm::StringRef function,
                 const ExternalSignature &signature, const TargetDesc &desc);
};

/// What `function`, of which only what it needs is left in its module, does
/// that a kernel may not do (ExternalCode.cpp).
Complaint checkExternalCode(llvm::Function &function,
                            const ExternalSignature &signature);

} // namespace opc

#endif // OPC_LIB_PIPELINE_EXTERNALMODULE_H
