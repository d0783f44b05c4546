//===- Spelling.h - how a vendor's C spells numbers -------------*- C++ -*-===//
//
// Dialects of C differ in words, not in grammar: one printer serves all, and
// each vendor's folder has one of these.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_SOURCE_SPELLING_H
#define OPC_TARGETS_SOURCE_SPELLING_H

#include "llvm/ADT/StringRef.h"
#include <string>

namespace mlir {
class Type;
} // namespace mlir

namespace opc::source {

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
  llvm::StringLiteral function; ///< before the type of a function of numbers
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
  /// Before the names of C's functions of numbers, where these are helpers.
  llvm::StringLiteral math = "";
};

/// The name of a type of numbers, "?" for one that has none.
std::string nameOf(mlir::Type type, const Spelling &spelling);

} // namespace opc::source

#endif // OPC_TARGETS_SOURCE_SPELLING_H
