//===- OpenCLChoiceTest.cpp - Devices that this machine does not have -----===//
//
// The functions of OpenCL are made up here: they tell of a list of devices.
//
//===----------------------------------------------------------------------===//
#include "OpenCLChoice.h"

#include <cstdlib>
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

using namespace opc::devices;

namespace {

struct Board {
  const char *name;
  int platform;
  cl_bitfield type = 2; // a CPU
  cl_uint hasCompiler = 1;
  cl_bitfield sharedMemory = 1;
  cl_bitfield floats = 0xFF;
};

std::vector<Board> boards;
int numPlatforms;
const char *const platformNames[] = {"first vendor", "second vendor"};

template <typename Handle> Handle handleOf(size_t index) {
  return reinterpret_cast<Handle>(index + 1);
}
template <typename Handle> size_t indexOf(Handle handle) {
  return reinterpret_cast<size_t>(handle) - 1;
}

cl_int give(const void *value, size_t bytes, size_t room, void *to,
            size_t *size) {
  if (to)
    memcpy(to, value, std::min(room, bytes));
  if (size)
    *size = bytes;
  return CL_SUCCESS;
}

cl_int platforms(cl_uint room, cl_platform_id *ids, cl_uint *count) {
  for (cl_uint i = 0; i < room; ++i)
    ids[i] = handleOf<cl_platform_id>(i);
  if (count)
    *count = cl_uint(numPlatforms);
  return numPlatforms ? CL_SUCCESS : CL_PLATFORM_NOT_FOUND;
}

cl_int platformInfo(cl_platform_id id, cl_uint, size_t room, void *to,
                    size_t *size) {
  const char *name = platformNames[indexOf(id)];
  return give(name, strlen(name) + 1, room, to, size);
}

cl_int devices(cl_platform_id platform, cl_bitfield, cl_uint room,
               cl_device_id *ids, cl_uint *count) {
  cl_uint found = 0;
  for (size_t i = 0; i < boards.size(); ++i) {
    if (boards[i].platform != int(indexOf(platform)))
      continue;
    if (found < room)
      ids[found] = handleOf<cl_device_id>(i);
    ++found;
  }
  if (count)
    *count = found;
  return found ? CL_SUCCESS : CL_DEVICE_NOT_FOUND;
}

cl_int deviceInfo(cl_device_id id, cl_uint which, size_t room, void *to,
                  size_t *size) {
  const Board &board = boards[indexOf(id)];
  switch (which) {
  case CL_DEVICE_NAME:
    return give(board.name, strlen(board.name) + 1, room, to, size);
  case CL_DEVICE_TYPE:
    return give(&board.type, 8, room, to, size);
  case CL_DEVICE_COMPILER_AVAILABLE:
    return give(&board.hasCompiler, 4, room, to, size);
  case CL_DEVICE_SVM_CAPABILITIES:
    return give(&board.sharedMemory, 8, room, to, size);
  default:
    return give(&board.floats, 8, room, to, size);
  }
}

/// The name of the device that is chosen, or why none is.
std::string chosen(const char *wanted = "") {
  setenv("OPC_OPENCL_DEVICE", wanted, 1);
  OpenCLLibrary cl = {};
  cl.getPlatformIDs = platforms;
  cl.getPlatformInfo = platformInfo;
  cl.getDeviceIDs = devices;
  cl.getDeviceInfo = deviceInfo;
  cl_device_id device = nullptr;
  Failure failure = chooseDevice(cl, device);
  unsetenv("OPC_OPENCL_DEVICE");
  return failure ? *failure : boards[indexOf(device)].name;
}

constexpr cl_bitfield kGPU = 4;

TEST(OpenCLChoiceTest, NoDeviceIsNamed) {
  boards = {};
  numPlatforms = 0;
  EXPECT_EQ(chosen(), "no OpenCL platform is installed");
  numPlatforms = 2;
  EXPECT_EQ(chosen(), "no OpenCL platform has a device");
}

TEST(OpenCLChoiceTest, TheFirstGPUThatCanBeUsedComesFirst) {
  numPlatforms = 2;
  boards = {
      {.name = "processor", .platform = 0},
      {.name = "old board", .platform = 0, .type = kGPU, .sharedMemory = 0},
      {.name = "board", .platform = 1, .type = kGPU},
      {.name = "Big Board", .platform = 1, .type = kGPU}};
  EXPECT_EQ(chosen(), "board");
  boards.resize(2);
  EXPECT_EQ(chosen(), "processor");
}

TEST(OpenCLChoiceTest, ADeviceIsNamedByIndexOrName) {
  numPlatforms = 2;
  boards = {{.name = "processor", .platform = 0},
            {.name = "board 0", .platform = 1, .type = kGPU},
            {.name = "Big Board", .platform = 1, .type = kGPU}};
  EXPECT_EQ(chosen("0"), "processor");
  EXPECT_EQ(chosen("2"), "Big Board");
  EXPECT_EQ(chosen("big b"), "Big Board");
  EXPECT_EQ(chosen("second VENDOR"), "board 0");
  EXPECT_EQ(chosen("3"), "OPC_OPENCL_DEVICE is '3', devices are 0: processor, "
                         "1: board 0, 2: Big Board");
}

TEST(OpenCLChoiceTest, WhatADeviceLacksIsNamed) {
  numPlatforms = 1;
  struct Case {
    Board board;
    const char *line;
  };
  for (const auto &[board, line] :
       {Case{{.name = "a", .platform = 0, .hasCompiler = 0},
             "a has no compiler of OpenCL C"},
        Case{{.name = "b", .platform = 0, .sharedMemory = 2},
             "b has no coarse-grained shared virtual memory"},
        Case{{.name = "c", .platform = 0, .floats = 0xFF & ~4},
             "c rounds otherwise than to nearest, or has no infinities and "
             "NaNs"},
        Case{{.name = "d", .platform = 0, .floats = 0xFF & ~1},
             "d has no subnormal numbers"},
        Case{{.name = "e", .platform = 0, .floats = 0x7F},
             "e does not round quotients and square roots correctly"}}) {
    boards = {board};
    EXPECT_EQ(chosen(), line);
    EXPECT_EQ(chosen(board.name), line);
  }
}

} // namespace
