//===- main.cpp - The command line of opc ---------------------------------===//
//
// Thin: it links the runtime alone and opens the compiler, with LLVM behind it,
// only when something has to be compiled. So help is there at once, and running
// a compiled program costs what it would in any application.
//
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "CompilerLibrary.h"
#include "Faults.h"
#include "Progress.h"
#include "opc/Runtime/Escape.h"
#include "opc/Runtime/Suggest.h"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

using namespace opc::cli;

/// Opens the standard streams that the caller has closed. The next file that is
/// opened would have the number of one, and receive what is said there. Writing
/// to it fails as it would.
static void openStreams() {
  for (int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) < 0)
      (void)!open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/// On a terminal that knows colours, unless the user wants none
/// (https://no-color.org).
static bool wantsColor() {
  auto is = [](const char *name, std::string_view value) {
    const char *text = std::getenv(name);
    return text && text == value;
  };
  const char *without = std::getenv("NO_COLOR");
  return isatty(STDERR_FILENO) != 0 && !(without && *without) &&
         !is("TERM", "dumb");
}

/// For programs that call this one: OPC_DIAGNOSTICS=json.
static bool wantsJson() {
  const char *form = std::getenv("OPC_DIAGNOSTICS");
  return form && std::string_view(form) == "json";
}

/// Each line of the message says who speaks, so that it can be searched for.
static int fail(const Status &status) {
  if (wantsJson()) {
    sayOnStderr(opc::runtime::toJson(status.diagnostics()) + "\n");
    return status.code();
  }
  bool color = wantsColor();
  for (const Diagnostic &diagnostic : status.diagnostics())
    sayOnStderr(fmt::format("opc: {}error:{} {}\n", color ? "\033[1;31m" : "",
                            color ? "\033[0m" : "",
                            opc::runtime::printable(diagnostic.line())));
  return status.code();
}

static int finish(const Status &status) {
  // A full disk behind standard output shows here at the latest.
  bool written = std::fflush(stdout) == 0 && !std::ferror(stdout);
  if (!status.ok())
    return fail(status);
  if (!written)
    return fail(Status::input("standard output cannot be written"));
  return 0;
}

static bool asksForHelp(std::span<const char *const> words) {
  for (std::string_view word : words)
    if (word == "--help" || word == "-h")
      return true;
  return false;
}

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

int main(int argc, char **argv) {
  openStreams();
  try {
    return runCommandLine(argc, argv);
  } catch (const std::bad_alloc &) {
    sayOnStderr("opc: error: out of memory\n");
    return OPC_ERROR_INPUT;
  } catch (const std::exception &error) {
    // What prints throws where standard output cannot be written.
    if (std::ferror(stdout))
      return finish({});
    return fail(Status::internal(std::string("unexpected: ") + error.what()));
  }
}
