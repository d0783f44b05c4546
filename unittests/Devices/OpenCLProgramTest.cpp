//===- OpenCLProgramTest.cpp - A whole program with OpenCL C inside -------===//
//
// Through the runtime, which finds the plug-in beside itself.
//
//===----------------------------------------------------------------------===//
#include "opc-c/module.h"
#include "opc-c/opc.h"

#include <cstdlib>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace {

/// y = 3 x[pick], where pick is checked.
constexpr const char *kImage = R"(
__attribute__((reqd_work_group_size(16, 1, 1)))
__kernel void triple(__global long *fault, __global const float *x,
                     __global float *y, long rows, long units) {
  for (long i = get_global_id(0); i < units; i += get_global_size(0))
    y[i] = 3.0f * x[i];
}
__attribute__((reqd_work_group_size(1, 1, 1)))
__kernel void refuse(__global long *fault, __global const float *x,
                     __global float *y, long rows, long units) {
  if (get_group_id(0) == 0 && rows > 100) {
    fault[0] = 1;
    fault[1] = rows;
    fault[2] = 100;
  }
}
)";

constexpr const char *kManifest = R"json({
  "opc": "0.1.0", "abi": 4, "target": {"name": "cpu", "features": []},
  "inputs": [{"name": "x", "dtype": "f32", "shape": ["n", 3]}],
  "outputs": [{"name": "y", "dtype": "f32", "shape": ["n", 3]}],
  "devices": [{"name": "opencl", "own_memory": true}],
  "images": [{"device": 0, "target": "opencl"}],
  "kernels": [{"name": "triple", "image": 0, "locations": [0]},
              {"name": "refuse", "image": 0, "locations": [0]}],
  "locations": ["node 'Triple_0'"],
  "constants_bytes": 0})json";

int64_t word(const void *address) { return reinterpret_cast<int64_t>(address); }

int32_t entry(opc_call *call) {
  const opc_runtime_api &api = *call->api;
  int64_t rows = call->input_dims[0][0], bytes = rows * 12;
  int64_t dims[] = {rows, 3};
  void *y = api.output(call, 0, dims);
  void *there = api.device_alloc(call, 0, 2 * bytes + 64);
  if (!y || !there)
    return 1;
  void *result = static_cast<char *>(there) + bytes;
  if (api.device_write(call, 0, there, call->inputs[0], bytes))
    return 1;
  int64_t words[] = {0, word(there), word(result), rows};
  opc_launch triple = {nullptr, words, rows * 3, 32, 0, 0, 0};
  opc_launch refuse = {nullptr, words, rows, 32, 0, 0, 1};
  if (api.device_launch(call, &triple, 0, 4, 0) ||
      api.device_launch(call, &refuse, 0, 4, 1))
    return 1;
  if (call->status.fault)
    return api.fail(call, call->status.fault, 0, call->status.observed,
                    call->status.expected);
  return api.device_read(call, 0, y, result, bytes);
}

class OpenCLProgramTest : public testing::Test {
protected:
  void SetUp() override {
    unsetenv("OPC_DEVICE_PATH");
    adopt(kImage);
  }
  void TearDown() override { opc_close(program); }

  opc_status adopt(const char *text) {
    opc_close(program);
    program = nullptr;
    image = {text, strlen(text)};
    opc_program_descriptor descriptor = {
        OPC_ABI_VERSION, 0, entry,  kManifest, strlen(kManifest),
        nullptr,         0, &image, 1};
    return opc_adopt(&descriptor, nullptr, nullptr, &program);
  }

  void checkRun(int64_t rows) {
    std::vector<float> x(size_t(rows) * 3);
    for (size_t i = 0; i < x.size(); ++i)
      x[i] = float(i) - 7;
    int64_t dims[] = {rows, 3};
    opc_tensor input = {x.data(), OPC_F32, 2, dims};
    opc_results *results = nullptr;
    ASSERT_EQ(opc_run(program, &input, 1, nullptr, 0, &results), OPC_OK)
        << opc_last_error();
    auto *y = static_cast<const float *>(opc_result(results, 0)->data);
    for (size_t i = 0; i < x.size(); ++i)
      EXPECT_EQ(y[i], 3 * x[i]);
    opc_free_results(results);
  }

  opc_program_image image = {};
  opc_program *program = nullptr;
};

TEST_F(OpenCLProgramTest, Runs) {
  ASSERT_TRUE(program) << opc_last_error();
  for (int64_t rows : {0, 1, 5, 100})
    checkRun(rows);
}

TEST_F(OpenCLProgramTest, RunsInSeveralThreads) {
  ASSERT_TRUE(program) << opc_last_error();
  std::vector<std::thread> threads;
  for (int64_t rows : {3, 50, 99})
    threads.emplace_back([this, rows] {
      for (int run = 0; run < 30; ++run)
        checkRun(rows);
    });
  for (std::thread &thread : threads)
    thread.join();
}

TEST_F(OpenCLProgramTest, WhatKernelsMeetIsReported) {
  ASSERT_TRUE(program) << opc_last_error();
  std::vector<float> x(303);
  int64_t dims[] = {101, 3};
  opc_tensor input = {x.data(), OPC_F32, 2, dims};
  opc_results *results = nullptr;
  EXPECT_EQ(opc_run(program, &input, 1, nullptr, 0, &results), OPC_ERROR_INPUT);
  EXPECT_THAT(
      opc_last_error(),
      testing::HasSubstr("index 101 lies outside of a dimension of 100"));
  checkRun(4);
}

TEST_F(OpenCLProgramTest, AnImageThatCannotBeBuiltIsRefused) {
  EXPECT_EQ(adopt("__kernel void triple() { nobody(); }"), OPC_ERROR_INPUT);
  EXPECT_THAT(opc_last_error(), testing::StartsWith("device 'opencl': "));
  EXPECT_THAT(opc_last_error(), testing::HasSubstr("nobody"));
}

} // namespace
