//===- MemoryGuard.cpp - Running out of memory is an error ----------------===//
//
// The one file of the compiler that is built with exceptions.
//
//===----------------------------------------------------------------------===//
#include "MemoryGuard.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/Threading.h"
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <execinfo.h>
#include <new>
#include <sys/mman.h>
#include <utility>
#include <vector>

using namespace opc;
using runtime::Status;

namespace {

/// Address space that is given back when there is no more, so that the error
/// itself can be reported.
class Reserve {
public:
  /// Fails where there is less than any compilation takes: what LLVM makes once
  /// in a process, and cannot make a second time, is made then.
  bool take() {
    memory = mmap(nullptr, least, PROT_NONE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
      return false;
    munmap(static_cast<char *>(memory) + kept, least - kept);
    return true;
  }
  ~Reserve() { release(); }
  void release() {
    if (memory != MAP_FAILED)
      munmap(memory, kept);
    memory = MAP_FAILED;
  }

private:
  static constexpr size_t least = size_t(64) << 20, kept = size_t(16) << 20;
  void *memory = MAP_FAILED;
};

} // namespace

/// What LLVM's own allocations do where operator new throws.
static void throwBadAlloc(void *, const char *, bool) {
  throw std::bad_alloc();
}

opc_status opc::guarded(llvm::function_ref<Status()> work) {
  [[maybe_unused]] static const bool installed = [] {
    llvm::install_bad_alloc_error_handler(throwBadAlloc);
    // The C library loads what it needs to unwind when it first does; without
    // memory for that it would end the process.
    void *frame;
    (void)backtrace(&frame, 1);
    return true;
  }();
  Reserve reserve;
  if (!reserve.take())
    return runtime::outOfMemory();
  try {
    return runtime::report(work());
  } catch (const std::bad_alloc &) {
    reserve.release();
    return runtime::outOfMemory();
  }
}

void opc::locked(std::mutex &mutex, llvm::function_ref<void()> work) {
  std::lock_guard<std::mutex> lock(mutex);
  work();
}

GuardedThread::~GuardedThread() {
  if (thread.joinable())
    thread.join();
}

static bool hasRoom(size_t bytes) {
  void *memory = mmap(nullptr, bytes, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory != MAP_FAILED && munmap(memory, bytes) == 0;
}

/// Whether a thread would have memory. The C library maps as much address space
/// for the allocations of each; where it cannot, every one of them is a mapping
/// of its own, which is slower than having no thread.
static bool hasRoomForThread() {
  constexpr size_t heap = size_t(128) << 20;
  return hasRoom(heap + kDeepStack);
}

static void *runTask(void *task) {
  std::unique_ptr<std::function<void()>> work(
      static_cast<std::function<void()> *>(task));
  (*work)();
  return nullptr;
}

bool DeepThread::start(std::function<void()> work) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0)
    return false;
  auto task = std::make_unique<std::function<void()>>(std::move(work));
  running = pthread_attr_setstacksize(&attributes, kDeepStack) == 0 &&
            pthread_create(&thread, &attributes, runTask, task.get()) == 0;
  pthread_attr_destroy(&attributes);
  if (running)
    (void)task.release();
  return running;
}

void DeepThread::join() {
  pthread_join(thread, nullptr);
  running = false;
}

bool GuardedThread::start(std::function<void()> work) {
  return thread.start([this, work = std::move(work)] {
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  });
}

void GuardedThread::join() {
  thread.join();
  if (failure)
    std::rethrow_exception(failure);
}

bool opc::onDeepStack(llvm::function_ref<void()> work) {
  // What a thread takes is not to be missed by the work itself.
  constexpr size_t plenty = size_t(1) << 30;
  GuardedThread thread;
  if (!hasRoom(plenty) || !thread.start([work] { work(); }))
    return false;
  thread.join();
  return true;
}

namespace {

class GuardedThreadPool : public llvm::ThreadPoolInterface {
public:
  explicit GuardedThreadPool(unsigned most) : most(most) {
    running.reserve(most + 64); // with tasks that wait for others
    threads.reserve(most);
  }
  ~GuardedThreadPool() override {
    {
      std::lock_guard<std::mutex> lock(mutex);
      stopped = true;
    }
    changed.notify_all();
    for (DeepThread &thread : threads)
      thread.join();
  }

  unsigned getMaxConcurrency() const override { return most; }
  void wait() override { waitFor(nullptr); }
  void wait(llvm::ThreadPoolTaskGroup &group) override { waitFor(&group); }

private:
  struct Task {
    llvm::unique_function<void()> run;
    llvm::ThreadPoolTaskGroup *group;
  };
  using Lock = std::unique_lock<std::mutex>;

  void asyncEnqueue(llvm::unique_function<void()> run,
                    llvm::ThreadPoolTaskGroup *group) override {
    Lock lock(mutex);
    tasks.push_back({std::move(run), group});
    // Who waits works, too.
    if (threads.size() + 1 < most && canStart)
      start();
    changed.notify_all();
  }

  void start() {
    canStart = hasRoomForThread();
    if (!canStart)
      return;
    try {
      DeepThread thread;
      canStart = thread.start([this] { work(); });
      if (canStart)
        threads.push_back(thread);
    } catch (const std::bad_alloc &) {
      canStart = false;
    }
  }

  void work() {
    Lock lock(mutex);
    while (!stopped)
      if (!runOne(lock, nullptr))
        changed.wait(lock);
  }

  /// Runs a task of a group (of any where it is null), if one waits.
  bool runOne(Lock &lock, llvm::ThreadPoolTaskGroup *group) {
    auto found = find(group);
    if (found == tasks.end())
      return false;
    Task task = std::move(*found);
    tasks.erase(found);
    running.push_back(task.group);
    lock.unlock();
    std::exception_ptr thrown;
    try {
      task.run();
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    if (thrown)
      failure = thrown;
    running.erase(std::find(running.begin(), running.end(), task.group));
    changed.notify_all();
    return true;
  }

  std::deque<Task>::iterator find(llvm::ThreadPoolTaskGroup *group) {
    return std::find_if(tasks.begin(), tasks.end(), [&](const Task &task) {
      return !group || task.group == group;
    });
  }
  bool isWaiting(llvm::ThreadPoolTaskGroup *group) {
    return find(group) != tasks.end();
  }
  bool isRunning(llvm::ThreadPoolTaskGroup *group) const {
    return group ? std::find(running.begin(), running.end(), group) !=
                       running.end()
                 : !running.empty();
  }

  void waitFor(llvm::ThreadPoolTaskGroup *group) {
    Lock lock(mutex);
    while (runOne(lock, group) || isRunning(group))
      if (!isWaiting(group) && isRunning(group))
        changed.wait(lock);
    if (std::exception_ptr thrown = std::exchange(failure, nullptr))
      std::rethrow_exception(thrown);
  }

  const unsigned most;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Task> tasks;
  std::vector<llvm::ThreadPoolTaskGroup *> running; ///< one for each task
  std::vector<DeepThread> threads;
  std::exception_ptr failure;
  bool canStart = true, stopped = false;
};

} // namespace

std::unique_ptr<llvm::ThreadPoolInterface> opc::makeThreadPool() {
  unsigned most = llvm::hardware_concurrency().compute_thread_count();
  return std::make_unique<GuardedThreadPool>(std::max(most, 1u));
}
