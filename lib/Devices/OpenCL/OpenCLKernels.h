//===- OpenCLKernels.h - Kernels out of OpenCL C ----------------*- C++ -*-===//
#ifndef OPC_LIB_DEVICES_OPENCL_OPENCLKERNELS_H
#define OPC_LIB_DEVICES_OPENCL_OPENCLKERNELS_H

#include "OpenCLLibrary.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

/// One kernel. Its arguments belong to whoever holds the mutex, until the
/// launch is in the queue.
struct opc_device_kernel {
  std::string name;
  std::mutex mutex;
  cl_kernel handle = nullptr;
  size_t groupSize = 0;
  std::vector<bool> isPointer; // of each parameter
};

/// What an image was built to.
struct opc_device_module {
  explicit opc_device_module(const opc::devices::OpenCLLibrary &cl) : cl(cl) {}
  ~opc_device_module();

  const opc::devices::OpenCLLibrary &cl;
  cl_program program = nullptr;
  std::vector<std::unique_ptr<opc_device_kernel>> kernels;
};

namespace opc::devices {

/// Builds an image and finds the kernels of these names, in their order.
Failure buildImage(cl_context context, cl_device_id device,
                   std::string_view text, std::vector<std::string> names,
                   opc_device_module &module);

} // namespace opc::devices

#endif // OPC_LIB_DEVICES_OPENCL_OPENCLKERNELS_H
