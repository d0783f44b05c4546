//===- Faults.cpp - A crash is one line and a file ------------------------===//
//
// A signal handler may do next to nothing, so all texts are made beforehand; it
// opens a file, writes, and leaves. It has a stack of its own, since running
// out of stack is one way to crash.
//
//===----------------------------------------------------------------------===//
#include "Faults.h"

#include "opc-c/opc.h"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <string>
#include <unistd.h>

namespace {

// Made once and read by the handler.
std::string *fileName;
std::string *fallbackName;
std::string *contents;

int writeAll(int file, const std::string &text) {
  return write(file, text.data(), text.size()) ==
                 static_cast<ssize_t>(text.size())
             ? 0
             : -1;
}

void say(const char *text) {
  size_t size = 0;
  while (text[size])
    ++size;
  if (write(STDERR_FILENO, text, size) < 0)
    return;
}

void onCrash(int) {
  const std::string *name = fileName;
  int file = open(name->c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (file < 0) {
    name = fallbackName;
    file = open(name->c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  }
  say("opc: error: opc crashed; reproducer: ");
  say(file >= 0 && writeAll(file, *contents) == 0 ? name->c_str()
                                                  : "(cannot be written)");
  say("\n");
  _exit(OPC_ERROR_INTERNAL);
}

} // namespace

void opc::cli::reportFaults(int argc, char **argv) {
  fileName = new std::string(fmt::format("opc-crash-{}.txt", getpid()));
  const char *temporary = std::getenv("TMPDIR");
  fallbackName = new std::string(
      fmt::format("{}/{}", temporary ? temporary : "/tmp", *fileName));
  contents = new std::string(
      fmt::format("opc {} crashed. Please report it with this file and the "
                  "model.\ncommand:",
                  opc_version()));
  for (int i = 0; i < argc; ++i)
    *contents += fmt::format(" '{}'", argv[i]);
  *contents += "\n";

  // A limit on the size of files is then an error of write, like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);

  constexpr size_t stackBytes = 64 * 1024;
  stack_t stack = {};
  stack.ss_sp = std::malloc(stackBytes);
  stack.ss_size = stackBytes;
  sigaltstack(&stack, nullptr);
  struct sigaction action = {};
  action.sa_handler = onCrash;
  action.sa_flags = SA_ONSTACK | static_cast<int>(SA_RESETHAND);
  for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT})
    sigaction(signal, &action, nullptr);
}
