//===- main.cpp - The command line of opc ---------------------------------===//
//
// Thin: it links the runtime alone and opens the compiler, with LLVM behind it,
// only when something has to be compiled. So help is there at once, and running
// a compiled program costs what it would in any application.
//
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "CompilerLibrary.h"
#include "Ending.h"
#include "Faults.h"
#include "Progress.h"
#include "opc/Runtime/Escape.h"
#include "opc/Runtime/Suggest.h"

#include <fmt/format.h>

using namespace opc::cli;

/// The compiler is loaded for its build's id; without one the rest is true.
static std::string versionText() {
  const CompilerLibrary *library = nullptr;
  bool found = CompilerLibrary::get(library).ok();
  return fmt::format("opc {} (build {}, LLVM {}, built with {})\n",
                     opc_version(), found ? library->buildId() : "unknown",
                     OPC_LLVM_VERSION, __VERSION__);
}

static int runCommandLine(int argc, char **argv) {
  std::span<const char *const> words(argv + 1, argc > 0 ? argc - 1 : 0);
  if (words.empty()) {
    sayOnStderr(helpText());
    return OPC_ERROR_USAGE;
  }
  std::string_view first = words[0];
  if (first == "help" && words.size() > 1 && findCommand(words[1])) {
    fmt::print("{}", helpText(*findCommand(words[1])));
    return finish({});
  }
  if (first == "--help" || first == "-h" || first == "help") {
    fmt::print("{}", helpText());
    return finish({});
  }
  if (first == "--version") {
    fmt::print("{}", versionText());
    return finish({});
  }
  const Command *command = findCommand(first);
  if (!command)
    return finish(Status::usage(
        fmt::format("unknown command '{}'{}; see 'opc --help'", first,
                    opc::runtime::suggestion(first, commandNames()))));
  words = words.subspan(1);
  if (asksForHelp(words)) {
    fmt::print("{}", helpText(*command));
    return finish({});
  }
  reportFaults(argc, argv);
  Arguments arguments;
  Status status = parseArguments(*command, words, arguments);
  return finish(status.ok() ? command->run(arguments) : status);
}

int main(int argc, char **argv) {
  openStreams();
  return guarded([&] { return runCommandLine(argc, argv); });
}
