//===- Lock.cpp - Carrying the shared state over a fork -------------------===//
//
// The child of a fork has one thread: the pool's workers are gone, so the pool
// forgets them there and makes new ones when it needs them.
//
//===----------------------------------------------------------------------===//
#include "Lock.h"
#include "ThreadPool.h"

#include <pthread.h>

using namespace opc::runtime;

static constinit std::mutex theLock;

std::mutex &opc::runtime::sharedLock() {
  static const int registered =
      pthread_atfork([] { theLock.lock(); }, [] { theLock.unlock(); },
                     [] {
                       ThreadPool::forgetWorkersAfterFork();
                       theLock.unlock();
                     });
  (void)registered;
  return theLock;
}
