//===- Faults.cpp - A crash is one line and a file ------------------------===//
//
// A signal handler may do next to nothing, so all texts but the stack are made
// beforehand; it opens a file, writes, and leaves. It has a stack of its own,
// since running out of stack is one way to crash.
//
//===----------------------------------------------------------------------===//
#include "Faults.h"

#include "opc-c/opc.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <execinfo.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace {

// Made once and read by the handler.
std::string *fileName;
std::string *fallbackName;
std::string *contents;

struct Crash {
  int signal;
  const char *name;
};
constexpr Crash crashes[] = {{SIGSEGV, "SIGSEGV"},
                             {SIGBUS, "SIGBUS"},
                             {SIGILL, "SIGILL"},
                             {SIGFPE, "SIGFPE"},
                             {SIGABRT, "SIGABRT"}};

bool writeAll(int file, const char *text, size_t size) {
  return write(file, text, size) == static_cast<ssize_t>(size);
}

void say(int file, const char *text) {
  (void)writeAll(file, text, strlen(text));
}

int create(const std::string &name) {
  constexpr int flags = O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC;
  return open(name.c_str(), flags, 0666);
}

[[noreturn]] void leave(int) { _exit(OPC_ERROR_INTERNAL); }

void handle(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (const Crash &crash : crashes)
    sigaction(crash.signal, &action, nullptr);
}

/// What tells where it was: the addresses lie in files whose build ids say
/// which they are.
void writeStack(int file, int signal) {
  const char *name = "another signal";
  for (const Crash &crash : crashes)
    if (crash.signal == signal)
      name = crash.name;
  say(file, "signal: ");
  say(file, name);
  say(file, "\nstack:\n");
  constexpr int most = 64;
  void *frames[most];
  backtrace_symbols_fd(frames, backtrace(frames, most), file);
}

[[noreturn]] void onCrash(int signal) {
  // A damaged stack may crash again.
  handle(leave);
  const std::string *name = fileName;
  int file = create(*name);
  if (file < 0) {
    name = fallbackName;
    file = create(*name);
  }
  bool written =
      file >= 0 && writeAll(file, contents->data(), contents->size());
  std::string_view parts[] = {
      "opc: error: opc crashed; reproducer: ",
      written ? std::string_view(*name) : "(cannot be written)", "\n"};
  for (std::string_view part : parts)
    (void)writeAll(STDERR_FILENO, part.data(), part.size());
  if (written)
    writeStack(file, signal);
  leave(signal);
}

std::string machineText() {
  utsname system;
  if (uname(&system) != 0)
    return "unknown";
  return fmt::format("{} {} {}", system.sysname, system.release,
                     system.machine);
}

/// "file: NAME, N bytes" for each argument that is one: the model, arrays.
std::string filesText(int argc, char **argv) {
  std::string text;
  for (int i = 1; i < argc; ++i) {
    const char *equals = strrchr(argv[i], '=');
    struct stat status;
    for (const char *name :
         {static_cast<const char *>(argv[i]), equals ? equals + 1 : nullptr})
      if (name && stat(name, &status) == 0 && S_ISREG(status.st_mode))
        text += fmt::format("file: {}, {} bytes\n", name, status.st_size);
  }
  return text;
}

} // namespace

void opc::cli::addToFaultReport(const std::string &line) {
  if (contents)
    *contents += line + "\n";
}

void opc::cli::reportFaults(int argc, char **argv) {
  fileName = new std::string(fmt::format("opc-crash-{}.txt", getpid()));
  const char *temporary = std::getenv("TMPDIR");
  fallbackName = new std::string(fmt::format(
      "{}/{}", temporary && *temporary ? temporary : "/tmp", *fileName));
  contents = new std::string(
      fmt::format("opc {} crashed. Please report it with this file and the "
                  "model.\ncommand:",
                  opc_version()));
  for (int i = 0; i < argc; ++i)
    *contents += fmt::format(" '{}'", argv[i]);
  *contents +=
      fmt::format("\n{}machine: {}\n", filesText(argc, argv), machineText());
  // The first call loads what the handler could not.
  void *frame;
  (void)backtrace(&frame, 1);

  // A limit on the size of files is then an error of write, like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);

  constexpr size_t stackBytes = 64 * 1024;
  stack_t stack = {};
  stack.ss_sp = std::malloc(stackBytes);
  stack.ss_size = stackBytes;
  sigaltstack(&stack, nullptr);
  handle(onCrash);
}
