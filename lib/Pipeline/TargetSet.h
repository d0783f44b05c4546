//===- TargetSet.h - The chips that a program is compiled for ---*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_TARGETSET_H
#define OPC_LIB_PIPELINE_TARGETSET_H

#include "mlir/IR/BuiltinOps.h"
#include "opc/Runtime/Error.h"
#include "opc/Targets/Core/Target.h"
#include "llvm/ADT/SmallVector.h"

namespace opc {

/// On a module: the names of the chips that its kernels may be placed on, the
/// host's first. Absent where there is one.
inline constexpr llvm::StringLiteral kTargetsAttr = "opc.targets";

/// What "cpu+opencl:gpu" says.
struct TargetSet {
  /// The host's first, where there are several.
  llvm::SmallVector<const TargetDesc *> chips;

  /// One target, or several with '+' between: of these one, at most, is the
  /// host's, which is the processor at hand if none is said, and no device is
  /// named twice. All say how fast they are.
  static runtime::Status parse(llvm::StringRef text, TargetSet &set);
  /// Those of a module; empty where it has one.
  static llvm::FailureOr<TargetSet> of(mlir::ModuleOp module);

  const TargetDesc &whole() const { return *chips.front(); }
  bool isMixed() const { return chips.size() > 1; }
  /// Names in full, with '+' between: equal for equal sets.
  std::string name() const;
  /// Notes it on a module, whose target becomes the first.
  void stamp(mlir::ModuleOp module) const;
};

} // namespace opc

#endif // OPC_LIB_PIPELINE_TARGETSET_H
