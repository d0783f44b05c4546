//===- FakeDevice.h - What tests ask of the fake device ---------*- C++ -*-===//
#ifndef OPC_UNITTESTS_PIPELINE_INPUTS_FAKEDEVICE_H
#define OPC_UNITTESTS_PIPELINE_INPUTS_FAKEDEVICE_H

#include <cstdint>

/// Counts since the plug-in was loaded, and what is alive.
struct FakeDeviceState {
  int64_t open, modules, allocations; // alive
  int64_t peakBytes;
  int64_t opened, launches, writes, reads; // ever
  // What a test asks for.
  int64_t mostBytes;   ///< that may be allocated at a time
  int64_t failLaunch;  ///< the launch, counted from 1, that is refused
  int64_t failLater;   ///< the launch that is taken and then fails
  int64_t refusesOpen; ///< not 0: nobody may open it
};

/// Under this name the plug-in exports a FakeDeviceState.
#define FAKE_DEVICE_STATE "fake_device_state"

#endif // OPC_UNITTESTS_PIPELINE_INPUTS_FAKEDEVICE_H
