//===- main.cpp - The command line of opc ---------------------------------===//
//
// Thin: it links the runtime alone and opens the compiler, with LLVM behind it,
// only when something has to be compiled. So help is there at once, and running
// a compiled program costs what it would in any application.
//
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "Faults.h"
#include "opc/Runtime/Suggest.h"

#include <cstdio>
#include <fmt/format.h>
#include <sstream>
#include <unistd.h>

using namespace opc::cli;

/// Each line of the message says who speaks, so that it can be searched for.
static int fail(const Status &status) {
  bool color = isatty(STDERR_FILENO) != 0;
  std::istringstream lines(status.message());
  for (std::string line; std::getline(lines, line);)
    fmt::print(stderr, "opc: {}error:{} {}\n", color ? "\033[1;31m" : "",
               color ? "\033[0m" : "", line);
  return status.code();
}

static int finish(const Status &status) {
  if (!status.ok())
    return fail(status);
  // A full disk behind standard output shows here at the latest.
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    return fail(Status::input("standard output cannot be written"));
  return 0;
}

static bool asksForHelp(std::span<const char *const> words) {
  for (std::string_view word : words)
    if (word == "--help" || word == "-h")
      return true;
  return false;
}

static std::string versionText() {
  return fmt::format("opc {} (LLVM {}, built with {})\n", opc_version(),
                     OPC_LLVM_VERSION, __VERSION__);
}

int main(int argc, char **argv) {
  std::span<const char *const> words(argv + 1, argc > 0 ? argc - 1 : 0);
  if (words.empty()) {
    fmt::print(stderr, "{}", helpText());
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
    return fail(Status::usage(
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
