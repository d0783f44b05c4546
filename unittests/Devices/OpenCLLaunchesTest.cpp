//===- OpenCLLaunchesTest.cpp - Launches that fail after they were begun --===//
//
// The functions of OpenCL are made up here: an event is a number of a list of
// what each launch ends with.
//
//===----------------------------------------------------------------------===//
#include "OpenCLLaunches.h"

#include <gtest/gtest.h>
#include <vector>

using namespace opc::devices;

namespace {

constexpr cl_int kRunning = 1;

struct Event {
  cl_int status; // once somebody waited for it
  bool ended = false, released = false;
};

std::vector<Event> events;

Event &of(cl_event event) {
  return events[reinterpret_cast<size_t>(event) - 1];
}

class OpenCLLaunchesTest : public testing::Test {
protected:
  void SetUp() override {
    events.clear();
    cl.waitForEvents = [](cl_uint, const cl_event *event) -> cl_int {
      of(*event).ended = true;
      return of(*event).status < 0 ? -14 : CL_SUCCESS;
    };
    cl.getEventInfo = [](cl_event event, cl_uint, size_t, void *value,
                         size_t *) -> cl_int {
      cl_int status = of(event).ended ? of(event).status : kRunning;
      *static_cast<cl_int *>(value) = status;
      return CL_SUCCESS;
    };
    cl.releaseEvent = [](cl_event event) -> cl_int {
      EXPECT_FALSE(of(event).released);
      of(event).released = true;
      return CL_SUCCESS;
    };
  }

  void TearDown() override {
    for (const Event &event : events)
      EXPECT_TRUE(event.released);
  }

  void begin(cl_int status, bool ended = false) {
    events.push_back({status, ended});
    launches.add(reinterpret_cast<cl_event>(events.size()));
  }

  OpenCLLibrary cl = {};
  OpenCLLaunches launches{cl};
};

TEST_F(OpenCLLaunchesTest, TheFirstFailureIsToldOnce) {
  for (cl_int status : {0, -5, -36, 0})
    begin(status);
  EXPECT_EQ(launches.settle(), "a kernel failed with -5 (CL_OUT_OF_RESOURCES)");
  EXPECT_EQ(launches.settle(), std::nullopt);
}

TEST_F(OpenCLLaunchesTest, ThreadsAreToldOfTheirOwn) {
  begin(0);
  std::thread other([&] {
    begin(-9999);
    EXPECT_EQ(launches.settle(),
              "a kernel failed with -9999 (a code of its vendor)");
  });
  other.join();
  EXPECT_EQ(launches.settle(), std::nullopt);
}

TEST_F(OpenCLLaunchesTest, WhatHasEndedWellIsNotKept) {
  for (int i = 0; i < 10; ++i)
    begin(0, true);
  for (int i = 0; i < 9; ++i)
    EXPECT_TRUE(events[i].released) << i;
  EXPECT_FALSE(events[9].released);
  EXPECT_EQ(launches.settle(), std::nullopt);
}

TEST_F(OpenCLLaunchesTest, CopiesKeepWhatTheyReadAndFailByName) {
  events.push_back({-5, false});
  launches.add(reinterpret_cast<cl_event>(1), std::make_unique<char[]>(8));
  EXPECT_TRUE(launches.isBusy());
  EXPECT_EQ(launches.settle(), "a copy failed with -5 (CL_OUT_OF_RESOURCES)");
  EXPECT_FALSE(launches.isBusy());
  begin(0, true);
  EXPECT_FALSE(launches.isBusy());
}

TEST_F(OpenCLLaunchesTest, AFailureIsKept) {
  begin(-5, true);
  for (int i = 0; i < 10; ++i)
    begin(0, true);
  EXPECT_EQ(launches.settle(), "a kernel failed with -5 (CL_OUT_OF_RESOURCES)");
}

} // namespace
