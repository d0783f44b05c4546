//===- DeviceCalls.h - What one run does on devices -------------*- C++ -*-===//
#ifndef OPC_LIB_RUNTIME_DEVICECALLS_H
#define OPC_LIB_RUNTIME_DEVICECALLS_H

#include "ProgramState.h"

#include <unordered_set>

namespace opc::runtime {

/// The services of opc_runtime_api that are about devices, for one run. What
/// the run has not given back is given back with this, after everything that it
/// began has ended.
class DeviceCalls {
public:
  DeviceCalls(opc_program &program, opc_kernel_fault &status);
  ~DeviceCalls();

  Status alloc(int64_t device, int64_t bytes, void *&address);
  void release(int64_t device, void *address);
  Status write(int64_t device, void *to, const void *from, int64_t bytes);
  Status read(int64_t device, void *to, const void *from, int64_t bytes);
  /// `count` words, the first of which this fills in. What a kernel that may
  /// fault has met is in the run's status.
  Status launch(const opc_launch &launch, int64_t image, int64_t count,
                bool mayFault);
  /// Waits for all that the run began.
  Status sync();

private:
  /// What a run has on one device.
  struct Use {
    Use(Device *device, bool ownMemory)
        : device(device), ownMemory(ownMemory) {}

    Device *device;
    bool ownMemory;
    bool isBusy = false;
    std::unordered_set<opc_device_address> allocated;
    opc_device_address status = 0; // of kernels, where memory is its own
  };

  Status placeStatus(Use &use, int64_t &word);
  Status readStatus(Use &use);

  opc_program &program;
  opc_kernel_fault &status;
  std::vector<Use> uses; // one for each device of the program
};

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_DEVICECALLS_H
