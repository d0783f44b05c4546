//===- Diagnostic.cpp - What is wrong, as a line and as JSON --------------===//
#include "opc/Runtime/Diagnostic.h"
#include "opc/Runtime/Escape.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace opc::runtime;
using Json = nlohmann::json;

/// By Diagnostic::Code.
static constexpr const char *codeNames[] = {"invalid", "unsupported",
                                            "needs_value", "usage", "internal"};

std::string Diagnostic::why() const {
  if (nearest.empty())
    return reason;
  return reason + "; nearest supported form: " + nearest;
}

/// Takes off the front of `list` what comes before `separator`.
static std::string_view takeFirst(std::string_view &list,
                                  std::string_view separator) {
  size_t end = std::min(list.find(separator), list.size());
  std::string_view first = list.substr(0, end);
  list.remove_prefix(std::min(end + separator.size(), list.size()));
  return first;
}

/// "f32[3, 4], i64[1]".
static std::string typesText(const Diagnostic &d) {
  std::string text;
  std::string_view dtypes = d.dtype, shapes = d.shape;
  while (!dtypes.empty()) {
    text +=
        fmt::format("{}{}", text.empty() ? "" : ", ", takeFirst(dtypes, ", "));
    if (shapes.empty())
      continue;
    text += fmt::format("{}]", takeFirst(shapes, "]"));
    takeFirst(shapes, ", ");
  }
  return text;
}

/// "(Conv, domain ai.onnx, opset 18, f32[1, 3, 8, 8], f32[4, 3, 3, 3])".
static std::string operatorText(const Diagnostic &d) {
  std::string text = printable(d.op);
  if (!d.domain.empty())
    text += fmt::format(", domain {}, opset {}", printable(d.domain), d.opset);
  if (!d.dtype.empty())
    text += ", " + typesText(d);
  return "(" + text + ")";
}

std::string Diagnostic::line() const {
  std::string text = place.empty() ? "" : place + ": ";
  if (!subject.empty())
    text += fmt::format("{} '{}'{}: ", subject, printable(name, shownBytes),
                        op.empty() ? "" : " " + operatorText(*this));
  return text + why();
}

static opc_status statusOf(const Diagnostic &diagnostic) {
  switch (diagnostic.code) {
  case Diagnostic::Code::Usage:
    return OPC_ERROR_USAGE;
  case Diagnostic::Code::Internal:
    return OPC_ERROR_INTERNAL;
  default:
    return OPC_ERROR_INPUT;
  }
}

opc_status opc::runtime::statusOf(std::span<const Diagnostic> diagnostics) {
  opc_status gravest = OPC_OK;
  for (const Diagnostic &each : diagnostics)
    gravest = std::max(gravest, ::statusOf(each));
  return gravest;
}

struct Field {
  const char *key;
  std::string Diagnostic::*text;
};
static constexpr Field fields[] = {
    {"subject", &Diagnostic::subject}, {"name", &Diagnostic::name},
    {"op", &Diagnostic::op},           {"domain", &Diagnostic::domain},
    {"dtype", &Diagnostic::dtype},     {"shape", &Diagnostic::shape},
    {"place", &Diagnostic::place},     {"target", &Diagnostic::target},
    {"input", &Diagnostic::input},     {"reason", &Diagnostic::reason},
    {"nearest", &Diagnostic::nearest},
};

static Json toObject(const Diagnostic &d) {
  Json object = {{"code", codeNames[static_cast<size_t>(d.code)]},
                 {"message", toText(printable(d.line()))}};
  for (const Field &field : fields)
    if (const std::string &text = d.*field.text; !text.empty())
      object[field.key] = toText(text);
  if (!d.domain.empty())
    object["opset"] = d.opset;
  return object;
}

std::string opc::runtime::toJson(std::span<const Diagnostic> diagnostics) {
  Json all = Json::array();
  for (const Diagnostic &each : diagnostics)
    all.push_back(toObject(each));
  return all.dump();
}

static Diagnostic fromObject(const Json &object) {
  Diagnostic diagnostic;
  for (const Field &field : fields)
    diagnostic.*field.text = object.value(field.key, "");
  diagnostic.opset = object.value("opset", int64_t(0));
  const auto *code = std::ranges::find(
      codeNames, object.value("code", std::string("internal")),
      [](const char *name) { return std::string(name); });
  diagnostic.code = code == std::end(codeNames)
                        ? Diagnostic::Code::Internal
                        : Diagnostic::Code(code - std::begin(codeNames));
  return diagnostic;
}

std::vector<Diagnostic> opc::runtime::diagnosticsOf(std::string_view json) {
  std::vector<Diagnostic> diagnostics;
  try {
    for (const Json &object : Json::parse(json))
      diagnostics.push_back(fromObject(object));
  } catch (const Json::exception &error) {
    diagnostics.clear();
    diagnostics.push_back({Diagnostic::Code::Internal});
    diagnostics[0].reason = std::string("no diagnostics: ") + error.what();
  }
  return diagnostics;
}
