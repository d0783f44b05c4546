//===- OpenCLChoice.h - Which device of OpenCL is used ----------*- C++ -*-===//
#ifndef OPC_LIB_DEVICES_OPENCL_OPENCLCHOICE_H
#define OPC_LIB_DEVICES_OPENCL_OPENCLCHOICE_H

#include "OpenCLLibrary.h"

namespace opc::devices {

/// A property of a device that is one value.
template <typename T>
T propertyOf(const OpenCLLibrary &cl, cl_device_id device, cl_uint which) {
  T value = {};
  cl.getDeviceInfo(device, which, sizeof(value), &value, nullptr);
  return value;
}

/// The device that the environment variable OPC_OPENCL_DEVICE names, by its
/// index among all devices of all platforms or by part of its name or its
/// platform's; else the first GPU that can be used, else the first device that
/// can.
Failure chooseDevice(const OpenCLLibrary &cl, cl_device_id &device);

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_OPENCL_OPENCLCHOICE_H
