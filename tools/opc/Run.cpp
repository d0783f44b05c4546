//===- Run.cpp - opc run --------------------------------------------------===//
#include "FileNames.h"
#include "Inputs.h"
#include "RunOptions.h"
#include "Summary.h"

#include "opc/Runtime/Escape.h"
#include "opc/Runtime/Program.h"

#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

using namespace opc::cli;
using nlohmann::json;
namespace fs = std::filesystem;
namespace runtime = opc::runtime;

/// The files of the outputs, none of which is one that the command reads.
static Status outputPaths(const Arguments &arguments,
                          const opc_program *program,
                          std::vector<std::string> &paths) {
  std::vector<std::string> names;
  for (size_t i = 0; i < opc_num_outputs(program); ++i)
    names.push_back(opc_output_name(program, i));
  for (const std::string &file : fileNames(names)) {
    paths.push_back(fs::path(arguments.get("output")) / (file + ".npy"));
    if (Status status = checkOutput(arguments, paths.back()); !status.ok())
      return status;
  }
  return {};
}

/// Writes each output to a file of its own, and notes which in `outputs`.
static Status writeOutputs(const Arguments &arguments,
                           const opc_program *program,
                           const opc::Results &results, json &outputs) {
  std::vector<std::string> paths;
  if (Status status = outputPaths(arguments, program, paths); !status.ok())
    return status;
  std::string directory = arguments.get("output");
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    return Status::input(directory + ": " + error.message());
  for (size_t i = 0; i < paths.size(); ++i) {
    if (Status status = runtime::writeNpy(paths[i], results[i]); !status.ok())
      return status;
    outputs[i]["file"] = runtime::toText(paths[i]);
  }
  return {};
}

static json describe(const char *name, const opc_tensor &tensor) {
  Summary summary = summarize(tensor);
  json object = {
      {"name", name},
      {"dtype", opc_dtype_name(tensor.dtype)},
      {"shape", std::vector<int64_t>(tensor.dims, tensor.dims + tensor.rank)},
      {"not_finite", summary.notFinite}};
  if (summary.finite) {
    object["min"] = summary.least;
    object["max"] = summary.greatest;
    object["mean"] = summary.mean;
  }
  return object;
}

static std::string shown(const json &text) {
  return runtime::printable(text.get<std::string>(), runtime::shownBytes);
}

static void printText(const json &outputs) {
  for (const json &output : outputs) {
    fmt::print("{}: {}[{}]", shown(output["name"]),
               output["dtype"].get<std::string>(),
               fmt::join(output["shape"].get<std::vector<int64_t>>(), ", "));
    if (output.contains("min"))
      fmt::print("  min {:.6g}  max {:.6g}  mean {:.6g}",
                 output["min"].get<double>(), output["max"].get<double>(),
                 output["mean"].get<double>());
    if (int64_t count = output["not_finite"].get<int64_t>())
      fmt::print("  {} not finite", count);
    if (output.contains("file"))
      fmt::print("  in {}", shown(output["file"]));
    fmt::print("\n");
  }
}

/// Sets the threads where the user named some.
static Status setThreads(const Arguments &arguments, opc_program *program) {
  int64_t threads = 0;
  Status status = parseThreads(arguments, threads);
  if (!status.ok() || !threads)
    return status;
  return toStatus(opc_set_threads(program, static_cast<int>(threads)));
}

Status opc::cli::runCommand(const Arguments &arguments) {
  opc_program *opened = nullptr;
  if (Status status = openProgram(arguments, opened); !status.ok())
    return status;
  opc::Program program(opened);
  std::vector<runtime::NpyArray> arrays;
  opc_results *raw = nullptr;
  Status status = setThreads(arguments, opened);
  if (status.ok())
    status = makeInputs(arguments, opened, arrays);
  if (status.ok())
    status = runOnce(opened, arrays, &raw);
  if (!status.ok())
    return status;
  opc::Results results(raw);
  json outputs = json::array();
  for (size_t i = 0; i < program.numOutputs(); ++i)
    outputs.push_back(describe(opc_output_name(opened, i), results[i]));
  if (arguments.has("output"))
    status = writeOutputs(arguments, opened, results, outputs);
  if (!status.ok())
    return status;
  if (arguments.has("json"))
    fmt::print("{}\n", json{{"outputs", outputs}}.dump(2));
  else
    printText(outputs);
  return {};
}
