//===- OpenCLLaunches.cpp - What was begun and may still fail -------------===//
#include "OpenCLLaunches.h"

using namespace opc::devices;

/// CL_COMPLETE, more while the launch has not ended, less if it failed.
cl_int OpenCLLaunches::statusOf(const Begun &begun) {
  cl_int status = 0;
  cl_int code = cl.getEventInfo(begun.event, CL_EVENT_COMMAND_EXECUTION_STATUS,
                                sizeof(status), &status, nullptr);
  return code == CL_SUCCESS ? status : code;
}

/// What has ended well needs no asking: a program of any length keeps few.
void OpenCLLaunches::dropEnded(Events &events, size_t kept) {
  while (events.size() > kept && statusOf(events.front()) == CL_COMPLETE) {
    cl.releaseEvent(events.front().event);
    events.pop_front();
  }
}

void OpenCLLaunches::add(cl_event event, Memory memory) {
  std::lock_guard<std::mutex> lock(mutex);
  Events &mine = begun[std::this_thread::get_id()];
  mine.push_back({event, std::move(memory)});
  dropEnded(mine, 1);
}

bool OpenCLLaunches::isBusy() {
  std::lock_guard<std::mutex> lock(mutex);
  Events &mine = begun[std::this_thread::get_id()];
  dropEnded(mine, 0);
  return !mine.empty();
}

Failure OpenCLLaunches::settle() {
  std::unique_lock<std::mutex> lock(mutex);
  auto node = begun.extract(std::this_thread::get_id());
  lock.unlock();
  Failure first;
  if (node.empty())
    return first;
  for (const Begun &begun : node.mapped()) {
    // What the event itself says is more than that waiting failed.
    cl.waitForEvents(1, &begun.event);
    if (cl_int status = statusOf(begun); status < 0 && !first)
      first = failureOf(begun.memory ? "a copy" : "a kernel", status);
    cl.releaseEvent(begun.event);
  }
  return first;
}
