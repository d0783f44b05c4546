//===- ProfileTest.cpp - Timing the launches of a program -----------------===//
#include "FakeProgram.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <thread>

using namespace opc::runtime::test;
using Json = nlohmann::json;

static void runTimes(opc_program *program, int times) {
  Tensor x({4, 3}), y({4, 3});
  opc_tensor inputs[] = {x.view(), y.view()};
  for (int i = 0; i < times; ++i) {
    opc_results *results = nullptr;
    ASSERT_EQ(opc_run(program, inputs, 2, nullptr, 0, &results), OPC_OK);
    opc_free_results(results);
  }
}

static Json stop(opc_program *program) {
  char *text = opc_profile_stop(program);
  Json json = text ? Json::parse(text) : Json();
  opc_free_data(text);
  return json;
}

TEST(Profile, CountsLaunches) {
  ProgramPtr program = adopt(addEntry);
  runTimes(program.get(), 1); // not seen
  ASSERT_EQ(opc_profile_start(program.get()), OPC_OK);
  runTimes(program.get(), 3);
  std::thread(runTimes, program.get(), 2).join();
  Json profile = stop(program.get());
  ASSERT_EQ(profile["kernels"].size(), 1u);
  const Json &kernel = profile["kernels"][0];
  EXPECT_EQ(kernel["kernel"], "add_0");
  EXPECT_EQ(kernel["nodes"], Json({"node 'Add_0' (ai.onnx.Add)"}));
  EXPECT_EQ(kernel["calls"], 5);
  EXPECT_EQ(kernel["flops"], 5 * 12);
  EXPECT_EQ(kernel["bytes"], 5 * 144);
  EXPECT_GT(kernel["ns"], 0);
  ASSERT_EQ(profile["events"].size(), 5u);
  EXPECT_EQ(profile["dropped"], 0);
  int64_t end = 0, total = 0;
  for (const Json &event : profile["events"]) {
    EXPECT_GE(event["ts_ns"], end);
    end = int64_t(event["ts_ns"]) + int64_t(event["dur_ns"]);
    total += int64_t(event["dur_ns"]);
  }
  EXPECT_EQ(kernel["ns"], total);
  EXPECT_NE(profile["events"][0]["thread"], profile["events"][4]["thread"]);
}

TEST(Profile, IsNoneWithoutAStart) {
  ProgramPtr program = adopt(addEntry);
  EXPECT_EQ(opc_profile_stop(program.get()), nullptr);
  EXPECT_STREQ(opc_last_error(), "opc_profile_stop: no profile was started");
  ASSERT_EQ(opc_profile_start(program.get()), OPC_OK);
  EXPECT_EQ(stop(program.get())["events"].size(), 0u);
  EXPECT_EQ(opc_profile_stop(program.get()), nullptr);
}

TEST(Profile, StartsAndStopsWhileCallsRun) {
  ProgramPtr program = adopt(addEntry);
  std::atomic<bool> done{false};
  std::thread runner([&] {
    while (!done)
      runTimes(program.get(), 10);
  });
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(opc_profile_start(program.get()), OPC_OK);
    EXPECT_TRUE(stop(program.get()).is_object());
  }
  done = true;
  runner.join();
}
