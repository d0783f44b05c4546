//===- ThreadPool.cpp - Running the work units of a launch ----------------===//
//
// Measured on two cores: dispatch and join take 0.36 us with a spinning worker
// and 5 us with a sleeping one (both dominated by moving cache lines and by the
// system call), and a core that another process holds costs one chunk, not the
// whole launch.
//
//===----------------------------------------------------------------------===//
#include "ThreadPool.h"
#include "FloatState.h"
#include "Futex.h"
#include "Lock.h"

#include <algorithm>
#include <csignal>
#include <utility>

using namespace opc::runtime;

/// One job. A participant reads the fields of the job only after it claimed a
/// chunk: the caller keeps them until all claimed chunks are done.
struct alignas(64) ThreadPool::Slot {
  std::atomic<uint64_t> ticket{0};
  std::atomic<bool> taken{false};
  opc_kernel_fn fn = nullptr;
  const int64_t *words = nullptr;
  int64_t units = 0;
  int chunks = 0;
  alignas(64) std::atomic<uint32_t> done{0};
  std::atomic<uint32_t> waiting{0};

  void runChunk(int chunk, int chunks);
};

struct ThreadPool::Worker {
  pthread_t thread;
};

/// Set on workers and on callers that are inside of a launch: a launch that
/// starts there runs on the spot.
static thread_local bool insideLaunch = false;

static constinit std::atomic<ThreadPool *> sharedPool = nullptr;

ThreadPool &ThreadPool::shared() {
  if (ThreadPool *pool = sharedPool.load(std::memory_order_acquire))
    return *pool;
  std::lock_guard guard(sharedLock());
  if (!sharedPool.load(std::memory_order_relaxed))
    sharedPool.store(new ThreadPool({Ticket::maxSeats, /*pin=*/true}),
                     std::memory_order_release);
  return *sharedPool.load(std::memory_order_relaxed);
}

void ThreadPool::forgetWorkersAfterFork() {
  ThreadPool *pool = sharedPool.load(std::memory_order_relaxed);
  if (!pool)
    return;
  // The old slots may show jobs of threads that are gone.
  pool->slots_.release();
  pool->slots_ = std::make_unique<Slot[]>(numSlots);
  pool->workers_ = 0;
  pool->spinning_ = 0;
  pool->parked_ = 0;
  pool->placement_.clear();
}

ThreadPool::ThreadPool(Options options)
    : options_(options), slots_(std::make_unique<Slot[]>(numSlots)) {
  int most = std::clamp(options.maxWorkers, 0, Ticket::maxSeats);
  if (options.pin)
    most = std::min(most, std::max(placement_.numCores() - 1, 0));
  startable_ = most;
  threads_ = std::make_unique<Worker[]>(most);
}

ThreadPool::~ThreadPool() {
  dismiss(stop_);
  for (int i = 0; i < workers_; ++i)
    pthread_join(threads_[i].thread, nullptr);
}

bool ThreadPool::startWorker(int index) {
  // Signals are the host's: none of its handlers runs on a worker.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  auto body = [](void *pool) -> void * {
    auto *own = static_cast<ThreadPool *>(pool);
    own->serve(own->stop_);
    return nullptr;
  };
  pthread_t &thread = threads_[index].thread;
  bool started = pthread_create(&thread, nullptr, body, this) == 0;
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  if (!started)
    return false;
  pthread_setname_np(thread, "opc-worker");
  if (options_.pin)
    placement_.pin(thread);
  return true;
}

/// Starts workers until there are `wanted`, or as many as can be; gives how
/// many of them a job may use.
int ThreadPool::ensureWorkers(int wanted) {
  wanted = std::min(wanted, startable_.load(std::memory_order_relaxed));
  if (workers_.load(std::memory_order_acquire) >= wanted)
    return wanted;
  std::lock_guard guard(sharedLock());
  for (int count = workers_; count < wanted; ++count) {
    if (!startWorker(count)) {
      startable_ = count; // the system has no more threads: do not ask again
      return count;
    }
    workers_.store(count + 1, std::memory_order_release);
  }
  return wanted;
}

void ThreadPool::Slot::runChunk(int chunk, int chunks) {
  int64_t size = units / chunks, rest = units % chunks;
  int64_t begin = chunk * size + std::min<int64_t>(chunk, rest);
  fn(words, begin, begin + size + (chunk < rest));
  // Whoever finishes the last chunk wakes a caller that went to sleep. The
  // order (count, then look) mirrors the caller's (announce, then look).
  if (done.fetch_add(1) + 1 == static_cast<uint32_t>(chunks) && waiting.load())
    futexWake(done, 1);
}

ThreadPool::Slot *ThreadPool::acquireSlot() {
  for (int i = 0; i < numSlots; ++i) {
    Slot &slot = slots_[i];
    if (!slot.taken.load(std::memory_order_relaxed) &&
        !slot.taken.exchange(true, std::memory_order_acquire))
      return &slot;
  }
  return nullptr;
}

void ThreadPool::publish(Slot &slot, const opc_launch &launch, int seats,
                         int chunks) {
  slot.fn = launch.fn;
  slot.words = launch.words;
  slot.units = launch.units;
  slot.chunks = chunks;
  slot.done.store(0, std::memory_order_relaxed);
  slot.waiting.store(0, std::memory_order_relaxed);
  Ticket previous(slot.ticket.load(std::memory_order_relaxed));
  Ticket ticket(previous.generation() + 1, seats, chunks);
  slot.ticket.store(ticket.word(), std::memory_order_release);
  // A worker announces that it parks before it looks at the epoch for the last
  // time; so either it sees this job or we see it parked.
  epoch_.fetch_add(1);
}

