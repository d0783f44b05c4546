//===- ThreadPoolTest.cpp - Every unit runs once, whatever happens --------===//
//
// The pools here have more workers than the machine has cores, so that threads
// lose their core at every point of a job.
//
//===----------------------------------------------------------------------===//
#include "ThreadPool.h"
#include "Futex.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <vector>

using namespace opc::runtime;

namespace {
/// A job that counts how often each unit ran, and remembers its tasks.
struct Count {
  std::vector<std::atomic<int>> runs;
  std::atomic<int64_t> tasks{0}, smallest{INT64_MAX};

  explicit Count(int64_t units) : runs(units) {}
  static void kernel(const int64_t *words, int64_t begin, int64_t end) {
    auto &count = *reinterpret_cast<Count *>(words[0]);
    ++count.tasks;
    int64_t size = end - begin, least = count.smallest;
    while (size < least && !count.smallest.compare_exchange_weak(least, size)) {
    }
    for (int64_t i = begin; i < end; ++i)
      ++count.runs[i];
  }
  void run(ThreadPool &pool, int threads, int64_t grain = 1,
           int64_t flops = 0) {
    int64_t words[] = {reinterpret_cast<int64_t>(this)};
    int64_t units = runs.size();
    pool.run({kernel, words, units, grain, flops, 0, 0}, threads);
  }
  bool allOnce() const {
    return std::all_of(runs.begin(), runs.end(),
                       [](const std::atomic<int> &n) { return n == 1; });
  }
};
} // namespace

TEST(ThreadPool, RunsEachUnitOnce) {
  ThreadPool pool({7, false});
  for (int threads : {1, 2, 3, 8, 100})
    for (int64_t units : {0, 1, 2, 15, 16, 17, 1000, 99999}) {
      Count count(units);
      count.run(pool, threads);
      EXPECT_TRUE(count.allOnce()) << threads << " threads, " << units;
    }
  EXPECT_EQ(pool.workers(), 7);
}

TEST(ThreadPool, RespectsGrain) {
  ThreadPool pool({3, false});
  for (int64_t units : {10, 99, 100, 101, 250, 5000}) {
    Count count(units);
    count.run(pool, 4, 100);
    EXPECT_TRUE(count.allOnce());
    EXPECT_GE(count.smallest, std::min<int64_t>(units, 100));
    EXPECT_LE(count.tasks, std::max<int64_t>(units / 100, 1));
  }
  Count count(5000);
  count.run(pool, 4, 0);
  EXPECT_TRUE(count.allOnce());
}

TEST(ThreadPool, UsesNoMoreThreadsThanAsked) {
  ThreadPool pool({7, false});
  Count warm(1000);
  warm.run(pool, 8);
  struct Threads {
    std::mutex mutex;
    std::set<std::thread::id> ids;
  } seen;
  int64_t words[] = {reinterpret_cast<int64_t>(&seen)};
  auto kernel = [](const int64_t *words, int64_t, int64_t) {
    auto &threads = *reinterpret_cast<Threads *>(words[0]);
    std::this_thread::sleep_for(std::chrono::microseconds(100));
    std::lock_guard guard(threads.mutex);
    threads.ids.insert(std::this_thread::get_id());
  };
  // A busy machine may keep all workers from a core for the time of one job.
  for (int round = 0; round < 1000 && seen.ids.size() < 2; ++round) {
    seen.ids.clear();
    pool.run({kernel, words, 1000, 1, 0, 0, 0}, 3);
    EXPECT_LE(seen.ids.size(), 3u);
  }
  EXPECT_GE(seen.ids.size(), 2u) << "no worker ever came";
}

