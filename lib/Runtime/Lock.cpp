//===- Lock.cpp - Carrying the shared state over a fork -------------------===//
//
// The child of a fork has one thread: the pool's workers are gone, so the pool
// forgets them there and makes new ones when it needs them. So are those that
// the process lent.
//
//===----------------------------------------------------------------------===//
#include "Lock.h"
#include "Team.h"
#include "ThreadPool.h"

#include <pthread.h>

using namespace opc::runtime;

static constinit std::mutex theLock;

std::mutex &opc::runtime::sharedLock() {
  static const int registered =
      pthread_atfork([] { theLock.lock(); }, [] { theLock.unlock(); },
                     [] {
                       ThreadPool::forgetWorkersAfterFork();
                       forgetTeamAfterFork();
                       theLock.unlock();
                     });
  (void)registered;
  return theLock;
}
