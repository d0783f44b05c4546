//===- CUDADevice.cpp - The plug-in that runs kernels with CUDA -----------===//
//
// Images are PTX or cubins. The device is the first of those that
// CUDA_VISIBLE_DEVICES leaves; its context is the process's primary one, which
// frameworks use, too. Names and constants are those of the CUDA driver API.
//
//===----------------------------------------------------------------------===//
#include "DriverDevice.h"
#include "VendorLibrary.h"

#include <fmt/format.h>

using namespace opc::devices;

namespace {

using CUcontext = struct CUctx_st *;

constexpr const char *kFiles[] = {"libcuda.so.1"};
enum : int {
  CU_JIT_ERROR_LOG_BUFFER = 5,
  CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6,
};

class CUDADriver : public Driver {
public:
  Failure open() override;
  void close() override { releaseContext(device); }
  Failure enter() override {
    return failureOf("cuCtxPushCurrent", push(context));
  }
  void leave() override {
    CUcontext ours = nullptr;
    pop(&ours);
  }
  Failure load(const std::string &image, DriverModule &module) override;
  std::string describe(int code) override;

private:
  Failure openSymbols();

  int (*init)(unsigned) = nullptr;
  int (*deviceCount)(int *) = nullptr;
  int (*deviceGet)(int *, int) = nullptr;
  int (*retainContext)(CUcontext *, int) = nullptr;
  int (*releaseContext)(int) = nullptr;
  int (*push)(CUcontext) = nullptr;
  int (*pop)(CUcontext *) = nullptr;
  int (*errorString)(int, const char **) = nullptr;
  int (*moduleLoad)(DriverModule *, const void *, unsigned, int *,
                    void **) = nullptr;
  int device = 0;
  CUcontext context = nullptr;
};

Failure CUDADriver::openSymbols() {
  const Symbol symbols[] = {
      {"cuInit", init},
      {"cuDeviceGetCount", deviceCount},
      {"cuDeviceGet", deviceGet},
      {"cuDevicePrimaryCtxRetain", retainContext},
      {"cuDevicePrimaryCtxRelease_v2", releaseContext},
      {"cuCtxPushCurrent_v2", push},
      {"cuCtxPopCurrent_v2", pop},
      {"cuGetErrorString", errorString},
      {"cuModuleLoadDataEx", moduleLoad},
      {"cuModuleUnload", moduleUnload},
      {"cuModuleGetFunction", moduleFunction},
      {"cuFuncGetAttribute", functionAttribute},
      {"cuMemAlloc_v2", memAlloc},
      {"cuMemFree_v2", memFree},
      {"cuMemcpyHtoDAsync_v2", copyIn},
      {"cuMemcpyDtoHAsync_v2", copyOut},
      {"cuLaunchKernel", launch},
      {"cuStreamCreate", streamCreate},
      {"cuStreamSynchronize", streamSync},
      {"cuStreamDestroy_v2", streamDestroy},
  };
  return openLibrary(kFiles, symbols);
}

Failure CUDADriver::open() {
  if (Failure f = openSymbols())
    return f;
  if (Failure f = failureOf("cuInit", init(0)))
    return f;
  int count = 0;
  if (Failure f = failureOf("cuDeviceGetCount", deviceCount(&count)))
    return f;
  if (count == 0)
    return "no device of CUDA is visible";
  if (Failure f = failureOf("cuDeviceGet", deviceGet(&device, 0)))
    return f;
  return failureOf("cuDevicePrimaryCtxRetain", retainContext(&context, device));
}

Failure CUDADriver::load(const std::string &image, DriverModule &module) {
  char log[1024] = "";
  int options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  // Numbers are passed as if they were pointers.
  void *values[] = {log, reinterpret_cast<void *>(sizeof(log) - 1)};
  Failure failure =
      failureOf("cuModuleLoadDataEx",
                moduleLoad(&module, image.c_str(), 2, options, values));
  if (std::string said = telling(log); failure && !said.empty())
    return fmt::format("{}: {}", *failure, said);
  return failure;
}

std::string CUDADriver::describe(int code) {
  const char *text = nullptr;
  errorString(code, &text);
  return text ? text : "a code without a name";
}

} // namespace

extern "C" __attribute__((visibility("default")))
const opc_device_api opc_device_v1 = driverApi<CUDADriver>();
