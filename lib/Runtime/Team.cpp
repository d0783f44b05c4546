//===- Team.cpp - Threads that the process lends to a run -----------------===//
#include "Team.h"
#include "Futex.h"
#include "Lock.h"
#include "ThreadPool.h"

#include <pthread.h>

using namespace opc::runtime;

static constinit std::atomic<opc_team_fn> theTeam = nullptr;
/// How many runs are to do without it.
static constinit std::atomic<int> runsWithout = 0;

/// A team comes together at the end of its job. Where others hold the cores, a
/// thread that nobody needs any more may be late, by as long as a turn of
/// theirs; for the pool's workers nobody waits.
constexpr int64_t longestWaitNs = 1000000;
constexpr int runsAfterWait = 32;

namespace {
/// One job of a team.
struct Job {
  const std::function<void()> &work;
  ThreadPool &pool;
  pthread_t caller;
  int64_t doneNs = 0;
  std::atomic<bool> isOver{false};

  static void takePart(void *context) {
    static_cast<Job *>(context)->takePart();
  }
  void takePart() {
    if (!pthread_equal(pthread_self(), caller))
      return pool.serve(isOver);
    work();
    pool.dismiss(isOver);
    doneNs = nowNs();
  }
};
} // namespace

extern "C" void opc_set_team(opc_team_fn team) {
  sharedLock(); // a child of a fork is to forget it
  theTeam.store(team, std::memory_order_relaxed);
  runsWithout.store(0, std::memory_order_relaxed);
}

opc_team_fn opc::runtime::team() {
  if (runsWithout.load(std::memory_order_relaxed) <= 0)
    return theTeam.load(std::memory_order_relaxed);
  runsWithout.fetch_sub(1, std::memory_order_relaxed);
  return nullptr;
}

void opc::runtime::forgetTeamAfterFork() {
  theTeam.store(nullptr, std::memory_order_relaxed);
}

void opc::runtime::runInTeam(opc_team_fn team, int threads,
                             const std::function<void()> &work) {
  Job job{work, ThreadPool::shared(), pthread_self()};
  threads = job.pool.borrow(threads - 1) + 1;
  team(Job::takePart, &job, threads, /*flags=*/0);
  job.pool.giveBack(threads - 1);
  if (nowNs() - job.doneNs > longestWaitNs)
    runsWithout.store(runsAfterWait, std::memory_order_relaxed);
}
