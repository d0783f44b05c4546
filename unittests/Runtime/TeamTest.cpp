//===- TeamTest.cpp - Runs on threads that the process lends --------------===//
#include "Team.h"
#include "FakeProgram.h"
#include "ThreadPool.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <thread>
#include <vector>

using namespace opc::runtime;
using namespace opc::runtime::test;

namespace {
std::atomic<int> jobs{0}, members{0};

/// What GOMP_parallel does, with new threads for each job.
void lend(void (*body)(void *), void *context, unsigned threads, unsigned) {
  ++jobs;
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i)
    others.emplace_back([&] {
      ++members;
      body(context);
    });
  body(context);
  for (std::thread &other : others)
    other.join();
}

/// Has found nobody to lend.
void lendNobody(void (*body)(void *), void *context, unsigned, unsigned) {
  ++jobs;
  body(context);
}

class TeamTest : public testing::Test {
protected:
  TeamTest() { jobs = members = 0; }
  ~TeamTest() override { opc_set_team(nullptr); }

  /// Adds arrays of so many rows; whether all sums are right.
  bool adds(int64_t rows) {
    Tensor x({rows, 3}), y({rows, 3}, 1);
    Tensor z({rows, 3});
    std::vector<opc_tensor> inputs = {x.view(), y.view()};
    opc_tensor output = z.view();
    if (opc_run(program.get(), inputs.data(), 2, &output, 1, nullptr))
      return false;
    for (size_t i = 0; i < z.values.size(); ++i)
      if (z.values[i] != x.values[i] + y.values[i])
        return false;
    return true;
  }

  /// The same, whether or not the team was late before.
  bool addsAfresh(int64_t rows) {
    opc_set_team(given);
    return adds(rows);
  }

  ProgramPtr program = adopt(addEntry);
  opc_team_fn given = nullptr;
};
} // namespace

TEST_F(TeamTest, HelpsWithRunsThatAreLongEnough) {
  given = lend;
  constexpr int64_t rows = 100000; // 36 bytes each: some 180 us
  EXPECT_TRUE(addsAfresh(rows));
  EXPECT_EQ(jobs, 1) << "nothing is known of the first run";
  EXPECT_EQ(members, std::min(std::thread::hardware_concurrency(), 2u) - 1);
  EXPECT_TRUE(addsAfresh(rows));
  EXPECT_EQ(jobs, 2);
  EXPECT_TRUE(addsAfresh(10));
  EXPECT_EQ(jobs, 3) << "the run before it was long";
  EXPECT_TRUE(addsAfresh(10));
  EXPECT_EQ(jobs, 3);
  ASSERT_EQ(opc_set_threads(program.get(), 1), OPC_OK);
  EXPECT_TRUE(addsAfresh(rows));
  EXPECT_TRUE(addsAfresh(rows));
  EXPECT_EQ(jobs, 3) << "one thread needs no others";
}

TEST_F(TeamTest, MayLendNobody) {
  given = lendNobody;
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(addsAfresh(100000));
  EXPECT_EQ(jobs, 3);
}

TEST_F(TeamTest, SeveralThreadsHaveTeams) {
  opc_set_team(lend);
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      for (int round = 0; round < 50; ++round)
        EXPECT_TRUE(adds(20000 + 1000 * round));
    });
  for (std::thread &caller : callers)
    caller.join();
}

// Whoever comes late finds the run over; the next ones do without.
TEST_F(TeamTest, MembersMaySleep) {
  opc_set_team([](void (*body)(void *), void *context, unsigned, unsigned) {
    ++jobs;
    body(context);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::thread(body, context).join();
  });
  for (int i = 0; i < 33; ++i)
    EXPECT_TRUE(adds(100000));
  EXPECT_EQ(jobs, 1);
  EXPECT_TRUE(adds(100000));
  EXPECT_EQ(jobs, 2);
}

TEST(ThreadPool, MakesNoWorkersWhereThreadsAreLent) {
  ThreadPool pool({3, false});
  auto nothing = [](const int64_t *, int64_t, int64_t) {};
  EXPECT_EQ(pool.borrow(7), 3) << "no more than cores";
  pool.run({nothing, nullptr, 100, 1, 0, 0, 0}, 4);
  EXPECT_EQ(pool.workers(), 0);
  pool.giveBack(3);
  pool.run({nothing, nullptr, 100, 1, 0, 0, 0}, 4);
  EXPECT_EQ(pool.workers(), 3);
}

TEST_F(TeamTest, IsForgottenInTheChildOfAFork) {
  opc_set_team(lend);
  pid_t child = fork();
  if (child == 0)
    _exit(team() ? 1 : 0);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(team(), lend);
}
