//===- Targets.cpp - opc targets ------------------------------------------===//
#include "CompileOptions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace opc::cli;
using nlohmann::json;

static std::string chipNote(const json &target, const json &chip) {
  if (target.value("host", "") == chip.value("name", "?"))
    return " (this machine)";
  if (chip["runs_here"])
    return "";
  return " (needs " + chip.value("missing", "") + ")";
}

Status opc::cli::targetsCommand(const Arguments &arguments) {
  const CompilerLibrary *library = nullptr;
  if (Status status = CompilerLibrary::get(library); !status.ok())
    return status;
  char *text = nullptr;
  if (Status status = toStatus(library->targets(&text)); !status.ok())
    return status;
  json targets = json::parse(text);
  opc_free_data(text);
  if (arguments.has("json")) {
    fmt::print("{}\n", targets.dump(2));
    return {};
  }
  size_t width = 0;
  for (const json &target : targets["targets"])
    for (const json &chip : target["chips"])
      width =
          std::max(width, chip["name"].get_ref<const std::string &>().size());
  for (const json &target : targets["targets"]) {
    fmt::print("{}: {}\n", target["name"].get<std::string>(),
               target["summary"].get<std::string>());
    for (const json &chip : target["chips"])
      fmt::print("  {}:{:<{}}  {}{}\n", target["name"].get<std::string>(),
                 chip["name"].get<std::string>(), width,
                 chip["summary"].get<std::string>(), chipNote(target, chip));
  }
  fmt::print(
      "sim:TARGET[:CHIP]: the same, simulated, with TARGET one of {}\n",
      fmt::join(targets["simulated"].get<std::vector<std::string>>(), ", "));
  return {};
}
