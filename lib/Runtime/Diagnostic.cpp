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

/// "(Conv, domain ai.onnx, opset 18, f32, f32)".
static std::string operatorText(const Diagnostic &d) {
  std::string text = printable(d.op);
  if (!d.domain.empty())
    text += fmt::format(", domain {}, opset {}", printable(d.domain), d.opset);
  if (!d.dtype.empty())
    text += ", " + d.dtype;
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
    {"dtype", &Diagnostic::dtype},     {"place", &Diagnostic::place},
    {"target", &Diagnostic::target},   {"input", &Diagnostic::input},
    {"reason", &Diagnostic::reason},   {"nearest", &Diagnostic::nearest},
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
