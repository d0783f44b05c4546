//===- Json.h - parts of an exported program --------------------*- C++ -*-===//
//
// Each gives null, or nothing, where a part is missing or of another kind; the
// caller says what that means.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_TORCH_READER_JSON_H
#define OPC_LIB_FRONTEND_TORCH_READER_JSON_H

#include "opc/Frontend/Graph/Objection.h"
#include "llvm/Support/JSON.h"

namespace opc::torch {

namespace json = llvm::json;
using graph::Objection;
using llvm::StringRef;

/// The value of a text; nothing with `error` where it is not JSON, or nests
/// deeper than any graph does.
std::optional<json::Value> parseJson(StringRef text, Objection &error);

/// A union: an object with one key that says which member it is.
struct Union {
  StringRef kind; ///< "" where it is none
  const json::Value *value = nullptr;

  static Union of(const json::Value *value);
  static Union of(const json::Object *object);
  explicit operator bool() const { return value != nullptr; }
  bool is(StringRef name) const { return kind == name; }
  const json::Object *object() const {
    return value ? value->getAsObject() : nullptr;
  }
  const json::Array *array() const {
    return value ? value->getAsArray() : nullptr;
  }
  /// The "name" of its value: as_tensor, as_token.
  StringRef name() const { return textOf("name"); }
  StringRef textOf(StringRef key) const;
};

/// Numbers; infinities and NaN are texts.
std::optional<double> realOf(const json::Value &value);

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_READER_JSON_H
