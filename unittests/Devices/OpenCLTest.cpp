//===- OpenCLTest.cpp - Kernels in OpenCL C, on a device of this machine --===//
//
// Whichever device OpenCL finds here: one that is software, where there is no
// other. Values are such that arithmetic is exact.
//
//===----------------------------------------------------------------------===//
#include "PlugIn.h"
#include "opc-c/module.h"

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <thread>

using namespace opc::devices::test;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

/// y[i] += a x[i], and how many groups came: each adds one to counts[0].
constexpr const char *kSaxpy = R"(
__attribute__((reqd_work_group_size(8, 1, 1)))
__kernel void saxpy(__global long *fault, __global const float *x,
                    __global float *y, __global int *counts, long a,
                    long units) {
  long groups = get_num_groups(0);
  if (counts && get_local_id(0) == 0)
    atomic_add(counts, 1);
  for (long i = get_global_id(0); i < units; i += groups * 8)
    y[i] += a * x[i];
}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void checked(__global long *fault, __global const long *index,
                      __global long *out, long extent, long units) {
  for (long i = get_group_id(0); i < units; i += get_num_groups(0)) {
    long at = index[i];
    out[i] = at;
    if ((at < 0 || at >= extent) && !atomic_xchg((__global int *)(fault + 3), 1)) {
      fault[0] = 1;
      fault[1] = at;
      fault[2] = extent;
    }
  }
}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void slow(__global long *fault, __global float *y, long steps,
                   long units) {
  float sum = y[0];
  for (long i = 0; i < steps; ++i)
    sum = sum * 0.5f + 1.0f;
  y[0] = sum;
}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void inverse(__global long *fault, __global const float *x,
                      __global float *y, long units) {
  for (long i = get_group_id(0); i < units; i += get_num_groups(0))
    y[i] = 1.0f / x[i];
}
)";

class OpenCLTest : public testing::Test {
protected:
  void SetUp() override { ASSERT_EQ(plugIn.open(), ""); }

  void load(const std::string &text, std::vector<const char *> names) {
    ASSERT_EQ(plugIn.load(text, std::move(names), kernels, module), "");
  }
  void TearDown() override {
    if (module)
      plugIn.unload(module);
  }

  opc_device_address allocate(int64_t bytes) {
    opc_device_address address = 0;
    EXPECT_EQ(plugIn.alloc(bytes, address), "");
    EXPECT_NE(address, 0u);
    EXPECT_EQ(address % OPC_ALIGNMENT, 0u);
    return address;
  }
  template <typename T> opc_device_address placed(const std::vector<T> &data) {
    int64_t bytes = int64_t(data.size() * sizeof(T));
    opc_device_address address = allocate(bytes);
    EXPECT_EQ(plugIn.write(address, data.data(), bytes), "");
    return address;
  }
  template <typename T>
  std::vector<T> contents(opc_device_address from, size_t count) {
    std::vector<T> data(count);
    EXPECT_EQ(plugIn.read(data.data(), from, int64_t(count * sizeof(T))), "");
    return data;
  }
  /// What loading an image that must fail says.
  std::string refusal(const std::string &text, const char *name = "saxpy") {
    std::string line = plugIn.load(text, {name}, kernels, module);
    EXPECT_NE(line, "");
    EXPECT_EQ(module, nullptr);
    return line;
  }

  PlugIn plugIn{"opencl"};
  std::vector<opc_device_kernel *> kernels;
  opc_device_module *module = nullptr;
};

std::vector<float> countFrom(float first, size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), first);
  return values;
}

