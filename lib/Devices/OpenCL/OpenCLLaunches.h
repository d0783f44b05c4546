//===- OpenCLLaunches.h - What was begun and may still fail -----*- C++ -*-===//
#ifndef OPC_LIB_DEVICES_OPENCL_OPENCLLAUNCHES_H
#define OPC_LIB_DEVICES_OPENCL_OPENCLLAUNCHES_H

#include "OpenCLLibrary.h"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace opc::devices {

/// The launches and copies that each thread has begun and not yet asked about.
class OpenCLLaunches {
public:
  explicit OpenCLLaunches(const OpenCLLibrary &cl) : cl(cl) {}

  /// Memory of the host's that a copy reads.
  using Memory = std::unique_ptr<char[]>;

  /// Takes over the event of a launch of this thread, or of a copy, with what
  /// that reads.
  void add(cl_event event, Memory memory = {});
  /// Waits for what this thread began, and says what the first that failed met.
  Failure settle();
  /// Whether something that this thread began has not ended yet.
  bool isBusy();

private:
  struct Begun {
    cl_event event;
    Memory memory;
  };
  using Events = std::deque<Begun>;

  cl_int statusOf(const Begun &begun);
  void dropEnded(Events &events, size_t kept);

  const OpenCLLibrary &cl;
  std::mutex mutex;
  std::map<std::thread::id, Events> begun;
};

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_OPENCL_OPENCLLAUNCHES_H
