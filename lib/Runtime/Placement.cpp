//===- Placement.cpp - Which core each worker runs on ---------------------===//
//
// Changes happen under the shared lock; the question that every launch asks
// ("does a worker sit on my core?") reads one flag.
//
//===----------------------------------------------------------------------===//
#include "Placement.h"
#include "Futex.h"
#include "Lock.h"

using namespace opc::runtime;

Placement::Placement() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
    return;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &allowed))
      cores_.push_back({cpu});
}

static bool setAffinity(pthread_t thread, int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  return pthread_setaffinity_np(thread, sizeof(one), &one) == 0;
}

Placement::Core *Placement::freeCoreBut(int cpu) {
  // Start behind the caller's core, so that neighbours are used first.
  Core *first = nullptr;
  for (Core &core : cores_) {
    if (core.taken || core.cpu == cpu)
      continue;
    if (core.cpu > cpu)
      return &core;
    if (!first)
      first = &core;
  }
  return first;
}

void Placement::pin(pthread_t thread) {
  Core *core = freeCoreBut(sched_getcpu());
  if (!core || !setAffinity(thread, core->cpu))
    return;
  core->taken = true;
  core->worker = thread;
  occupied_[core->cpu].store(true, std::memory_order_relaxed);
}

void Placement::avoidCaller() {
  int cpu = sched_getcpu();
  if (cpu < 0 || cpu >= CPU_SETSIZE ||
      !occupied_[cpu].load(std::memory_order_relaxed))
    return;
  std::unique_lock guard(sharedLock(), std::try_to_lock);
  constexpr int64_t pauseNs = 1000000;
  if (!guard || nowNs() - lastMoveNs_ < pauseNs)
    return;
  Core *to = freeCoreBut(cpu);
  if (!to)
    return;
  lastMoveNs_ = nowNs();
  for (Core &from : cores_) {
    if (!from.taken || from.cpu != cpu || !setAffinity(from.worker, to->cpu))
      continue;
    from.taken = false;
    to->taken = true;
    to->worker = from.worker;
    occupied_[cpu].store(false, std::memory_order_relaxed);
    occupied_[to->cpu].store(true, std::memory_order_relaxed);
    return;
  }
}

void Placement::clear() {
  for (Core &core : cores_) {
    core.taken = false;
    occupied_[core.cpu].store(false, std::memory_order_relaxed);
  }
}