TEST_F(OpenCLTest, AddsInsideOfAllocations) {
  load(kSaxpy, {"saxpy"});
  opc_device_address x = placed(countFrom(0, 1100));
  opc_device_address y = placed(countFrom(5, 1100));
  std::vector<float> expected = countFrom(5, 1100);
  for (int64_t units : {1, 2, 7, 8, 9, 63, 64, 65, 255, 1001})
    for (int64_t grain : {1, 3, 64, 5000}) {
      ASSERT_EQ(
          plugIn.launch(kernels[0],
                        {0, int64_t(x + 4 * 13), int64_t(y + 4 * 31), 0, 2},
                        units, grain),
          "");
      for (int64_t i = 0; i < units; ++i)
        expected[31 + i] += 2 * (13 + float(i));
    }
  EXPECT_EQ(contents<float>(y, 1100), expected);
  plugIn.free(x);
  plugIn.free(y);
}

TEST_F(OpenCLTest, GroupsAreAsManyAsTasks) {
  load(kSaxpy, {"saxpy"});
  opc_device_address x = placed(std::vector<float>(100));
  opc_device_address y = placed(std::vector<float>(100));
  struct Case {
    int64_t units, grain;
    int groups;
  };
  for (auto [units, grain, groups] :
       {Case{0, 1, 0}, Case{1, 1, 1}, Case{100, 1, 100}, Case{100, 7, 15},
        Case{98, 7, 14}, Case{3, 100, 1}, Case{100, INT64_MAX, 1}}) {
    opc_device_address counts = placed(std::vector<int>{0});
    ASSERT_EQ(plugIn.launch(kernels[0],
                            {0, int64_t(x), int64_t(y), int64_t(counts), 1},
                            units, grain),
              "");
    EXPECT_EQ(contents<int>(counts, 1)[0], groups) << units << " by " << grain;
    plugIn.free(counts);
  }
  plugIn.free(x);
  plugIn.free(y);
}

