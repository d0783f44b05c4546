//===- DeviceCode.h - kernels as a device's machine code --------*- C++ -*-===//
#ifndef OPC_TARGETS_SIMT_DEVICECODE_H
#define OPC_TARGETS_SIMT_DEVICECODE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/PatternMatch.h"
#include "opc/Targets/Core/TargetDesc.h"
#include "llvm/Support/Error.h"

namespace mlir {
class LLVMTypeConverter;
namespace LLVM {
class LLVMFuncOp;
} // namespace LLVM
} // namespace mlir

namespace opc::simt {

/// What differs between the code generators of LLVM for such devices.
struct CodeForm {
  /// Adds what becomes of dialect gpu.
  void (*populate)(mlir::LLVMTypeConverter &types,
                   mlir::RewritePatternSet &patterns);
  /// Says on a function that it is a kernel of groups of `items`.
  void (*mark)(mlir::LLVM::LLVMFuncOp kernel, int64_t items);
  /// What the device keeps in memory of its own, as its address spaces.
  unsigned sharedSpace, privateSpace;
  /// The result is text for an assembler, else an object.
  bool isText;
};

/// Target::emit of a vendor for whose chips LLVM generates code. Fails, naming
/// it, where a function is none that LLVM or this family has.
llvm::Error emitDeviceCode(mlir::ModuleOp kernels, const TargetDesc &desc,
                           const CodeForm &form,
                           llvm::SmallVectorImpl<char> &image);

} // namespace opc::simt

#endif // OPC_TARGETS_SIMT_DEVICECODE_H
