//===- Child.h - Other programs that a command runs -------------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_CHILD_H
#define OPC_TOOLS_OPC_CHILD_H

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace opc::cli {

/// A folder for files that go when it does.
class ScratchFolder {
public:
  ScratchFolder();
  ScratchFolder(const ScratchFolder &) = delete;
  ~ScratchFolder();

  /// Empty where none could be made.
  std::filesystem::path path;
};

/// How a program has ended.
struct Ending {
  int code = 0;   ///< its exit code
  int signal = 0; ///< that has ended it, or 0
  bool started = true;

  bool ok() const { return started && code == 0 && signal == 0; }
};

/// Where a program of that name is on PATH; empty if nowhere.
std::string findProgram(const std::string &name);

/// Runs a program with the streams of this one, and with these variables added
/// to its environment. An interrupt goes to it alone, so that what it leaves
/// can be cleared away.
Ending runProgram(const std::vector<std::string> &words,
                  const std::map<std::string, std::string> &variables = {});

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_CHILD_H
