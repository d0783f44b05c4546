//===- ProgramState.h - What stands behind an opc_program -------*- C++ -*-===//
//
// A loaded program is read-only while it runs, but for the two things that a
// user may change at any time, the number of threads and the profile, and for
// what a run tells the next one.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_PROGRAMSTATE_H
#define OPC_LIB_RUNTIME_PROGRAMSTATE_H

#include "Device.h"
#include "Manifest.h"
#include "Profile.h"
#include "SharedObject.h"
#include "Specs.h"

#include <atomic>

struct opc_program {
  opc_program_descriptor descriptor = {};
  std::string manifestText;
  opc::runtime::Manifest manifest;
  opc::runtime::Specs inputs, outputs;
  /// As the manifest has them; images go before their devices.
  std::vector<std::shared_ptr<opc::runtime::Device>> devices;
  std::vector<opc::runtime::DeviceImage> images;
  /// By the numbers of kernels; NULL for those that the program calls.
  std::vector<opc_device_kernel *> deviceKernels;
  std::atomic<int> threads{1};
  /// What launches of the last run could have shared, in nanoseconds.
  std::atomic<int64_t> sharedNs{INT64_MAX};
  opc::runtime::ProfileSwitch profile;

  // Exactly one of these keeps the code in memory.
  std::unique_ptr<opc::runtime::SharedObject> file;
  void *owner = nullptr;
  void (*release)(void *owner) = nullptr;

  ~opc_program() {
    if (release)
      release(owner);
  }
};

#endif // OPC_LIB_RUNTIME_PROGRAMSTATE_H
