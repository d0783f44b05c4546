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
#include <thread>

namespace opc::cli {

class Progress {
public:
  explicit Progress(std::string what);
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
