//===- InspectCommand.cpp - opc inspect
//------------------------------------------===//
//
// What the libraries say about a file, as JSON or in lines. Programs may be
// forged and of any version, so nothing about their JSON is taken for granted.
//
//===----------------------------------------------------------------------===//
#include "CompileOptions.h"
#include "Progress.h"

#include "opc-c/inspect.h"
#include "opc/Runtime/Escape.h"

#include <cstdio>
#include <fmt/ranges.h>

using namespace opc::cli;
using nlohmann::json;

/// A value as text for a person.
static std::string shown(const json &value) {
  return opc::runtime::printable(value.is_string() ? value.get<std::string>()
                                                   : value.dump(),
                                 opc::runtime::shownBytes);
}

/// A member of an object; "?" where there is none.
static std::string shown(const json &object, const char *key) {
  auto found = object.find(key);
  return found == object.end() ? "?" : shown(*found);
}

static json listOf(const json &object, const char *key) {
  auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : json::array();
}

static json objectOf(const json &object, const char *key) {
  auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : json::object();
}

/// "[2, batch, ?]", "[]" for a scalar, nothing where the rank is not known.
static std::string shapeOf(const json &tensor) {
  if (!tensor.contains("shape"))
    return "";
  std::vector<std::string> dims;
  for (const json &dim : listOf(tensor, "shape"))
    dims.push_back(shown(dim));
  return fmt::format("[{}]", fmt::join(dims, ", "));
}

/// ", donated to 'y'" of an input whose memory an output is written to.
static std::string donationOf(const json &program, const json &tensor) {
  const json outputs = listOf(program, "outputs");
  auto taker = tensor.find("donated_to");
  if (taker == tensor.end() || !taker->is_number_unsigned() ||
      taker->get<uint64_t>() >= outputs.size())
    return "";
  return ", donated to " + shown(outputs[taker->get<uint64_t>()], "name");
}

static void printTensors(const json &object, const char *key,
                         const char *label) {
  for (const json &tensor : listOf(object, key))
    fmt::print("{:<8}{}: {}{}{}\n", label, shown(tensor, "name"),
               shown(tensor, "dtype"), shapeOf(tensor),
               donationOf(object, tensor));
}

/// What the model says of itself.
static void printMetadata(const json &metadata) {
  constexpr std::pair<const char *, const char *> rows[] = {
      {"graph", "graph"},     {"producer", "maker"}, {"domain", "domain"},
      {"version", "version"}, {"doc", "doc"},        {"graph_doc", "doc"}};
  for (auto [key, label] : rows) {
    if (!metadata.contains(key))
      continue;
    bool maker = std::string_view(key) == "producer" &&
                 metadata.contains("producer_version");
    fmt::print("{:<8}{}{}\n", label, shown(metadata, key),
               maker ? " " + shown(metadata, "producer_version") : "");
  }
  const json properties = objectOf(metadata, "metadata");
  for (const auto &[key, value] : properties.items())
    fmt::print("has     {}: {}\n", shown(json(key)), shown(value));
}

static void printModel(const json &model) {
  printTensors(model, "inputs", "input");
  printTensors(model, "outputs", "output");
  // items() refers to its object, which a loop does not keep.
  const json opsets = objectOf(model, "opsets");
  for (const auto &[domain, version] : opsets.items())
    fmt::print("opset   {} {}\n", opc::runtime::printable(domain),
               version.dump());
  printMetadata(objectOf(model, "model"));
  size_t total = 0, refused = 0;
  for (const json &node : listOf(model, "nodes")) {
    ++total;
    refused += node.value("supported", json()) != json(true);
  }
  if (refused == 0 && !model.value("supported", false))
    fmt::print("nodes   {}, in a model that is not supported\n", total);
  else
    fmt::print("nodes   {}, {} of them not supported\n", total, refused);
}

/// The verdict is that of `opc compile`, in its words.
static Status verdictOn(const std::string &path, const json &model) {
  if (model.value("supported", false))
    return {};
  auto diagnostics =
      opc::runtime::diagnosticsOf(listOf(model, "diagnostics").dump());
  return diagnostics.empty() ? Status::input(path + ": is not supported")
                             : Status::of(std::move(diagnostics));
}

static Status inspectModel(const Arguments &arguments) {
  json options;
  if (Status status = compileOptions(arguments, options); !status.ok())
    return status;
  const CompilerLibrary *library = nullptr;
  if (Status status = CompilerLibrary::get(library); !status.ok())
    return status;
  const std::string &path = arguments.positional[0];
  char *text = nullptr;
  opc_model model = {};
  model.path = path.c_str();
  {
    Progress progress("inspecting " + path, !arguments.has("verbose"));
    Status status =
        toStatus(library->inspectModel(&model, options.dump().c_str(), &text));
    if (!status.ok())
      return status;
  }
  json found = json::parse(text);
  opc_free_data(text);
  if (arguments.has("json"))
    fmt::print("{}\n", found.dump(2));
  else
    printModel(found);
  std::fflush(stdout); // before the reasons of a refusal
  return verdictOn(path, found);
}

static void printProgram(const json &program) {
  printTensors(program, "inputs", "input");
  printTensors(program, "outputs", "output");
  printMetadata(objectOf(program, "model"));
  const json target = objectOf(program, "target");
  bool here = program.value("runs_here", false);
  fmt::print("target  {}:{}, {}, {}\n", shown(target, "name"),
             shown(target, "chip"), shown(program, "machine"),
             here ? "runs here"
                  : "does not run here: " +
                        opc::runtime::printable(program.value("missing", "")));
  fmt::print("opc     {}, build {}\n", shown(program, "opc"),
             shown(program, "build"));
  fmt::print("kernels {}, threads {}\n", listOf(program, "kernels").size(),
             shown(program, "threads"));
  fmt::print("bytes   {}, {} of them constants{}\n",
             shown(program, "file_bytes"), shown(program, "constants_bytes"),
             program.value("sealed", false) ? "" : ", not sealed");
}

static Status inspectProgram(const Arguments &arguments) {
  const std::string &path = arguments.positional[0];
  for (const char *option : {"target", "dim", "only", "donate"})
    if (arguments.has(option))
      return Status::usage(fmt::format(
          "--{} is for models: {} is compiled already", option, path));
  char *text = nullptr;
  Status status = toStatus(opc_inspect_program(path.c_str(), &text));
  if (!status.ok())
    return status;
  json program = json::parse(text);
  opc_free_data(text);
  if (arguments.has("json"))
    fmt::print("{}\n", program.dump(2));
  else
    printProgram(program);
  return {};
}

Status opc::cli::inspectCommand(const Arguments &arguments) {
  return isProgram(arguments.positional[0]) ? inspectProgram(arguments)
                                            : inspectModel(arguments);
}
