//===- Device.h - Devices that programs use ---------------------*- C++ -*-===//
//
// A device is opened once in a process, by the first program that needs it, and
// closed with the last. Failures are lines that begin with its name.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_RUNTIME_DEVICE_H
#define OPC_LIB_RUNTIME_DEVICE_H

#include "opc-c/device.h"
#include "opc/Runtime/Error.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace opc::runtime {

class Device {
public:
  /// Gives the open device of this name, or finds its plug-in and opens it.
  static Status open(const std::string &name, std::shared_ptr<Device> &device);
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;

  Status alloc(int64_t bytes, opc_device_address &address);
  void free(opc_device_address address) { api->free(handle, address); }
  Status write(opc_device_address to, const void *from, int64_t bytes);
  Status read(void *to, opc_device_address from, int64_t bytes);
  Status launch(const opc_device_launch &launch);
  Status sync();

private:
  friend class DeviceImage;

  explicit Device(std::string name) : name(std::move(name)) {}
  Status load();
  Status adopt(const std::string &path);
  void close();
  /// Calls a function of the plug-in that may fail.
  template <typename... Parameters, typename... Args>
  Status ask(int32_t (*function)(opc_device *, Parameters...), Args... args);

  const std::string name;
  void *library = nullptr;
  const opc_device_api *api = nullptr;
  opc_device *handle = nullptr;
};

/// The kernels of a program that a device has loaded; given back with this.
class DeviceImage {
public:
  DeviceImage() = default;
  DeviceImage(DeviceImage &&other) noexcept;
  DeviceImage &operator=(DeviceImage &&) = delete;
  ~DeviceImage();

  /// `kernels` has the kernel of each name.
  static Status load(std::shared_ptr<Device> device, const void *data,
                     uint64_t size, std::span<const char *const> names,
                     std::span<opc_device_kernel *> kernels,
                     DeviceImage &image);

private:
  std::shared_ptr<Device> device;
  opc_device_module *module = nullptr;
};

} // namespace opc::runtime

#endif // OPC_LIB_RUNTIME_DEVICE_H
