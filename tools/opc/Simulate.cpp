//===- Simulate.cpp - opc simulate ----------------------------------------===//
//
// Compiles a kernel with its host program against the headers of
// include/opc-sim and runs it on this processor. What the headers see is in
// docs/Simulators.md.
//
//===----------------------------------------------------------------------===//
#include "Child.h"
#include "LaunchRewriter.h"
#include "Progress.h"
#include "SimulatedApis.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <iterator>
#include <unistd.h>

using namespace opc::cli;
namespace fs = std::filesystem;

/// An option that the simulation reads as a variable.
struct Setting {
  const char *option, *variable;
};
static constexpr Setting kSettings[] = {
    {"mode", "OPCSIM_MODE"},     {"seed", "OPCSIM_SEED"},
    {"wave", "OPCSIM_WAVE"},     {"chip", "OPCSIM_CHIP"},
    {"faults", "OPCSIM_FAULTS"}, {"deadlock", "OPCSIM_DEADLOCK_SECONDS"},
    {"trace", "OPCSIM_TRACE"},
};

/// What the program of a simulation exits with where it has seen a fault
/// (opc-sim/core/Faults.h).
static constexpr int kFaultExit = 66;

static Status findCompiler(std::string &compiler) {
  const char *chosen = std::getenv("OPC_CLANGXX");
  for (const char *name : {chosen, "clang++-22", "clang++"}) {
    if (!name || !*name)
      continue;
    compiler = findProgram(name);
    if (!compiler.empty())
      return {};
    if (name == chosen)
      return Status::input(
          fmt::format("there is no program {} (OPC_CLANGXX)", name));
  }
  return Status::input("a simulation is compiled by clang++, and there is none "
                       "on PATH: install clang 22, or name one in OPC_CLANGXX");
}

static Status run(const std::vector<std::string> &words,
                  const std::string &kernel) {
  Ending ending = runProgram(words);
  if (ending.ok())
    return {};
  if (ending.signal)
    return Status::input(fmt::format("{}: {} was ended by {}", kernel, words[0],
                                     strsignal(ending.signal)));
  return Status::input(
      fmt::format("{} does not compile (exit code {})", kernel, ending.code));
}

/// The options of the API, its headers and the user's own options.
static std::vector<std::string> kernelOptions(const SimulatedApi &api,
                                              const std::string &kernel,
                                              const Arguments &arguments) {
  std::vector<std::string> words = api.compile;
  words.push_back("-I" + (api.include / "opc-sim" / api.name).string());
  words.push_back("-I" + api.include.string());
  words.push_back("-iquote" + fs::absolute(kernel).parent_path().string());
  for (const std::string &header : api.headers) {
    words.push_back("-include");
    words.push_back(header);
  }
  for (const std::string &option : arguments.all("compiler-option"))
    words.push_back(option);
  words.push_back("-x");
  words.push_back(fs::path(kernel).extension() == ".c" ? "c" : "c++");
  return words;
}

/// Compiles without the libraries of the sanitizers, whose functions the
/// headers bring: so options for compiling are not those for linking.
static Status build(const SimulatedApi &api, const std::string &kernel,
                    const Arguments &arguments, const fs::path &folder,
                    const fs::path &program) {
  std::string compiler;
  if (Status status = findCompiler(compiler); !status.ok())
    return status;
  fs::path source, object = folder / "kernel.o";
  if (Status status = rewriteKernel(kernel, folder, source); !status.ok())
    return status;
  std::vector<std::string> words = kernelOptions(api, kernel, arguments);
  words.insert(words.begin(), compiler);
  bool shared = arguments.has("shared");
  if (shared)
    words.push_back("-fPIC");
  words.insert(words.end(), {"-c", source.string(), "-o", object.string()});
  Progress progress("compiling " + kernel, true);
  if (Status status = run(words, kernel); !status.ok())
    return status;
  words = {compiler, object.string()};
  if (!api.sources.empty())
    words.insert(words.end(), {"-std=c++20", "-O1"});
  words.insert(words.end(), api.sources.begin(), api.sources.end());
  words.insert(words.end(), {"-o", program.string()});
  std::ranges::remove_copy_if(
      api.link, std::back_inserter(words),
      [&](const std::string &word) { return shared && word == "-no-pie"; });
  // What was seen is told when the process ends, also of a library.
  if (shared)
    words.insert(words.end(), {"-fPIC", "-shared", "-Wl,-z,nodelete"});
  return run(words, kernel);
}

static Status execute(const Arguments &arguments, const fs::path &program,
                      const std::string &kernel) {
  std::map<std::string, std::string> variables;
  for (const auto &[option, variable] : kSettings)
    if (arguments.has(option))
      variables[variable] = arguments.get(option);
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.positional.begin() + 1,
               arguments.positional.end());
  Ending ending = runProgram(words, variables);
  if (ending.ok())
    return {};
  if (ending.signal)
    return Status::input(fmt::format("{} was ended by signal {} ({})", kernel,
                                     ending.signal, strsignal(ending.signal)));
  if (ending.code == kFaultExit)
    return Status::input(kernel + " has the faults that are told above");
  return Status::input(
      fmt::format("{} ended with exit code {}", kernel, ending.code));
}

Status opc::cli::simulateCommand(const Arguments &arguments) {
  const std::string &kernel = arguments.positional[0];
  if (arguments.has("shared") && !arguments.has("output"))
    return Status::usage("a shared library is not run: name a file with "
                         "--output");
  int64_t seed = 0;
  if (Status status =
          parseNumber("seed", arguments.get("seed", "1"), 0, INT64_MAX, seed);
      !status.ok())
    return status;
  SimulatedApi api;
  if (Status status = chooseApi(arguments.get("api"), kernel, api);
      !status.ok())
    return status;
  ScratchFolder folder;
  if (folder.path.empty())
    return Status::input(
        fmt::format("no folder for temporary files: {}", strerror(errno)));
  fs::path program = arguments.get("output", folder.path / "kernel");
  if (Status status = build(api, kernel, arguments, folder.path, program);
      !status.ok())
    return status;
  if (arguments.has("output"))
    return {};
  return execute(arguments, program, kernel);
}
