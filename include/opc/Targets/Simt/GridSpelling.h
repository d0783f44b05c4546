//===- GridSpelling.h - how a vendor's C spells kernels ---------*- C++ -*-===//
#ifndef OPC_TARGETS_SIMT_GRIDSPELLING_H
#define OPC_TARGETS_SIMT_GRIDSPELLING_H

#include "opc/Targets/Core/TargetDesc.h"
#include "opc/Targets/Source/Spelling.h"
#include "llvm/Support/Error.h"

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace opc::simt {

struct GridSpelling {
  source::Spelling c;
  llvm::StringLiteral kernel; ///< before a kernel's name
  llvm::StringLiteral group;  ///< of {0} items, before the name; a format
  llvm::StringLiteral global; ///< before the type of a pointer to tensors
  llvm::StringLiteral alone;  ///< a pointer that no other one aliases
  llvm::StringLiteral shared; ///< before the type of what a group shares
  llvm::StringLiteral item, itsGroup, groups; ///< numbers, as 64-bit integers
  llvm::StringLiteral barrier;
};

/// Those of languages that are C++ with qualifiers: all but `language`,
/// `suffix` and `header`.
extern const GridSpelling kDeviceCxx;

/// The kernels of a module (functions with opc.group, after opc.dtypes of fewer
/// bits are bits), as source. Fails, naming the op, where one has no spelling.
llvm::Expected<std::string> printSource(mlir::ModuleOp kernels,
                                        const GridSpelling &spelling,
                                        const TargetDesc &desc);

} // namespace opc::simt

#endif // OPC_TARGETS_SIMT_GRIDSPELLING_H
