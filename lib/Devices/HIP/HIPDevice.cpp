//===- HIPDevice.cpp - The plug-in that runs kernels with HIP -------------===//
//
// Images are code objects. The device is the first of those that
// HIP_VISIBLE_DEVICES leaves. Names and constants are those of the HIP API.
//
//===----------------------------------------------------------------------===//
#include "DriverDevice.h"
#include "VendorLibrary.h"

using namespace opc::devices;

namespace {

// The name without a number comes with the package for developers alone.
constexpr const char *kFiles[] = {"libamdhip64.so.7", "libamdhip64.so.6",
                                  "libamdhip64.so.5", "libamdhip64.so"};
constexpr int kDevice = 0;

/// The device that a thread had before it entered ours.
thread_local int before = 0;

class HIPDriver : public Driver {
public:
  // Threads of a grid are counted in 32 bits.
  HIPDriver() { mostThreads = UINT32_MAX; }

  Failure open() override;
  Failure enter() override;
  void leave() override { setDevice(before); }
  Failure load(const std::string &image, DriverModule &module) override {
    return failureOf("hipModuleLoadData", moduleLoad(&module, image.data()));
  }
  std::string describe(int code) override { return errorString(code); }

private:
  Failure openSymbols();

  int (*init)(unsigned) = nullptr;
  int (*deviceCount)(int *) = nullptr;
  int (*getDevice)(int *) = nullptr;
  int (*setDevice)(int) = nullptr;
  const char *(*errorString)(int) = nullptr;
  int (*moduleLoad)(DriverModule *, const void *) = nullptr;
};

Failure HIPDriver::openSymbols() {
  const Symbol symbols[] = {
      {"hipInit", init},
      {"hipGetDeviceCount", deviceCount},
      {"hipGetDevice", getDevice},
      {"hipSetDevice", setDevice},
      {"hipGetErrorString", errorString},
      {"hipModuleLoadData", moduleLoad},
      {"hipModuleUnload", moduleUnload},
      {"hipModuleGetFunction", moduleFunction},
      {"hipFuncGetAttribute", functionAttribute},
      {"hipMalloc", memAlloc},
      {"hipFree", memFree},
      {"hipMemcpyHtoDAsync", copyIn},
      {"hipMemcpyDtoHAsync", copyOut},
      {"hipModuleLaunchKernel", launch},
      {"hipStreamCreateWithFlags", streamCreate},
      {"hipStreamSynchronize", streamSync},
      {"hipStreamDestroy", streamDestroy},
  };
  return openLibrary(kFiles, symbols);
}

Failure HIPDriver::open() {
  if (Failure f = openSymbols())
    return f;
  if (Failure f = failureOf("hipInit", init(0)))
    return f;
  int count = 0;
  if (Failure f = failureOf("hipGetDeviceCount", deviceCount(&count)))
    return f;
  return count > 0 ? Failure() : Failure("no device of HIP is visible");
}

Failure HIPDriver::enter() {
  if (Failure f = failureOf("hipGetDevice", getDevice(&before)))
    return f;
  return failureOf("hipSetDevice", setDevice(kDevice));
}

} // namespace

extern "C" __attribute__((visibility("default")))
const opc_device_api opc_device_v1 = driverApi<HIPDriver>();
