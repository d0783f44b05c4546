//===- DriverDevice.cpp - Devices behind a driver of GPUs -----------------===//
//
// There is one stream: whatever is begun later, by whichever thread, sees what
// was begun before. A kernel that fails takes the device with it: all that is
// asked of it later says so.
//
//===----------------------------------------------------------------------===//
#include "DriverDevice.h"
#include "Groups.h"

#include <fmt/format.h>
#include <vector>

using namespace opc::devices;

struct opc_device_kernel {
  std::string name;
  DriverFunction handle = nullptr;
  int groupSize = 0;
};

struct opc_device_module {
  DriverModule handle = nullptr;
  std::vector<opc_device_kernel> kernels;
};

struct opc_device {
  std::unique_ptr<Driver> driver;
  Stream stream = nullptr;

  explicit opc_device(std::unique_ptr<Driver> driver)
      : driver(std::move(driver)) {}
  Failure open();
  Failure wait() {
    return driver->failureOf("a kernel or a copy", driver->streamSync(stream));
  }
};

Failure Driver::failureOf(const char *function, int code) {
  if (code == 0)
    return {};
  return fmt::format("{} failed with {} ({})", function, code, describe(code));
}

namespace {

constexpr unsigned kNonBlockingStream = 1;
constexpr int kMaxThreadsPerBlock = 0; // an attribute of functions

/// The device is this thread's as long as this lives.
struct Entered {
  explicit Entered(Driver &driver) : driver(driver), failure(driver.enter()) {}
  ~Entered() {
    if (!failure)
      driver.leave();
  }
  Entered(const Entered &) = delete;
  Entered &operator=(const Entered &) = delete;

