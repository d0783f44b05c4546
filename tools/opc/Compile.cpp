//===- Compile.cpp - opc compile, and what other commands compile ---------===//
#include "CompileOptions.h"
#include "Progress.h"

#include "opc/Runtime/Escape.h"

#include <fmt/format.h>

using namespace opc::cli;
using nlohmann::json;
namespace runtime = opc::runtime;

/// All --donate INPUT[=OUTPUT].
static void parseDonations(const Arguments &arguments, json &options) {
  for (const std::string &text : arguments.all("donate")) {
    size_t equals = text.rfind('=');
    json input = runtime::toText(text.substr(0, equals));
    if (equals == std::string::npos)
      options["donate"].push_back(input);
    else
      options["donate"].push_back(
          {input, runtime::toText(text.substr(equals + 1))});
  }
}

Status opc::cli::compileOptions(const Arguments &arguments, json &options) {
  options = json::object();
  constexpr std::pair<const char *, const char *> texts[] = {
      {"target", "target"},
      {"emit", "emit"},
      {"stop-after", "stop_after"},
      {"dump-stages", "dump_stages"}};
  for (auto [name, key] : texts) {
    std::string text = arguments.get(name);
    if (!runtime::isText(text))
      return Status::usage(
          fmt::format("--{} is '{}', which is no UTF-8", name, text));
    if (!text.empty())
      options[key] = text;
  }
  if (arguments.has("verify-each"))
    options["verify_each"] = true;
  if (arguments.has("verbose"))
    options["progress"] = true;
  if (arguments.has("explain"))
    options["explain"] = true;
  if (arguments.has("no-cache"))
    options["cache"] = false;
  for (const std::string &name : arguments.all("only"))
    options["outputs"].push_back(runtime::toText(name));
  parseDonations(arguments, options);
  int64_t threads = 0;
  if (Status status = parseThreads(arguments, threads); !status.ok())
    return status;
  if (threads)
    options["threads"] = threads;
  std::map<std::string, int64_t> dims;
  if (Status status = parseDims(arguments, dims); !status.ok())
    return status;
  if (!dims.empty())
    options["dims"] = dims;
  return {};
}

Status opc::cli::compileCommand(const Arguments &arguments) {
  std::string output = arguments.get("output");
  if (arguments.has("stop-after") && arguments.get("emit", "mlir") != "mlir")
    return Status::usage(fmt::format("--stop-after prints mlir: it excludes "
                                     "--emit {}",
                                     arguments.get("emit")));
  std::string emit = arguments.get("emit", "so");
  bool text = arguments.has("stop-after") ||
              (emit != "so" && emit != "exe" && emit != "obj");
  if (output.empty() && !text)
    return Status::usage(
        "--output is missing: say where the result goes, as in "
        "-o model.so");
  json options;
  if (Status status = compileOptions(arguments, options); !status.ok())
    return status;
  const CompilerLibrary *library = nullptr;
  if (Status status = CompilerLibrary::get(library); !status.ok())
    return status;
  Progress progress("compiling " + arguments.positional[0],
                    !arguments.has("verbose") && !arguments.has("explain"));
  opc_model model = {};
  model.path = arguments.positional[0].c_str();
  return toStatus(library->compileFile(
      &model, output.empty() ? "-" : output.c_str(), options.dump().c_str()));
}

Status opc::cli::openProgram(const Arguments &arguments,
                             opc_program *&program) {
  const std::string &path = arguments.positional[0];
  if (isProgram(path)) {
    for (const char *option : {"target", "only"})
      if (arguments.has(option))
        return Status::usage(fmt::format(
            "--{} is for models: {} is compiled already", option, path));
    Progress progress("loading " + path, true);
    return toStatus(opc_load(path.c_str(), &program));
  }
  json options;
  if (Status status = compileOptions(arguments, options); !status.ok())
    return status;
  // IR keeps its symbols: the extents are those of this run alone.
  if (path.ends_with(".mlir"))
    options.erase("dims");
  const CompilerLibrary *library = nullptr;
  if (Status status = CompilerLibrary::get(library); !status.ok())
    return status;
  Progress progress("compiling " + path, !arguments.has("verbose"));
  opc_model model = {};
  model.path = path.c_str();
  return toStatus(library->compile(&model, options.dump().c_str(), &program));
}
