//===- Spelling.h - how a vendor's C spells what kernels say ----*- C++ -*-===//
//
// The dialects of C for SIMT processors differ in words, not in grammar: one
// printer serves all, and each vendor's folder has one of these.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_SIMT_SPELLING_H
#define OPC_TARGETS_SIMT_SPELLING_H

#include "opc/Targets/Core/TargetDesc.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace mlir {
class ModuleOp;
class Type;
} // namespace mlir

namespace opc::simt {

/// Names of integers of 8, 16, 32 and 64 bits.
struct IntegerNames {
  llvm::StringLiteral names[4];
};

struct Spelling {
  llvm::StringLiteral language; ///< for messages
  llvm::StringLiteral suffix;   ///< of a file
  llvm::StringLiteral header;   ///< what comes first: headers, extensions
  /// The helpers that generated code calls: opc_maximum, opc_select, vectors.
  llvm::StringLiteral prelude;
  llvm::StringLiteral kernel;   ///< before a kernel's name
  llvm::StringLiteral function; ///< before the type of another function
  llvm::StringLiteral group;    ///< of {0} items, before the name; a format
  llvm::StringLiteral global;   ///< before the type of a pointer to tensors
  llvm::StringLiteral alone;    ///< a pointer that no other one aliases
  llvm::StringLiteral shared;   ///< before the type of what a group shares
  llvm::StringLiteral item, itsGroup, groups; ///< numbers, as 64-bit integers
  llvm::StringLiteral barrier;
  IntegerNames integers, unsignedIntegers;
  llvm::StringLiteral longSuffix; ///< of a 64-bit literal
  llvm::StringLiteral vectorType; ///< a format: {0} the lanes' type, {1} lanes
  /// Formats: {0} the type, {1} the value.
  llvm::StringLiteral bits;  ///< the same bits as another type
  llvm::StringLiteral splat; ///< a vector of equal lanes
  llvm::StringLiteral lane;  ///< lane {1} of vector {0}
  /// Formats: {0} lanes, {1} the address, {2} what is written.
  llvm::StringLiteral vectorLoad, vectorStore;
  llvm::StringLiteral exchange; ///< writes {1} to *{0}, gives what was there
};

/// The name of a type of numbers, "?" for one that has none.
std::string nameOf(mlir::Type type, const Spelling &spelling);

/// Those of languages that are C++ with qualifiers: all but `language`,
/// `suffix` and `header`.
extern const Spelling kDeviceCxx;

/// The kernels of a module (functions with opc.group, after opc.dtypes of fewer
/// bits are bits), as source. Fails, naming the op, where one has no spelling.
llvm::Expected<std::string> printSource(mlir::ModuleOp kernels,
                                        const Spelling &spelling,
                                        const TargetDesc &desc);

} // namespace opc::simt

#endif // OPC_TARGETS_SIMT_SPELLING_H
