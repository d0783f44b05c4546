//===- OpenCLLaunches.h - Launches that may still fail ----------*- C++ -*-===//
#ifndef OPC_LIB_DEVICES_OPENCL_OPENCLLAUNCHES_H
#define OPC_LIB_DEVICES_OPENCL_OPENCLLAUNCHES_H

#include "OpenCLLibrary.h"

#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace opc::devices {

/// The launches that each thread has begun and not yet asked about.
class OpenCLLaunches {
public:
  explicit OpenCLLaunches(const OpenCLLibrary &cl) : cl(cl) {}

  /// Takes over the event of a launch of this thread.
  void add(cl_event event);
  /// Waits for the launches of this thread, and says what the first of them
  /// that failed met.
  Failure settle();

private:
  using Events = std::deque<cl_event>;

  cl_int statusOf(cl_event event);

  const OpenCLLibrary &cl;
  std::mutex mutex;
  std::map<std::thread::id, Events> begun;
};

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_OPENCL_OPENCLLAUNCHES_H
