//===- Pipes.h - In-order pipes that run beside one another ---*- C++ -*-===//
//
// A core issues operations to pipes. A pipe runs its own in order; between
// pipes only flags order them. When an operation runs is a matter of the mode:
//
//   immediate  at once
//   deferred   not before somebody waits for it, pipes in shuffled order
//   delayed    by a helper thread, after a random time
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_TILE_PIPES_H
#define OPC_SIM_TILE_PIPES_H

#include "../core/TimeLine.h"
#include "Clock.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <stop_token>
#include <thread>
#include <vector>

namespace opcsim::tile {

/// How often a flag was raised; shared by what sets it and what waits for it.
struct Flag {
  std::atomic<uint32_t> raised{0};
};
using FlagPtr = std::shared_ptr<Flag>;

/// Something that a pipe does: runs `run` once `after` was raised `count`
/// times, then raises `raises`.
struct Operation {
  const char *name = "";
  std::function<void()> run;
  FlagPtr after;
  uint32_t count = 0;
  FlagPtr raises;
};

/// Called when an operation has run, with the pipe, its name and when it began
/// and ended, in the time line's microseconds.
using OperationRan = std::function<void(size_t pipe, const char *name,
                                        double begin, double end)>;

/// The pipes of one core. Operations are issued and waited for by one thread.
class Pipes {
public:
  Pipes(size_t count, Mode mode, uint64_t seed, OperationRan ran)
      : mode(mode), queues(count), random(seed), ran(std::move(ran)) {
    if (mode == Mode::Delayed)
      helper = std::jthread([this](std::stop_token stop) { help(stop); });
  }

  ~Pipes() {
    if (helper.joinable()) {
      helper.request_stop();
      changed.notify_all();
    }
  }

  Pipes(const Pipes &) = delete;
  Pipes &operator=(const Pipes &) = delete;

  void issue(size_t pipe, Operation operation) {
    {
      std::lock_guard lock(mutex);
      queues[pipe].waiting.push_back(std::move(operation));
    }
    if (mode == Mode::Immediate)
      while (stepAny())
        continue;
    else if (mode == Mode::Delayed)
      changed.notify_all();
  }

  /// Runs operations until `done`; false when nothing moved for as long as the
  /// settings allow.
  bool waitFor(const std::function<bool()> &done) {
    double limit = Settings::get().deadlockSeconds * 1e6;
    double deadline = TimeLine::now() + limit;
    while (!done()) {
      if (mode != Mode::Delayed && stepAny()) {
        deadline = TimeLine::now() + limit;
        continue;
      }
      if (TimeLine::now() > deadline)
        return false;
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
    return true;
  }

  /// Whether the pipe has nothing left to do.
  bool idle(size_t pipe) {
    std::lock_guard lock(mutex);
    return queues[pipe].waiting.empty() && !queues[pipe].running;
  }

  bool idle() {
    for (size_t pipe = 0; pipe < queues.size(); ++pipe)
      if (!idle(pipe))
        return false;
    return true;
  }

private:
  struct Queue {
    std::deque<Operation> waiting;
    bool running = false;
  };

  /// A pipe whose next operation may run, taken at random.
  size_t ready() {
    size_t start = random() % queues.size();
    for (size_t i = 0; i < queues.size(); ++i) {
      size_t pipe = (start + i) % queues.size();
      const Queue &queue = queues[pipe];
      if (queue.running || queue.waiting.empty())
        continue;
      const Operation &next = queue.waiting.front();
      if (!next.after || next.after->raised >= next.count)
        return pipe;
    }
    return queues.size();
  }

  bool stepAny() {
    std::unique_lock lock(mutex);
    size_t pipe = ready();
    if (pipe == queues.size())
      return false;
    Operation operation = std::move(queues[pipe].waiting.front());
    queues[pipe].waiting.pop_front();
    queues[pipe].running = true;
    lock.unlock();
    double begin = TimeLine::now();
    if (operation.run) {
      operation.run();
      ran(pipe, operation.name, begin, TimeLine::now());
    }
    if (operation.raises)
      ++operation.raises->raised;
    lock.lock();
    queues[pipe].running = false;
    return true;
  }

  void help(std::stop_token stop) {
    std::minstd_rand delays(static_cast<unsigned>(random()));
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(std::chrono::microseconds(delays() % 40));
      if (stepAny())
        continue;
      std::unique_lock lock(mutex);
      changed.wait_for(lock, std::chrono::microseconds(100));
    }
  }

  Mode mode;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Queue> queues;
  std::mt19937_64 random;
  OperationRan ran;
  std::jthread helper;
};

} // namespace opcsim::tile

#endif // OPC_SIM_TILE_PIPES_H
