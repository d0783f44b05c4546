//===- FakeDriver.h - What tests ask of the fake driver ---------*- C++ -*-===//
#ifndef OPC_UNITTESTS_DEVICES_INPUTS_FAKEDRIVER_H
#define OPC_UNITTESTS_DEVICES_INPUTS_FAKEDRIVER_H

#include <cstdint>
#include <string>
#include <vector>

struct FakeDriverLaunch {
  std::string kernel;
  unsigned groups, groupSize;
  std::vector<int64_t> words;
  bool operator==(const FakeDriverLaunch &) const = default;
};

struct FakeDriverState {
  int devices = 1;
  int failInit = 0;            ///< a code
  int failLaunch = 0;          ///< a code that launches give at once
  int failLater = 0;           ///< a code that waiting gives from then on
  int64_t mostBytes = 1 << 20; ///< of one allocation
  std::vector<FakeDriverLaunch> launches;
  // Alive.
  int64_t allocations = 0, modules = 0, streams = 0, contexts = 0;
  /// Calls by a thread that the device did not belong to.
  int64_t outside = 0;
};

/// Under these names the driver exports its state and a number that says which
/// device the calling thread has.
#define FAKE_DRIVER_STATE "fake_driver_state"
#define FAKE_DRIVER_CURRENT "fake_driver_current"
using FakeDriverCurrent = int *(*)();

#endif // OPC_UNITTESTS_DEVICES_INPUTS_FAKEDRIVER_H
