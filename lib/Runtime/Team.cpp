//===- Team.cpp - Threads that the process lends to a run -----------------===//
#include "Team.h"
#include "Lock.h"
#include "ThreadPool.h"

#include <pthread.h>

using namespace opc::runtime;

static constinit std::atomic<opc_team_fn> theTeam = nullptr;

namespace {
/// One job of a team.
struct Job {
  const std::function<void()> &work;
  ThreadPool &pool;
  pthread_t caller;
  std::atomic<bool> isOver{false};

  static void takePart(void *context) {
    static_cast<Job *>(context)->takePart();
  }
  void takePart() {
    if (!pthread_equal(pthread_self(), caller))
      return pool.serve(isOver);
    work();
    pool.dismiss(isOver);
  }
};
} // namespace

extern "C" void opc_set_team(opc_team_fn team) {
  sharedLock(); // a child of a fork is to forget it
  theTeam.store(team, std::memory_order_relaxed);
}

opc_team_fn opc::runtime::team() {
  return theTeam.load(std::memory_order_relaxed);
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
}