  Driver &driver;
  const Failure failure;
};

/// Runs `body`, which gives a Failure, on the device.
template <typename Body>
int32_t onDevice(opc_device *device, char *reason, Body body) noexcept {
  return answer(reason, [&]() -> Failure {
    Entered entered(*device->driver);
    return entered.failure ? entered.failure : body(*device->driver);
  });
}

void close(opc_device *device) {
  char reason[OPC_DEVICE_REASON];
  onDevice(device, reason, [&](Driver &driver) {
    driver.streamSync(device->stream);
    return driver.failureOf("closing", driver.streamDestroy(device->stream));
  });
  device->driver->close();
  delete device;
}

int32_t alloc(opc_device *device, int64_t bytes, opc_device_address *address,
              char *reason) {
  return onDevice(device, reason, [&](Driver &driver) -> Failure {
    Failure failure = driver.failureOf(
        "allocating",
        driver.memAlloc(address, size_t(std::max<int64_t>(bytes, 1))));
    if (failure)
      return fmt::format("no memory for {} bytes: {}", bytes, *failure);
    return {};
  });
}

void free(opc_device *device, opc_device_address address) {
  if (!address)
    return;
  char reason[OPC_DEVICE_REASON];
  onDevice(device, reason, [&](Driver &driver) {
    driver.streamSync(device->stream);
    return driver.failureOf("freeing", driver.memFree(address));
  });
}

/// Host memory may be such that the device reads it later: only waiting says
/// that it did.
int32_t copyFromHost(opc_device *device, opc_device_address to,
                     const void *from, int64_t bytes, char *reason) {
  if (bytes == 0)
    return 0;
  return onDevice(device, reason, [&](Driver &driver) {
    Failure failure = driver.failureOf(
        "a copy", driver.copyIn(to, from, size_t(bytes), device->stream));
    return failure ? failure : device->wait();
  });
}

int32_t copyToHost(opc_device *device, void *to, opc_device_address from,
                   int64_t bytes, char *reason) {
  return onDevice(device, reason, [&](Driver &driver) {
    Failure failure;
    if (bytes > 0)
      failure = driver.failureOf(
          "a copy", driver.copyOut(to, from, size_t(bytes), device->stream));
    return failure ? failure : device->wait();
  });
}

Failure findKernel(Driver &driver, DriverModule module,
                   opc_device_kernel &kernel) {
  if (Failure f = driver.failureOf(
          "finding it",
          driver.moduleFunction(&kernel.handle, module, kernel.name.c_str())))
    return fmt::format("the image has no kernel {}: {}", kernel.name, *f);
  if (Failure f = driver.failureOf("asking for its groups",
                                   driver.functionAttribute(&kernel.groupSize,
                                                            kMaxThreadsPerBlock,
                                                            kernel.handle)))
    return fmt::format("kernel {}: {}", kernel.name, *f);
  if (kernel.groupSize < 1)
    return fmt::format("kernel {} has groups of {}", kernel.name,
                       kernel.groupSize);
  return {};
}

Failure loadModule(Driver &driver, const std::string &image,
                   opc_device_module &module) {
  if (Failure f = driver.load(image, module.handle))
    return f;
  for (opc_device_kernel &kernel : module.kernels)
    if (Failure f = findKernel(driver, module.handle, kernel)) {
      driver.moduleUnload(module.handle);
      return f;
    }
  return {};
}

int32_t load(opc_device *device, const void *image, uint64_t size,
             const char *const *names, uint64_t count,
             opc_device_kernel **kernels, opc_device_module **module,
             char *reason) {
  return onDevice(device, reason, [&](Driver &driver) {
    auto fresh = std::make_unique<opc_device_module>();
    for (const char *name : std::vector(names, names + count))
      fresh->kernels.push_back({name});
    // As a string: text ends in a NUL.
    Failure failure =
        loadModule(driver, {static_cast<const char *>(image), size}, *fresh);
    if (failure)
      return failure;
    for (uint64_t i = 0; i < count; ++i)
      kernels[i] = &fresh->kernels[i];
    *module = fresh.release();
    return failure;
  });
}

void unload(opc_device *device, opc_device_module *module) {
  char reason[OPC_DEVICE_REASON];
  onDevice(device, reason, [&](Driver &driver) {
    driver.streamSync(device->stream);
    return driver.failureOf("unloading", driver.moduleUnload(module->handle));
  });
  delete module;
}

Failure begin(opc_device &device, const opc_device_launch &launch) {
  Driver &driver = *device.driver;
  const opc_device_kernel &kernel = *launch.kernel;
  int64_t most = std::min(kMostGroups, driver.mostThreads / kernel.groupSize);
  std::vector<int64_t> words(launch.words, launch.words + launch.num_words);
  words.push_back(launch.units);
  std::vector<void *> parameters;
  for (int64_t &word : words)
    parameters.push_back(&word);
  return driver.failureOf(
      "launching",
      driver.launch(kernel.handle,
                    unsigned(groupsFor(launch.units, launch.grain, most)), 1, 1,
                    unsigned(kernel.groupSize), 1, 1, 0, device.stream,
                    parameters.data(), nullptr));
}

int32_t launch(opc_device *device, const opc_device_launch *launch,
               char *reason) {
  if (launch->units <= 0)
    return 0;
  return onDevice(device, reason, [&](Driver &) -> Failure {
    if (Failure f = begin(*device, *launch))
      return fmt::format("kernel {}: {}", launch->kernel->name, *f);
    return {};
  });
}

int32_t sync(opc_device *device, char *reason) {
  return onDevice(device, reason, [&](Driver &) { return device->wait(); });
}

} // namespace

Failure opc_device::open() {
  if (Failure f = driver->open())
    return f;
  Failure failure;
  {
    Entered entered(*driver);
    failure = entered.failure
                  ? entered.failure
                  : driver->failureOf(
                        "making a stream",
                        driver->streamCreate(&stream, kNonBlockingStream));
  }
  if (failure)
    driver->close();
  return failure;
}

int32_t opc::devices::openDriver(std::unique_ptr<Driver> (*make)(),
                                 opc_device **device, char *reason) noexcept {
  return answer(reason, [&] {
    auto fresh = std::make_unique<opc_device>(make());
    Failure failure = fresh->open();
    if (!failure)
      *device = fresh.release();
    return failure;
  });
}

opc_device_api opc::devices::driverApi(int32_t (*open)(opc_device **, char *)) {
  return {OPC_DEVICE_VERSION, 0,          open, close,  alloc,  free,
          copyFromHost,       copyToHost, load, unload, launch, sync};
}
