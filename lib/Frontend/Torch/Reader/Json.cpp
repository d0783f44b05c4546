//===- Json.cpp - parts of an exported program ----------------------------===//
#include "Json.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using llvm::formatv;

namespace opc::torch {

/// LLVM's parser calls itself for each level.
static bool nestsTooDeep(StringRef text) {
  constexpr int kDeepest = 500;
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (quoted && c == '\\')
      ++i;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '[' || c == '{') && ++depth > kDeepest)
      return true;
    else if (!quoted && (c == ']' || c == '}'))
      --depth;
  }
  return false;
}

std::optional<json::Value> parseJson(StringRef text, Objection &error) {
  if (nestsTooDeep(text)) {
    error = "nests too deep";
    return std::nullopt;
  }
  llvm::Expected<json::Value> value = json::parse(text);
  if (value)
    return std::move(*value);
  error = "is no JSON: " + graph::printable(toString(value.takeError()));
  return std::nullopt;
}

Union Union::of(const json::Value *value) {
  return of(value ? value->getAsObject() : nullptr);
}

Union Union::of(const json::Object *object) {
  Union result;
  if (object && object->size() == 1) {
    result.kind = object->begin()->first;
    result.value = &object->begin()->second;
  }
  return result;
}

StringRef Union::textOf(StringRef key) const {
  const json::Object *parts = object();
  return parts ? parts->getString(key).value_or("") : "";
}

std::optional<double> realOf(const json::Value &value) {
  if (std::optional<double> number = value.getAsNumber())
    return number;
  std::optional<StringRef> text = value.getAsString();
  if (!text)
    return std::nullopt;
  if (*text == "Infinity")
    return INFINITY;
  if (*text == "-Infinity")
    return -INFINITY;
  return *text == "NaN" ? std::optional(NAN) : std::nullopt;
}

} // namespace opc::torch
