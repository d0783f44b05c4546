//===- Ending.cpp - How a command ends ------------------------------------===//
#include "Ending.h"
#include "Progress.h"

#include "opc/Runtime/Escape.h"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

using namespace opc::cli;

/// Opens the standard streams that the caller has closed. The next file that is
/// opened would have the number of one, and receive what is said there. Writing
/// to it fails as it would.
void opc::cli::openStreams() {
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

int opc::cli::finish(const Status &status) {
  // A full disk behind standard output shows here at the latest.
  bool written = std::fflush(stdout) == 0 && !std::ferror(stdout);
  if (!status.ok())
    return fail(status);
  if (!written)
    return fail(Status::input("standard output cannot be written"));
  return 0;
}

int opc::cli::guarded(const std::function<int()> &work) {
  try {
    return work();
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
