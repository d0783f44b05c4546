//===- ThreadPool.h - Running the work units of a launch --------*- C++ -*-===//
//
// A launch is cut into chunks that participants claim one by one. The caller
// takes part, runs whatever nobody claimed and waits only for claimed chunks:
// if no worker comes, a launch costs what it would cost on one thread. Workers
// spin for 50 us after their last chunk, then sleep on a futex, always, since
// the host's own threads need the cores. Only sleeping workers are woken.
//
// Several callers may launch at once: each takes a slot; without a free slot,
// or inside of a launch, everything runs on the calling thread.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_THREADPOOL_H
#define OPC_LIB_RUNTIME_THREADPOOL_H

#include "Placement.h"
#include "Ticket.h"
#include "opc-c/module.h"

#include <atomic>
#include <memory>
#include <pthread.h>

namespace opc::runtime {

class ThreadPool {
public:
  struct Options {
    int maxWorkers; // besides the callers
    bool pin;       // each worker to a core of its own, off the caller's
  };
  explicit ThreadPool(Options options);
  /// Ends the workers. Only for pools that no thread uses any more.
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  /// The pool of the process, with one worker for each core that the thread
  /// that asked first may use, but its own. Never destroyed.
  static ThreadPool &shared();
  /// In the child of a fork, where no worker exists.
  static void forgetWorkersAfterFork();

  /// Runs all units on at most `threads` threads, the caller's included.
  /// No task has fewer than `grain` units.
  void run(const opc_launch &launch, int threads);
  /// About how long a launch takes on one thread; 0 where it is one task.
  static int64_t sharedNs(const opc_launch &launch);

  /// Helps with launches on a thread that is not the pool's, until `isOver`.
  void serve(const std::atomic<bool> &isOver);
  /// Ends that.
  void dismiss(std::atomic<bool> &isOver);
  /// Tells that up to `threads` others may come to serve: as long as they may,
  /// the pool makes no workers. Gives how many are of use.
  int borrow(int threads);
  void giveBack(int threads) { borrowed_ -= threads; }

  /// Workers made so far.
  int workers() const { return workers_.load(std::memory_order_relaxed); }

private:
  struct Slot;
  struct Worker;

  int ensureWorkers(int wanted);
  bool startWorker(int index);
  Slot *acquireSlot();
  void publish(Slot &slot, const opc_launch &launch, int seats, int chunks);
  void wake(int seats);
  void workAsCaller(Slot &slot);
  bool workAsHelper(Slot &slot);
  bool helpAnyone();
  void idle(uint32_t seenEpoch);

  static constexpr int numSlots = 16;
  static constexpr int64_t spinNs = 50000;

  const Options options_;
  std::unique_ptr<Slot[]> slots_;
  std::unique_ptr<Worker[]> threads_;
  Placement placement_;
  std::atomic<int> workers_{0};
  std::atomic<int> startable_;
  std::atomic<int> borrowed_{0};
  /// Counts jobs; what idle workers watch and sleep on.
  alignas(64) std::atomic<uint32_t> epoch_{0};
  alignas(64) std::atomic<int> spinning_{0};
  std::atomic<int> parked_{0};
  std::atomic<bool> stop_{false};
};

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_THREADPOOL_H