TEST(ThreadPool, WakesWorkersForWhatIsWorthIt) {
  ThreadPool pool({3, false});
  auto tasks = [&](int64_t flops) {
    Count count(100);
    count.run(pool, 4, 1, flops);
    EXPECT_TRUE(count.allOnce());
    return count.tasks.load();
  };
  auto sleep = [] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  };
  EXPECT_EQ(tasks(5000), 1); // 0.1 us: not even a worker is made
  EXPECT_EQ(pool.workers(), 0);
  EXPECT_GT(tasks(5000000), 1);
  EXPECT_EQ(pool.workers(), 3);
  sleep();
  EXPECT_EQ(tasks(5000), 1);
  int launches = 1;
  while (tasks(250000) == 1 && launches < 1000) // 5 us each
    ++launches;
  EXPECT_LT(launches, 1000) << "a series of launches wakes nobody";
}

TEST(ThreadPool, ServesSeveralCallers) {
  ThreadPool pool({3, false});
  auto work = [&](int seed) {
    for (int round = 0; round < 500; ++round) {
      Count count(1 + (round * 37 + seed) % 400);
      count.run(pool, 4);
      ASSERT_TRUE(count.allOnce());
      if (round % 100 == 99) // long enough for the workers to fall asleep
        std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < 6; ++i)
    callers.emplace_back(work, i);
  for (std::thread &caller : callers)
    caller.join();
}

TEST(ThreadPool, ServesMoreCallersThanSlots) {
  ThreadPool pool({3, false});
  std::vector<std::thread> callers;
  std::atomic<int> good{0};
  for (int i = 0; i < 40; ++i)
    callers.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        Count count(300);
        count.run(pool, 4);
        good += count.allOnce();
      }
    });
  for (std::thread &caller : callers)
    caller.join();
  EXPECT_EQ(good, 800);
}

TEST(ThreadPool, RunsNestedLaunchesOnTheSpot) {
  ThreadPool pool({3, false});
  struct Nest {
    ThreadPool *pool;
    std::atomic<int> good{0};
  } nest{&pool, {}};
  int64_t words[] = {reinterpret_cast<int64_t>(&nest)};
  auto kernel = [](const int64_t *words, int64_t begin, int64_t end) {
    auto &nest = *reinterpret_cast<Nest *>(words[0]);
    for (int64_t i = begin; i < end; ++i) {
      Count inner(100);
      inner.run(*nest.pool, 4);
      nest.good += inner.allOnce() && inner.tasks == 1;
    }
  };
  pool.run({kernel, words, 200, 1, 0, 0, 0}, 4);
  EXPECT_EQ(nest.good, 200);
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define OPC_TSAN 1
#endif
#endif

TEST(ThreadPool, WorksInTheChildOfAFork) {
#ifdef OPC_TSAN
  GTEST_SKIP() << "ThreadSanitizer allows no threads after a fork";
#endif
  Count before(1000);
  before.run(ThreadPool::shared(), 4);
  pid_t child = fork();
  if (child == 0) {
    Count count(1000);
    count.run(ThreadPool::shared(), 4);
    Count again(1000);
    again.run(ThreadPool::shared(), 4);
    _exit(count.allOnce() && again.allOnce() ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  Count after(1000);
  after.run(ThreadPool::shared(), 4);
  EXPECT_TRUE(after.allOnce());
}

/// Median time of an empty two-thread launch after pauses of `gapNs`.
static int64_t dispatchNs(int64_t gapNs) {
  std::vector<int64_t> times;
  auto nothing = [](const int64_t *, int64_t, int64_t) {};
  for (int i = 0; i < 2000; ++i) {
    int64_t begin = nowNs();
    ThreadPool::shared().run({nothing, nullptr, 2, 1, 0, 0, 0}, 2);
    times.push_back(nowNs() - begin);
    spinFor(gapNs, [] { return false; });
  }
  std::nth_element(times.begin(), times.begin() + 1000, times.end());
  return times[1000];
}

// A figure to read, with a bound so loose that only a lost wake-up breaks it.
TEST(ThreadPool, DispatchLatency) {
  for (int64_t gap : {0, 30000, 200000}) {
    int64_t ns = dispatchNs(gap);
    fmt::print("dispatch and join of 2 threads after {:3} us: {} ns\n",
               gap / 1000, ns);
    EXPECT_LT(ns, 5000000);
  }
}
