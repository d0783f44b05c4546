//===- OpenCLLaunches.cpp - Launches that may still fail ------------------===//
#include "OpenCLLaunches.h"

using namespace opc::devices;

/// CL_COMPLETE, more while the launch has not ended, less if it failed.
cl_int OpenCLLaunches::statusOf(cl_event event) {
  cl_int status = 0;
  cl_int code = cl.getEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS,
                                sizeof(status), &status, nullptr);
  return code == CL_SUCCESS ? status : code;
}

void OpenCLLaunches::add(cl_event event) {
  std::lock_guard<std::mutex> lock(mutex);
  Events &mine = begun[std::this_thread::get_id()];
  mine.push_back(event);
  // What has ended well needs no asking: a program of any length keeps few.
  while (statusOf(mine.front()) == CL_COMPLETE && mine.size() > 1) {
    cl.releaseEvent(mine.front());
    mine.pop_front();
  }
}

Failure OpenCLLaunches::settle() {
  std::unique_lock<std::mutex> lock(mutex);
  auto node = begun.extract(std::this_thread::get_id());
  lock.unlock();
  Failure first;
  if (node.empty())
    return first;
  for (cl_event event : node.mapped()) {
    // What the event itself says is more than that waiting failed.
    cl.waitForEvents(1, &event);
    if (cl_int status = statusOf(event); status < 0 && !first)
      first = failureOf("a kernel", status);
    cl.releaseEvent(event);
  }
  return first;
}
