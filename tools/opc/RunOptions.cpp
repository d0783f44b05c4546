//===- RunOptions.cpp - Options of what runs a program --------------------===//
#include "RunOptions.h"

#include "opc/Runtime/Escape.h"

#include <filesystem>
#include <fmt/format.h>

using namespace opc::cli;
namespace runtime = opc::runtime;

Status opc::cli::parseThreads(const Arguments &arguments, int64_t &threads) {
  constexpr int64_t most = 1024; // of any program (opc-c/compiler.h)
  if (!arguments.has("threads"))
    return {};
  return parseNumber("threads", arguments.get("threads"), 1, most, threads);
}

Status opc::cli::parseDims(const Arguments &arguments,
                           std::map<std::string, int64_t> &dims) {
  for (const std::string &text : arguments.all("dim")) {
    std::string name, value;
    if (Status status = splitPair("dim", text, name, value); !status.ok())
      return status;
    name = runtime::toText(name);
    // No tensor has a larger extent.
    constexpr int64_t most = int64_t(1) << 40;
    int64_t extent = 0;
    Status status = parseNumber("dim " + name, value, 0, most, extent);
    if (!status.ok())
      return status;
    if (!dims.emplace(name, extent).second)
      return Status::usage(fmt::format("--dim {} is given twice", name));
  }
  return {};
}

bool opc::cli::isProgram(const std::string &path) {
  if (path.ends_with(".so"))
    return true;
  // Reading a pipe would take its first bytes away.
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return false;
  char magic[4] = {};
  if (FILE *file = std::fopen(path.c_str(), "rb")) {
    size_t count = std::fread(magic, 1, sizeof(magic), file);
    std::fclose(file);
    return count == sizeof(magic) && std::string_view(magic, sizeof(magic)) ==
                                         "\x7f"
                                         "ELF";
  }
  return false;
}

Status opc::cli::toStatus(opc_status code) {
  if (code == OPC_OK)
    return {};
  std::vector<runtime::Diagnostic> diagnostics =
      runtime::diagnosticsOf(opc_last_diagnostics());
  // Out of memory there is no room for more than a text.
  return diagnostics.empty() ? Status::input(opc_last_error())
                             : Status::of(std::move(diagnostics));
}
