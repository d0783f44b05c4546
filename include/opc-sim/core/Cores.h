//===- Cores.h - Host threads as cores, with real barriers ------*- C++ -*-===//
#ifndef OPC_SIM_CORE_CORES_H
#define OPC_SIM_CORE_CORES_H

#include "Waiting.h"

#include <thread>

namespace opcsim {

/// A barrier of a fixed set of cores. A core that has ended never comes: who
/// waits for it is told at once.
class Barrier {
public:
  Barrier(std::string name, int members)
      : name(std::move(name)), members(members) {}

  /// Returns when all members have arrived. `pipe` is the row of the time line.
  void arrive(const Place &place, const char *pipe = "barrier") {
    Span span({whoAmI(), pipe}, name, "barrier");
    std::unique_lock lock(mutex);
    int64_t mine = generation;
    if (++arrived == members) {
      release();
      return;
    }
    checkLeft(place);
    waitWithLimit(
        condition, lock, [&] { return generation != mine; },
        say("barrier %s (%d of %d are there)", name.c_str(), arrived, members),
        place);
  }

  /// A member has ended.
  void leave() {
    std::unique_lock lock(mutex);
    ++left;
    checkLeft({});
  }

  /// How often all have met.
  int64_t count() const { return generation; }

private:
  void release() {
    arrived = 0;
    ++generation;
    condition.notify_all();
  }
  void checkLeft(const Place &place) {
    if (left && arrived && arrived + left >= members)
      fail(FaultKind::BarrierDivergence,
           say("%d of %d cores wait at barrier %s, %d have ended", arrived,
               members, name.c_str(), left),
           place);
  }

  std::string name;
  const int members;
  int arrived = 0, left = 0;
  std::atomic<int64_t> generation = 0;
  std::mutex mutex;
  std::condition_variable condition;
};

/// Runs one kernel on `numCores` host threads.
class CoreGroup {
public:
  CoreGroup(std::string kernel, int numCores)
      : kernel(std::move(kernel)), size(numCores), whole("of all", numCores) {}

  /// Calls body(core) for every core at once and waits for all of them.
  template <class Body> void run(Body body) {
    std::vector<std::thread> threads;
    for (int core = 0; core != size; ++core)
      threads.emplace_back([this, core, &body] {
        current = {this, core};
        currentPosition = position;
        {
          Span span({position().core, "kernel"}, kernel, "compute");
          body(core);
        }
        whole.leave();
      });
    for (std::thread &thread : threads)
      thread.join();
  }

  void barrier(const Place &place) { whole.arrive(place); }
  int64_t barriersPassed() const { return whole.count(); }
  int numCores() const { return size; }

  /// Of the calling host thread; nullptr and -1 outside of a kernel.
  static CoreGroup *group() { return current.group; }
  static int core() { return current.core; }

private:
  struct Current {
    CoreGroup *group;
    int core;
  };
  static Position position() {
    return {current.group->kernel, "core " + std::to_string(current.core), ""};
  }
  static inline thread_local Current current = {nullptr, -1};

  std::string kernel;
  const int size;
  Barrier whole;
};

} // namespace opcsim

#endif // OPC_SIM_CORE_CORES_H
