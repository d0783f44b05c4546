//===- Placement.h - Which core each worker runs on -------------*- C++ -*-===//
//
// A woken thread that may run anywhere is often put on the core of the thread
// that woke it, which then has the two take turns (measured: two threads as
// slow as one). So workers are pinned to cores other than the caller's, and
// moved when the system moves the caller.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_PLACEMENT_H
#define OPC_LIB_RUNTIME_PLACEMENT_H

#include <atomic>
#include <cstdint>
#include <pthread.h>
#include <sched.h>
#include <vector>

namespace opc::runtime {

class Placement {
public:
  Placement();

  /// Cores that the thread that made the pool may use.
  int numCores() const { return static_cast<int>(cores_.size()); }

  /// Pins worker `thread` to a core that has neither worker nor caller; leaves
  /// it free to move if there is none.
  void pin(pthread_t thread);

  /// Moves the worker off the calling thread's core if one is pinned there. At
  /// most once in a while: several callers would chase it around.
  void avoidCaller();

  /// Forgets all workers (after a fork).
  void clear();

private:
  struct Core {
    int cpu;
    bool taken = false;
    pthread_t worker{};
  };
  Core *freeCoreBut(int cpu);

  std::vector<Core> cores_;
  int64_t lastMoveNs_ = 0;
  /// By CPU number: whether a worker is pinned there. Read without a lock.
  std::atomic<bool> occupied_[CPU_SETSIZE] = {};
};

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_PLACEMENT_H