void ThreadPool::wake(int seats) {
  int parked = parked_.load();
  if (parked == 0)
    return;
  int missing = seats - spinning_.load(std::memory_order_relaxed);
  if (missing > 0)
    futexWake(epoch_, std::min(parked, missing));
}

/// A core's share of a machine of today: 50 flop/ns, 20 B/ns.
static int64_t aboutNs(const opc_launch &launch) {
  return std::max(launch.flops / 50, launch.bytes / 20);
}

int64_t ThreadPool::sharedNs(const opc_launch &launch) {
  return launch.units < 2 * launch.grain ? 0 : aboutNs(launch);
}

/// Whether a launch that finds no worker awake should wake one, which costs as
/// much as 12 us of work. A series of short launches adds up to that, and the
/// worker that it wakes then serves the rest of the series.
static bool worthWaking(const opc_launch &launch) {
  constexpr int64_t wakeNs = 12000, seriesNs = 100000;
  int64_t ns = aboutNs(launch);
  if (ns >= wakeNs || (launch.flops <= 0 && launch.bytes <= 0))
    return true;
  static thread_local int64_t lastNs = 0, serialNs = 0;
  int64_t now = nowNs();
  if (now - lastNs > seriesNs)
    serialNs = 0;
  lastNs = now;
  serialNs += ns;
  return serialNs >= wakeNs;
}

void ThreadPool::workAsCaller(Slot &slot) {
  Ticket ticket(slot.ticket.load(std::memory_order_relaxed));
  const int chunks = slot.chunks;
  while (!ticket.exhausted()) {
    uint64_t word = ticket.word();
    if (slot.ticket.compare_exchange_weak(word, ticket.withoutFront().word(),
                                          std::memory_order_relaxed)) {
      slot.runChunk(ticket.front(), chunks);
      word = slot.ticket.load(std::memory_order_relaxed);
    }
    ticket = Ticket(word);
  }
  auto allDone = [&] {
    return slot.done.load(std::memory_order_acquire) ==
           static_cast<uint32_t>(chunks);
  };
  if (spinFor(spinNs, allDone))
    return;
  slot.waiting.store(1);
  for (uint32_t count; (count = slot.done.load()) != uint32_t(chunks);)
    futexWait(slot.done, count);
}

/// Claims chunks of a job until none is left; gives whether it got any.
bool ThreadPool::workAsHelper(Slot &slot) {
  bool worked = false, seated = false;
  Ticket ticket(slot.ticket.load(std::memory_order_acquire));
  while (!ticket.exhausted() && (seated || ticket.seats() > 0)) {
    uint64_t word = ticket.word();
    if (slot.ticket.compare_exchange_weak(word,
                                          ticket.withoutBack(seated).word(),
                                          std::memory_order_acquire)) {
      slot.runChunk(ticket.back() - 1, slot.chunks);
      worked = seated = true;
      word = slot.ticket.load(std::memory_order_acquire);
    }
    // The slot may hold its next job by now: that one is joined anew.
    seated = seated && Ticket(word).generation() == ticket.generation();
    ticket = Ticket(word);
  }
  return worked;
}

bool ThreadPool::helpAnyone() {
  bool worked = false;
  for (int i = 0; i < numSlots; ++i)
    worked |= workAsHelper(slots_[i]);
  return worked;
}

void ThreadPool::idle(uint32_t seenEpoch) {
  auto newJob = [&] {
    return epoch_.load(std::memory_order_acquire) != seenEpoch;
  };
  spinning_.fetch_add(1, std::memory_order_relaxed);
  bool found = spinFor(spinNs, newJob);
  spinning_.fetch_sub(1, std::memory_order_relaxed);
  if (found)
    return;
  parked_.fetch_add(1);
  futexWait(epoch_, seenEpoch);
  parked_.fetch_sub(1);
}

void ThreadPool::serve(const std::atomic<bool> &isOver) {
  const bool before = std::exchange(insideLaunch, true);
  DefaultFloatState state;
  for (;;) {
    // The epoch first: it changes after `isOver` does.
    uint32_t seen = epoch_.load(std::memory_order_acquire);
    if (isOver.load(std::memory_order_acquire))
      break;
    if (!helpAnyone())
      idle(seen);
  }
  insideLaunch = before;
}

void ThreadPool::dismiss(std::atomic<bool> &isOver) {
  isOver = true;
  epoch_.fetch_add(1);
  if (parked_.load() > 0)
    futexWake(epoch_, INT_MAX);
}

int ThreadPool::borrow(int threads) {
  threads = std::min(threads, startable_.load(std::memory_order_relaxed));
  borrowed_ += threads;
  return threads;
}

void ThreadPool::run(const opc_launch &launch, int threads) {
  if (launch.units <= 0)
    return;
  // 16 chunks keep two threads level when one of them loses its core.
  int64_t most = std::clamp(4 * threads, 16, Ticket::maxChunks);
  int64_t grain = std::max<int64_t>(launch.grain, 1);
  int chunks = static_cast<int>(std::min(most, launch.units / grain));
  int seats = std::min(threads, chunks) - 1;
  if (insideLaunch ||
      (spinning_.load(std::memory_order_relaxed) == 0 && !worthWaking(launch)))
    seats = 0;
  if (seats > 0 && borrowed_.load(std::memory_order_relaxed) == 0)
    seats = ensureWorkers(seats);
  Slot *slot = seats > 0 ? acquireSlot() : nullptr;
  if (!slot)
    return launch.fn(launch.words, 0, launch.units);
  insideLaunch = true;
  if (options_.pin)
    placement_.avoidCaller();
  publish(*slot, launch, seats, chunks);
  wake(seats);
  workAsCaller(*slot);
  insideLaunch = false;
  slot->taken.store(false, std::memory_order_release);
}
