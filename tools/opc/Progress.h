//===- Progress.h - A sign of life for a person -----------------*- C++ -*-===//
//
// After two seconds, and only where a person looks on: a line on the terminal
// that counts seconds and disappears when the work is done.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TOOLS_OPC_PROGRESS_H
#define OPC_TOOLS_OPC_PROGRESS_H

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace opc::cli {

/// Writes to standard error. One that is closed or full changes nothing else.
void sayOnStderr(std::string_view text);

class Progress {
public:
  /// Nothing is shown unless `wanted`.
  Progress(const std::string &what, bool wanted);
  ~Progress();

private:
  void show();

  std::string what;
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::thread thread;
};

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_PROGRESS_H
