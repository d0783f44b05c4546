//===- Child.cpp - Other programs that a command runs ---------------------===//
#include "Child.h"

#include <csignal>
#include <cstdlib>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace opc::cli;
namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
  std::error_code error;
  std::string name = fs::temp_directory_path(error) / "opc-simulate-XXXXXX";
  if (mkdtemp(name.data()))
    path = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code error;
  if (!path.empty())
    fs::remove_all(path, error);
}

std::string opc::cli::findProgram(const std::string &name) {
  if (name.find('/') != std::string::npos)
    return access(name.c_str(), X_OK) == 0 ? name : "";
  const char *path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (std::string file = folder + "/" + name; access(file.c_str(), X_OK) == 0)
      return file;
  return "";
}

namespace {

/// This process lives on where the terminal interrupts the child.
class IgnoredInterrupts {
public:
  IgnoredInterrupts() {
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    for (size_t i = 0; i != std::size(kSignals); ++i)
      sigaction(kSignals[i], &ignore, &before[i]);
  }
  ~IgnoredInterrupts() { restore(); }
  void restore() {
    for (size_t i = 0; i != std::size(kSignals); ++i)
      sigaction(kSignals[i], &before[i], nullptr);
  }

private:
  static constexpr int kSignals[] = {SIGINT, SIGQUIT};
  struct sigaction before[std::size(kSignals)] = {};
};

} // namespace

Ending
opc::cli::runProgram(const std::vector<std::string> &words,
                     const std::map<std::string, std::string> &variables) {
  std::vector<char *> argv;
  for (const std::string &word : words)
    argv.push_back(const_cast<char *>(word.c_str()));
  argv.push_back(nullptr);
  constexpr int kNotStarted = 127;
  IgnoredInterrupts interrupts;
  pid_t child = fork();
  if (child == 0) {
    interrupts.restore();
    for (const auto &[name, value] : variables)
      setenv(name.c_str(), value.c_str(), 1);
    execv(argv[0], argv.data());
    _exit(kNotStarted);
  }
  int state = 0;
  while (child > 0 && waitpid(child, &state, 0) < 0)
    if (errno != EINTR)
      break;
  if (child < 0)
    return {.started = false};
  if (WIFSIGNALED(state))
    return {.signal = WTERMSIG(state)};
  return {.code = WEXITSTATUS(state)};
}
