//===- DriverTest.cpp - Plug-ins of two vendors, without their devices ----===//
//
// Inputs/FakeDriver.cpp stands for the vendor's library: it is found because a
// library of that name is loaded already.
//
//===----------------------------------------------------------------------===//
#include "Inputs/FakeDriver.h"
#include "PlugIn.h"
#include "opc-c/module.h"

#include <thread>

using namespace opc::devices::test;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

constexpr const char *kImage = "scale 64 4\nsum 1024 2\n";

struct Vendor {
  const char *name;
  const char *library;
  const char *init;
  int64_t mostGroupsOf1024;
};

void PrintTo(const Vendor &vendor, std::ostream *out) { *out << vendor.name; }

class DriverTest : public testing::TestWithParam<Vendor> {
protected:
  void SetUp() override {
    std::string path = std::string(OPC_TEST_DRIVERS "/") + GetParam().library;
    void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_TRUE(library) << dlerror();
    state = static_cast<FakeDriverState *>(dlsym(library, FAKE_DRIVER_STATE));
    current = reinterpret_cast<FakeDriverCurrent>(
        dlsym(library, FAKE_DRIVER_CURRENT));
    *state = {};
  }

  void TearDown() override {
    plugIn.close();
    EXPECT_EQ(state->allocations, 0);
    EXPECT_EQ(state->modules, 0);
    EXPECT_EQ(state->streams, 0);
    EXPECT_EQ(state->contexts, 0);
    EXPECT_EQ(state->outside, 0) << "the device was not the thread's";
    EXPECT_EQ(*current(), 7) << "the thread was not given back its device";
  }

  void load(std::string_view text, std::vector<const char *> names) {
    ASSERT_EQ(plugIn.open(), "");
    ASSERT_EQ(plugIn.load(text, std::move(names), kernels, module), "");
  }

  PlugIn plugIn{GetParam().name};
  FakeDriverState *state = nullptr;
  FakeDriverCurrent current = nullptr;
  std::vector<opc_device_kernel *> kernels;
  opc_device_module *module = nullptr;
};

TEST_P(DriverTest, OpensAndCloses) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(plugIn.open(), "");
    EXPECT_EQ(state->streams, 1);
    plugIn.close();
    EXPECT_EQ(state->streams, 0);
    EXPECT_EQ(state->contexts, 0);
  }
}

TEST_P(DriverTest, WhatCannotBeOpenedIsNamed) {
  state->failInit = 2;
  EXPECT_EQ(plugIn.open(),
            std::string(GetParam().init) + " failed with 2 (out of memory)");
  state->failInit = 0;
  state->devices = 0;
  EXPECT_THAT(plugIn.open(), StartsWith("no device of "));
}

TEST_P(DriverTest, LaunchesHaveTheirWordsAndGroups) {
  load(kImage, {"sum", "scale"});
  struct Case {
    int64_t units, grain;
    unsigned groups;
  };
  std::vector<FakeDriverLaunch> expected;
  for (auto [units, grain, groups] :
       {Case{1, 1, 1}, Case{100, 1, 100}, Case{100, 7, 15}, Case{98, 7, 14},
        Case{3, INT64_MAX, 1}, Case{INT64_MAX, INT64_MAX, 1}}) {
    ASSERT_EQ(plugIn.launch(kernels[1], {0, 77, -5}, units, grain), "");
    expected.push_back({"scale", groups, 64, {0, 77, -5, units}});
  }
  ASSERT_EQ(plugIn.launch(kernels[0], {4096}, 0, 1), "");
  ASSERT_EQ(plugIn.launch(kernels[0], {4096}, int64_t(1) << 40, 1), "");
  expected.push_back({"sum",
                      unsigned(GetParam().mostGroupsOf1024),
                      1024,
                      {4096, int64_t(1) << 40}});
  EXPECT_EQ(state->launches, expected);
  plugIn.unload(module);
}

TEST_P(DriverTest, CopiesHaveHappenedWhenTheyReturn) {
  ASSERT_EQ(plugIn.open(), "");
  opc_device_address address = 0;
  ASSERT_EQ(plugIn.alloc(100, address), "");
  EXPECT_EQ(address % OPC_ALIGNMENT, 0u);
  std::string text = "what was here", got(4, '?');
  ASSERT_EQ(plugIn.write(address + 3, text.data(), 13), "");
  text = "what came later";
  ASSERT_EQ(plugIn.read(got.data(), address + 8, 4), "");
  EXPECT_EQ(got, "was ");
  EXPECT_EQ(plugIn.write(address, nullptr, 0), "");
  EXPECT_EQ(plugIn.read(nullptr, address, 0), "");
  plugIn.free(address);
  plugIn.free(0);
}

