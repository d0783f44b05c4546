//===- DriverDevice.h - Devices behind a driver of GPUs ---------*- C++ -*-===//
//
// Two vendors' interfaces have the same functions under different names. What
// differs otherwise is in a Driver.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_DEVICES_CORE_DRIVERDEVICE_H
#define OPC_LIB_DEVICES_CORE_DRIVERDEVICE_H

#include "Reason.h"
#include "opc-c/device.h"

#include <cstddef>
#include <memory>

namespace opc::devices {

/// Handles, as all interfaces have them.
using Stream = struct DriverStream *;
using DriverModule = struct DriverModuleHandle *;
using DriverFunction = struct DriverFunctionHandle *;

class Driver {
public:
  virtual ~Driver() = default;

  /// Loads the library and chooses a device.
  virtual Failure open() = 0;
  virtual void close() {}
  /// Makes the device this thread's; leave() gives it back the one that it had.
  virtual Failure enter() = 0;
  virtual void leave() = 0;
  virtual Failure load(const std::string &image, DriverModule &module) = 0;
  virtual std::string describe(int code) = 0;

  /// What a function failed with; none for 0, which is success everywhere.
  Failure failureOf(const char *function, int code);

  int (*memAlloc)(opc_device_address *, size_t) = nullptr;
  int (*memFree)(opc_device_address) = nullptr;
  int (*copyIn)(opc_device_address, const void *, size_t, Stream) = nullptr;
  int (*copyOut)(void *, opc_device_address, size_t, Stream) = nullptr;
  int (*moduleUnload)(DriverModule) = nullptr;
  int (*moduleFunction)(DriverFunction *, DriverModule, const char *) = nullptr;
  int (*functionAttribute)(int *, int, DriverFunction) = nullptr;
  /// Grid, group, dynamic shared memory, stream, parameters, more parameters.
  int (*launch)(DriverFunction, unsigned, unsigned, unsigned, unsigned,
                unsigned, unsigned, unsigned, Stream, void **,
                void **) = nullptr;
  int (*streamCreate)(Stream *, unsigned) = nullptr;
  int (*streamSync)(Stream) = nullptr;
  int (*streamDestroy)(Stream) = nullptr;
  /// Most threads of a grid.
  int64_t mostThreads = INT64_MAX;
};

/// The table of opc-c/device.h, but for how the device is opened.
opc_device_api driverApi(int32_t (*open)(opc_device **, char *));
/// Opens what `make` gives.
int32_t openDriver(std::unique_ptr<Driver> (*make)(), opc_device **device,
                   char *reason) noexcept;

/// The table of opc-c/device.h for a Driver.
template <typename OneDriver> opc_device_api driverApi() {
  return driverApi([](opc_device **device, char *reason) {
    return openDriver(
        []() -> std::unique_ptr<Driver> {
          return std::make_unique<OneDriver>();
        },
        device, reason);
  });
}

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_CORE_DRIVERDEVICE_H
