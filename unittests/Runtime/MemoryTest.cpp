//===- MemoryTest.cpp - The caching pool of blocks ------------------------===//
#include "Memory.h"
#include "MemoryLimit.h"
#include "opc-c/module.h"

#include <cstring>
#include <gtest/gtest.h>
#include <random>
#include <thread>
#include <vector>

using namespace opc::runtime;

static size_t alignmentOf(void *data) {
  auto address = reinterpret_cast<uintptr_t>(data);
  return address & -address;
}

static bool caches() { return cacheLimit() > 0; }

TEST(Memory, AlignsAllSizes) {
  for (int64_t bytes : {0, 1, 63, 64, 255, 256, 257, 1000, 4096, 1 << 20}) {
    void *data = allocate(bytes);
    ASSERT_NE(data, nullptr);
    EXPECT_GE(alignmentOf(data), size_t(OPC_ALIGNMENT));
    std::memset(data, 0xff, bytes);
    deallocate(data);
  }
}

TEST(Memory, AlignsLargeBlocksToHugePages) {
  if (!caches())
    GTEST_SKIP() << "every block is fresh under AddressSanitizer";
  for (int64_t bytes : {2 << 20, (2 << 20) + 1, 5 << 20}) {
    void *data = allocate(bytes);
    ASSERT_NE(data, nullptr);
    EXPECT_GE(alignmentOf(data), size_t(2) << 20);
    std::memset(data, 0xff, bytes);
    deallocate(data);
  }
}

TEST(Memory, ReusesBlocks) {
  if (!caches())
    GTEST_SKIP() << "every block is fresh under AddressSanitizer";
  for (int64_t bytes : {100, 10000, 3 << 20}) {
    void *first = allocate(bytes);
    deallocate(first);
    void *second = allocate(bytes);
    EXPECT_EQ(first, second);
    deallocate(second);
  }
}

TEST(Memory, RunsOfAllSizesShareTheGreatestBlock) {
  if (!caches())
    GTEST_SKIP() << "every block is fresh under AddressSanitizer";
  trimMemory();
  deallocate(allocate(8 << 20, Lifetime::Run));
  void *great = allocate(64 << 20, Lifetime::Run);
  EXPECT_EQ(cachedBytes(), size_t(0)) << "the smaller one is still there";
  deallocate(great);
  // One that needs far less leaves it to others.
  void *little = allocate(8 << 20, Lifetime::Run);
  void *less = allocate(32 << 20, Lifetime::Run);
  EXPECT_EQ(less, great);
  deallocate(little);
  // What a user may keep takes no more than it needs.
  void *kept = allocate(8 << 20);
  deallocate(less);
  void *other = allocate(8 << 20);
  EXPECT_NE(other, great);
  for (void *each : {kept, other})
    deallocate(each);
}

TEST(Memory, SmallBlocksOfRunsAreNotTakenFromLargeOnes) {
  if (!caches())
    GTEST_SKIP() << "every block is fresh under AddressSanitizer";
  trimMemory();
  deallocate(allocate(64 << 20, Lifetime::Run));
  void *small = allocate(1000, Lifetime::Run);
  EXPECT_GE(cachedBytes(), size_t(64) << 20);
  deallocate(small);
}

TEST(Memory, StopsWhereABlockIsFreedTwice) {
  if (!caches())
    GTEST_SKIP() << "AddressSanitizer says it first";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        void *data = allocate(100);
        deallocate(data);
        deallocate(data);
      },
      "");
}

TEST(Memory, RefusesAbsurdSizes) {
  EXPECT_EQ(allocate(-1), nullptr);
  EXPECT_EQ(allocate(INT64_MIN), nullptr);
  EXPECT_EQ(allocate(INT64_MAX), nullptr);
  EXPECT_EQ(allocate(int64_t(1) << 50), nullptr);
  EXPECT_EQ(allocate(int64_t(memoryLimit()) + 1), nullptr);
}

TEST(Memory, BoundsWhatItKeeps) {
  trimMemory();
  EXPECT_EQ(cachedBytes(), 0u);
  int64_t bytes = int64_t(cacheLimit() / 3) + 1;
  std::vector<void *> blocks;
  for (int i = 0; i < 5; ++i)
    blocks.push_back(allocate(bytes));
  for (void *block : blocks) {
    deallocate(block);
    EXPECT_LE(cachedBytes(), cacheLimit());
  }
  EXPECT_EQ(cachedBytes() > 0, caches());
  trimMemory();
  EXPECT_EQ(cachedBytes(), 0u);
}

TEST(Memory, NeverHandsOutABlockTwice) {
  // Each block is filled with its owner's number and checked before it goes.
  auto work = [](int number) {
    std::minstd_rand random(number);
    std::vector<std::pair<int *, int>> held;
    for (int step = 0; step < 3000; ++step) {
      int count = 1 + static_cast<int>(random() % 3000);
      auto *data = static_cast<int *>(allocate(count * 4));
      std::fill(data, data + count, number);
      held.push_back({data, count});
      if (held.size() < 20)
        continue;
      size_t victim = random() % held.size();
      auto [old, size] = held[victim];
      for (int i = 0; i < size; ++i)
        ASSERT_EQ(old[i], number);
      deallocate(old);
      held.erase(held.begin() + victim);
    }
    for (auto [data, size] : held)
      deallocate(data);
  };
  std::vector<std::thread> threads;
  for (int i = 1; i <= 4; ++i)
    threads.emplace_back(work, i);
  for (std::thread &thread : threads)
    thread.join();
}
