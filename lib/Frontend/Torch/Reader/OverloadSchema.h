//===- OverloadSchema.h - what an overload takes ----------------*- C++ -*-===//
//
// Graphs leave out arguments that have their default. What those are is said
// by torch's own declaration of an overload, which is the key of its row.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_TORCH_READER_OVERLOADSCHEMA_H
#define OPC_LIB_FRONTEND_TORCH_READER_OVERLOADSCHEMA_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/JSON.h"
#include <optional>

namespace opc::torch {

using llvm::StringRef;

struct Parameter {
  StringRef type, name;
  /// As graphs have arguments: {"as_int": 1}; nothing where it must be given.
  std::optional<llvm::json::Object> fallback;
  /// Letters of what a result shares memory with: "a" of Tensor(a).
  StringRef alias;
  bool isChanged = false; ///< Tensor(a!)
};

struct OverloadSchema {
  /// "aten.add.Tensor", "aten.relu.default".
  std::string name;
  llvm::SmallVector<Parameter, 6> parameters;
  /// Of each result, "" where it shares no memory.
  llvm::SmallVector<StringRef, 2> resultAliases;

  const Parameter *find(StringRef parameter) const;
};

/// Reads "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) ->
/// Tensor", whose parts it refers to.
OverloadSchema parseSchema(StringRef text);

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_READER_OVERLOADSCHEMA_H