TEST_P(DriverTest, MemoryMayBeNothingAndMayRunOut) {
  ASSERT_EQ(plugIn.open(), "");
  opc_device_address address = 0;
  ASSERT_EQ(plugIn.alloc(0, address), "");
  EXPECT_NE(address, 0u);
  plugIn.free(address);
  EXPECT_EQ(plugIn.alloc(int64_t(1) << 40, address),
            "no memory for 1099511627776 bytes: allocating failed with 2 "
            "(out of memory)");
}

TEST_P(DriverTest, ImagesAreRefusedByName) {
  ASSERT_EQ(plugIn.open(), "");
  EXPECT_EQ(plugIn.load(kImage, {"scale", "shift"}, kernels, module),
            "the image has no kernel shift: finding it failed with 500 (named "
            "symbol not found)");
  EXPECT_EQ(plugIn.load("none 0 1", {"none"}, kernels, module),
            "kernel none has groups of 0");
  EXPECT_EQ(state->modules, 0);
  std::string line = plugIn.load("bad", {"scale"}, kernels, module);
  EXPECT_THAT(line, HasSubstr("failed with 200 (device kernel image is "
                              "invalid)"));
  if (GetParam().name == std::string("cuda"))
    EXPECT_THAT(line, testing::EndsWith(
                          ": ptx input, line 5; error   : unknown symbol"));
}

/// What lies behind an image in memory is no NUL.
TEST_P(DriverTest, AnImageEndsWhereItEnds) {
  std::string_view text = "scale 64 4 more 1 1";
  load(text.substr(0, 10), {"scale"});
  plugIn.unload(module);
  module = nullptr;
  EXPECT_THAT(plugIn.load(text.substr(0, 10), {"more"}, kernels, module),
              StartsWith("the image has no kernel more"));
}

TEST_P(DriverTest, FailuresComeWhenTheyAreKnown) {
  load(kImage, {"scale"});
  state->failLaunch = 2;
  EXPECT_EQ(plugIn.launch(kernels[0], {0, 0, 0}, 1, 1),
            "kernel scale: launching failed with 2 (out of memory)");
  state->failLaunch = 0;
  ASSERT_EQ(plugIn.launch(kernels[0], {0, 0, 0}, 1, 1), "");
  state->failLater = 700;
  EXPECT_EQ(plugIn.sync(),
            "a kernel or a copy failed with 700 (something else)");
  char got = 0;
  EXPECT_EQ(plugIn.read(&got, 4096, 1),
            "a kernel or a copy failed with 700 (something else)");
  plugIn.unload(module);
}

TEST_P(DriverTest, SeveralThreadsShareADevice) {
  load(kImage, {"scale"});
  auto work = [&](int64_t factor) {
    for (int64_t run = 0; run < 50; ++run) {
      opc_device_address address = 0;
      EXPECT_EQ(plugIn.alloc(64, address), "");
      int64_t value = factor * 1000 + run, got = 0;
      EXPECT_EQ(plugIn.write(address, &value, 8), "");
      EXPECT_EQ(plugIn.launch(kernels[0], {0, factor, run}, 5, 2), "");
      EXPECT_EQ(plugIn.read(&got, address, 8), "");
      EXPECT_EQ(got, value);
      plugIn.free(address);
    }
    EXPECT_EQ(plugIn.sync(), "");
  };
  std::vector<std::thread> threads;
  for (int64_t factor : {1, 2, 3})
    threads.emplace_back(work, factor);
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(state->launches.size(), 150u);
  plugIn.unload(module);
}

INSTANTIATE_TEST_SUITE_P(
    Vendors, DriverTest,
    testing::Values(Vendor{"cuda", "libcuda.so.1", "cuInit", INT32_MAX},
                    Vendor{"hip", "libamdhip64.so.7", "hipInit", 4194303}),
    [](const auto &vendor) { return std::string(vendor.param.name); });

/// What opening the plug-in says in a process of its own.
void sayOfOpening(const char *name) {
  fputs(PlugIn(name).open().c_str(), stderr);
  std::_Exit(0);
}

/// On a machine without the vendor's library; one that has it opens its device
/// or says what the library says.
TEST(DriverAbsent, IsNamed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  auto otherwise = testing::Not(HasSubstr("cannot"));
  EXPECT_EXIT(sayOfOpening("cuda"), testing::ExitedWithCode(0),
              testing::AnyOf(StartsWith("cannot load libcuda.so.1: cannot open "
                                        "shared object file"),
                             otherwise));
  EXPECT_EXIT(
      sayOfOpening("hip"), testing::ExitedWithCode(0),
      testing::AnyOf(
          "cannot load libamdhip64.so.7: cannot open shared object file: No "
          "such file or directory, nor libamdhip64.so.6, nor libamdhip64.so.5, "
          "nor libamdhip64.so",
          otherwise));
}

} // namespace
