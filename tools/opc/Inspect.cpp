//===- Inspect.cpp - opc inspect ------------------------------------------===//
#include "CompileOptions.h"

#include "opc/Runtime/Artifact.h"

#include <cstring>
#include <fmt/ranges.h>

using namespace opc::cli;
using nlohmann::json;

/// "[2, batch, ?]", "[]" for a scalar, nothing where the rank is not known.
static std::string shapeOf(const json &tensor) {
  if (!tensor.contains("shape"))
    return "";
  std::vector<std::string> dims;
  for (const json &dim : tensor["shape"])
    dims.push_back(dim.is_string() ? dim.get<std::string>() : dim.dump());
  return fmt::format("[{}]", fmt::join(dims, ", "));
}

static void printTensors(const json &object, const char *key) {
  for (const json &tensor : object.value(key, json::array()))
    fmt::print("{:<8}{}: {}{}\n", std::string(key, 0, strlen(key) - 1),
               tensor.value("name", ""), tensor.value("dtype", "?"),
               shapeOf(tensor));
}

static void printModel(const json &model) {
  printTensors(model, "inputs");
  printTensors(model, "outputs");
  // items() refers to its object, which a loop does not keep.
  const json opsets = model.value("opsets", json::object());
  for (const auto &[domain, version] : opsets.items())
    fmt::print("opset   {} {}\n", domain.empty() ? "ai.onnx" : domain,
               version.dump());
  size_t total = 0, refused = 0;
  for (const json &node : model.value("nodes", json::array())) {
    ++total;
    const json &supported = node.value("supported", json(true));
    if (supported.is_boolean() && supported.get<bool>())
      continue;
    ++refused;
    fmt::print("not supported: {} ({}){}\n", node.value("name", ""),
               node.value("op", ""),
               supported.is_string() ? ": " + supported.get<std::string>()
                                     : "");
  }
  fmt::print("nodes   {}, {} of them not supported\n", total, refused);
}

static Status inspectModel(const Arguments &arguments) {
  const CompilerLibrary *library = nullptr;
  if (Status status = CompilerLibrary::get(library); !status.ok())
    return status;
  char *text = nullptr;
  Status status =
      toStatus(library->inspectModel(arguments.positional[0].c_str(), &text));
  if (!status.ok())
    return status;
  json model = json::parse(text);
  opc_free_data(text);
  if (arguments.has("json"))
    fmt::print("{}\n", model.dump(2));
  else
    printModel(model);
  return {};
}

static void printProgram(const json &manifest,
                         const opc::runtime::ArtifactInfo &info) {
  printTensors(manifest, "inputs");
  printTensors(manifest, "outputs");
  const json &target = manifest["target"];
  fmt::print("target  {}:{}, {}, {}\n", target.value("name", "?"),
             target.value("chip", "?"), info.machine,
             info.thisMachine ? "runs here" : "for another machine");
  fmt::print("opc     {}, build {}\n", manifest.value("opc", "?"),
             manifest.value("build", "?"));
  fmt::print("kernels {}, threads {}\n",
             manifest.value("kernels", json::array()).size(),
             manifest.value("threads", 1));
  fmt::print("bytes   {}, {} of them constants{}\n", info.fileBytes,
             manifest.value("constants_bytes", int64_t(0)),
             info.sealed ? "" : ", not sealed");
}

static Status inspectProgram(const Arguments &arguments) {
  opc::runtime::ArtifactInfo info;
  const std::string &path = arguments.positional[0];
  Status status = opc::runtime::inspectArtifact(path, info);
  if (!status.ok())
    return status;
  json manifest = json::parse(info.manifest, nullptr, /*exceptions=*/false);
  if (!manifest.is_object() || !manifest.contains("target"))
    return Status::input(path + ": its manifest is damaged");
  if (arguments.has("json")) {
    manifest["file_bytes"] = info.fileBytes;
    manifest["machine"] = info.machine;
    manifest["runs_here"] = info.thisMachine;
    manifest["sealed"] = info.sealed;
    fmt::print("{}\n", manifest.dump(2));
  } else {
    printProgram(manifest, info);
  }
  return {};
}

Status opc::cli::inspectCommand(const Arguments &arguments) {
  return isProgram(arguments.positional[0]) ? inspectProgram(arguments)
                                            : inspectModel(arguments);
}
