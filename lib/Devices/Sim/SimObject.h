//===- SimObject.h - One simulated program ----------------------*- C++ -*-===//
//
// A shared object that `opc simulate --shared` made: a plug-in (opc-c/device.h)
// with the simulator of its API inside. Each has a memory and faults of its
// own, since each is a library whose names nobody else sees.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_DEVICES_SIM_SIMOBJECT_H
#define OPC_LIB_DEVICES_SIM_SIMOBJECT_H

#include "Reason.h"
#include "opc-c/device.h"

#include <memory>

namespace opc::devices {

class SimObject {
public:
  /// `chip` is what it simulates where the environment names none.
  static Failure open(const std::string &path, const std::string &chip,
                      std::unique_ptr<SimObject> &object);
  /// What was opened stays loaded: the simulator sums up its faults when the
  /// process ends.
  ~SimObject();
  SimObject(const SimObject &) = delete;

  /// Calls a function of the plug-in; fails, too, where that or what was begun
  /// before had faults.
  template <typename... Parameters, typename... Args>
  Failure ask(int32_t (*opc_device_api::*function)(opc_device *, Parameters...),
              Args... args) {
    char reason[OPC_DEVICE_REASON] = "";
    bool failed = (api->*function)(device, args..., reason) != 0;
    Failure faults = takeFaults();
    return faults || !failed ? faults : Failure(reason);
  }
  void free(opc_device_address address) { api->free(device, address); }
  void unload(opc_device_module *module) { api->unload(device, module); }

private:
  SimObject() = default;
  Failure takeFaults();

  const opc_device_api *api = nullptr;
  opc_device *device = nullptr;
  size_t (*faults)(char *first, size_t size) = nullptr;
};

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_SIM_SIMOBJECT_H