/// Seconds that it takes.
template <typename Body> double timed(Body body) {
  auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

TEST_F(OpenCLTest, AWriteWaitsForNoKernel) {
  load(kSaxpy, {"slow"});
  opc_device_address busy = placed(std::vector<float>{0});
  opc_device_address other = placed(std::vector<float>(1000));
  std::vector<float> values = countFrom(3, 1000);
  double writing = 0;
  double all = timed([&] {
    ASSERT_EQ(plugIn.launch(kernels[0], {0, int64_t(busy), 300'000'000}, 1, 1),
              "");
    writing =
        timed([&] { EXPECT_EQ(plugIn.write(other, values.data(), 4000), ""); });
    // It is the caller's again.
    std::ranges::fill(values, -1);
    EXPECT_EQ(plugIn.sync(), "");
  });
  EXPECT_LT(writing, all / 4);
  EXPECT_EQ(contents<float>(other, 1000), countFrom(3, 1000));
  EXPECT_EQ(contents<float>(busy, 1)[0], 2);
  plugIn.free(busy);
  plugIn.free(other);
}

TEST_F(OpenCLTest, NoUnitsAreNoLaunch) {
  load(kSaxpy, {"saxpy"});
  EXPECT_EQ(plugIn.launch(kernels[0], {}, 0, 1), "");
  EXPECT_EQ(plugIn.sync(), "");
}

TEST_F(OpenCLTest, KernelsWriteWhatTheyMeet) {
  load(kSaxpy, {"checked", "saxpy"});
  opc_device_address fault = placed(std::vector<int64_t>(4));
  opc_device_address index = placed(std::vector<int64_t>{0, 2, 9, 1});
  opc_device_address out = allocate(4 * 8);
  ASSERT_EQ(plugIn.launch(kernels[0],
                          {int64_t(fault), int64_t(index), int64_t(out), 3}, 4,
                          1),
            "");
  opc_kernel_fault met = contents<opc_kernel_fault>(fault, 1)[0];
  EXPECT_EQ(met.fault, OPC_FAULT_INDEX);
  EXPECT_EQ(met.observed, 9);
  EXPECT_EQ(met.expected, 3);
  EXPECT_THAT(contents<int64_t>(out, 4), testing::ElementsAre(0, 2, 9, 1));
  for (opc_device_address address : {fault, index, out})
    plugIn.free(address);
}

TEST_F(OpenCLTest, QuotientsAreCorrectlyRounded) {
  load(kSaxpy, {"inverse"});
  std::vector<float> x = countFrom(1, 100000), expected;
  for (float each : x)
    expected.push_back(1.0f / each);
  x.push_back(3e38f); // whose inverse is subnormal
  expected.push_back(1.0f / 3e38f);
  opc_device_address from = placed(x), to = allocate(int64_t(x.size() * 4));
  ASSERT_EQ(plugIn.launch(kernels[0], {0, int64_t(from), int64_t(to)},
                          int64_t(x.size()), 1000),
            "");
  EXPECT_EQ(contents<float>(to, x.size()), expected);
  plugIn.free(from);
  plugIn.free(to);
}

TEST_F(OpenCLTest, CopiesAtOddOffsets) {
  std::vector<uint8_t> bytes(1000);
  std::iota(bytes.begin(), bytes.end(), 0);
  opc_device_address memory = placed(bytes);
  const uint8_t patch[] = {201, 202, 203};
  for (int64_t offset : {1, 63, 65, 997}) {
    ASSERT_EQ(plugIn.write(memory + offset, patch, 3), "");
    std::copy(patch, patch + 3, bytes.begin() + offset);
  }
  EXPECT_EQ(contents<uint8_t>(memory + 3, 997),
            std::vector(bytes.begin() + 3, bytes.end()));
  EXPECT_EQ(plugIn.write(memory, nullptr, 0), "");
  EXPECT_EQ(plugIn.read(nullptr, memory + 1000, 0), "");
  EXPECT_EQ(contents<uint8_t>(memory, 1000), bytes);
  plugIn.free(memory);
}

TEST_F(OpenCLTest, NothingIsAnAllocation) {
  opc_device_address first = allocate(0), second = allocate(0);
  EXPECT_NE(first, second);
  plugIn.free(first);
  plugIn.free(second);
  plugIn.free(0);
}

TEST_F(OpenCLTest, WhatIsTooLargeIsRefused) {
  opc_device_address address = 0;
  EXPECT_THAT(plugIn.alloc(int64_t(1) << 60, address),
              StartsWith("no memory for 1152921504606846976 bytes: "));
  EXPECT_THAT(plugIn.alloc(INT64_MAX, address), StartsWith("no memory for "));
}

/// Memory is freed while the launch that uses it may not have begun.
TEST_F(OpenCLTest, FreedMemoryLastsAsLongAsItsLaunches) {
  load(kSaxpy, {"saxpy"});
  constexpr size_t kCount = 20000;
  std::vector<float> ones(kCount, 1);
  opc_device_address y = placed(std::vector<float>(kCount, 0));
  for (int i = 0; i < 50; ++i) {
    opc_device_address x = placed(ones);
    ASSERT_EQ(plugIn.launch(kernels[0], {0, int64_t(x), int64_t(y), 0, 1},
                            kCount, 512),
              "");
    plugIn.free(x);
  }
  EXPECT_EQ(contents<float>(y, kCount), std::vector<float>(kCount, 50));
  plugIn.free(y);
}

TEST_F(OpenCLTest, SeveralThreadsShareAKernel) {
  load(kSaxpy, {"saxpy"});
  std::atomic<int> wrong = 0;
  std::barrier start(5);
  auto work = [&](int64_t factor) {
    size_t count = 100 + size_t(factor);
    opc_device_address x = placed(countFrom(0, count));
    opc_device_address y = placed(std::vector<float>(count, 0));
    start.arrive_and_wait();
    for (int run = 0; run < 1000; ++run)
      EXPECT_EQ(plugIn.launch(kernels[0],
                              {0, int64_t(x), int64_t(y), 0, factor},
                              int64_t(count), 16),
                "");
    EXPECT_EQ(plugIn.sync(), "");
    std::vector<float> got = contents<float>(y, count);
    for (size_t i = 0; i < count; ++i)
      wrong += got[i] != float(1000 * factor * int64_t(i));
    plugIn.free(x);
    plugIn.free(y);
  };
  std::vector<std::thread> threads;
  for (int64_t factor : {1, 2, 3, 5, 7})
    threads.emplace_back(work, factor);
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(OpenCLTest, FaultsOfImagesAreNamed) {
  EXPECT_THAT(
      refusal("__kernel void saxpy(__global int *x) { x[0] = nobody; }"),
      HasSubstr("nobody"));
  EXPECT_EQ(refusal(kSaxpy, "daxpy"), "the image has no kernel daxpy");
  EXPECT_EQ(refusal("__kernel void saxpy(__global int *x, long n) {}"),
            "kernel saxpy: it has no reqd_work_group_size");
  EXPECT_EQ(refusal("__attribute__((reqd_work_group_size(8, 2, 1)))\n"
                    "__kernel void saxpy(__global int *x, long n) {}"),
            "kernel saxpy: its groups of 8 x 2 x 1 have more than one "
            "dimension");
  EXPECT_THAT(refusal("__attribute__((reqd_work_group_size(8, 1, 1)))\n"
                      "__kernel void saxpy(__local int *x, long n) {}"),
              "kernel saxpy: parameter 0 is neither in global memory nor a "
              "value");
}

TEST_F(OpenCLTest, AnotherNumberOfWordsIsRefused) {
  load(kSaxpy, {"saxpy"});
  EXPECT_EQ(plugIn.launch(kernels[0], {0, 0, 0}, 1, 1),
            "kernel saxpy: 6 parameters, 4 are given");
  EXPECT_EQ(plugIn.sync(), "");
}

int64_t residentPages() {
  std::ifstream file("/proc/self/statm");
  int64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident;
}

TEST_F(OpenCLTest, MemoryComesBack) {
  std::vector<char> data(64 << 20, 1);
  auto round = [&] { plugIn.free(placed(data)); };
  round();
  int64_t before = residentPages();
  for (int i = 0; i < 20; ++i)
    round();
  EXPECT_EQ(plugIn.sync(), "");
  // 20 allocations are 327,680 pages.
  EXPECT_LT(residentPages() - before, 40000);
}

TEST_F(OpenCLTest, OpensAndLoadsAgainAndAgain) {
  auto round = [] {
    PlugIn again("opencl");
    ASSERT_EQ(again.open(), "");
    std::vector<opc_device_kernel *> kernels;
    opc_device_module *module = nullptr;
    ASSERT_EQ(again.load(kSaxpy, {"saxpy"}, kernels, module), "");
    again.unload(module);
  };
  for (int i = 0; i < 3; ++i)
    round();
  int64_t before = residentPages();
  for (int i = 0; i < 30; ++i)
    round();
  EXPECT_LT(residentPages() - before, 5000);
}

/// An environment variable as long as this lives.
class Environment {
public:
  Environment(const char *name, const char *value) : name(name) {
    setenv(name, value, 1);
  }
  ~Environment() { unsetenv(name); }

private:
  const char *name;
};

TEST(OpenCLChoice, IsByIndexOrName) {
  for (const char *wanted : {"0", "", "p"}) {
    Environment choice("OPC_OPENCL_DEVICE", wanted);
    EXPECT_EQ(PlugIn("opencl").open(), "") << wanted;
  }
  for (const char *wanted : {"77", "no such board"}) {
    Environment choice("OPC_OPENCL_DEVICE", wanted);
    EXPECT_THAT(PlugIn("opencl").open(),
                StartsWith("OPC_OPENCL_DEVICE is '" + std::string(wanted) +
                           "', devices are 0: "));
  }
}

/// In a process of its own: the loader of vendors reads its folder once.
TEST(OpenCLChoice, NoPlatformIsNamed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto open = [] {
    Environment nowhere("OCL_ICD_VENDORS", "/nowhere");
    fputs(PlugIn("opencl").open().c_str(), stderr);
    std::_Exit(0);
  };
  EXPECT_EXIT(open(), testing::ExitedWithCode(0),
              "^no OpenCL platform is installed$");
}

} // namespace
