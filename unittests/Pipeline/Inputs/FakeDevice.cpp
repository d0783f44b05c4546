//===- FakeDevice.cpp - A device with memory that nobody else can touch ---===//
//
// Its kernels are code for the host's processor, in a shared object. Memory is
// a region whose pages can be read and written only while a kernel or a copy
// runs, so that a host that touches it by accident dies. Launches are kept and
// run when somebody waits for them, as late as the interface allows.
//
//===----------------------------------------------------------------------===//
#include "FakeDevice.h"
#include "opc-c/device.h"
#include "opc-c/module.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>
#include <dlfcn.h>
#include <map>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#ifndef FAKE_DEVICE_VERSION
#define FAKE_DEVICE_VERSION OPC_DEVICE_VERSION
#endif

extern "C"
    __attribute__((visibility("default"))) FakeDeviceState fake_device_state = {
        0, 0, 0, 0, 0, 0, 0, 0, INT64_MAX, 0, 0, 0};

namespace {

constexpr size_t kRegion = size_t(64) << 20;
constexpr unsigned char kNever = 0xCB; // what is in memory that nobody wrote

int32_t say(char *reason, const std::string &text) {
  snprintf(reason, OPC_DEVICE_REASON, "%s", text.c_str());
  return 1;
}

struct Launch {
  opc_kernel_fn kernel;
  std::vector<int64_t> words;
  int64_t units;
  bool fails;
};

} // namespace

struct opc_device {
  std::mutex mutex;
  char *region = nullptr;
  std::map<opc_device_address, int64_t> live; // sizes, rounded up
  std::deque<Launch> queue;
  bool failed = false;
};

namespace {

/// The pages of the region while they can be used.
class Opened {
public:
  explicit Opened(opc_device &device) : device(device) {
    mprotect(device.region, kRegion, PROT_READ | PROT_WRITE);
  }
  ~Opened() { mprotect(device.region, kRegion, PROT_NONE); }

private:
  opc_device &device;
};

/// Runs what was launched; each in two ranges, as a device may.
void drain(opc_device &device) {
  if (device.queue.empty())
    return;
  Opened opened(device);
  for (; !device.queue.empty(); device.queue.pop_front()) {
    Launch &launch = device.queue.front();
    if (launch.fails) {
      device.failed = true;
      continue;
    }
    int64_t middle = launch.units / 2;
    launch.kernel(launch.words.data(), middle, launch.units);
    if (middle > 0)
      launch.kernel(launch.words.data(), 0, middle);
  }
}

int32_t outcome(opc_device &device, char *reason) {
  if (!device.failed)
    return 0;
  device.failed = false;
  return say(reason, "a kernel did not end");
}

int32_t open(opc_device **device, char *reason) {
  if (fake_device_state.refusesOpen)
    return say(reason, "no board is plugged in");
  void *region =
      mmap(nullptr, kRegion, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (region == MAP_FAILED)
    return say(reason, "no memory for its memory");
  *device = new opc_device;
  (*device)->region = static_cast<char *>(region);
  ++fake_device_state.open;
  ++fake_device_state.opened;
  return 0;
}

void close(opc_device *device) {
  munmap(device->region, kRegion);
  --fake_device_state.open;
  delete device;
}

/// The first gap that is large enough; 0 if there is none.
opc_device_address findRoom(opc_device &device, int64_t bytes) {
  auto at = reinterpret_cast<opc_device_address>(device.region);
  opc_device_address end = at + kRegion;
  for (auto [address, size] : device.live) {
    if (address - at >= opc_device_address(bytes))
      break;
    at = address + size;
  }
  return end - at >= opc_device_address(bytes) ? at : 0;
}

int32_t alloc(opc_device *device, int64_t bytes, opc_device_address *address,
              char *reason) {
  std::lock_guard<std::mutex> lock(device->mutex);
  int64_t size = (std::max<int64_t>(bytes, 1) + OPC_ALIGNMENT - 1) /
                 OPC_ALIGNMENT * OPC_ALIGNMENT;
  int64_t used = size;
  for (auto [at, each] : device->live)
    used += each;
  opc_device_address found = findRoom(*device, size);
  if (used > fake_device_state.mostBytes || !found)
    return say(reason, "no memory for " + std::to_string(bytes) + " bytes");
  device->live[found] = size;
  Opened opened(*device);
  memset(reinterpret_cast<void *>(found), kNever, size);
  ++fake_device_state.allocations;
  fake_device_state.peakBytes = std::max(fake_device_state.peakBytes, used);
  *address = found;
  return 0;
}

void free(opc_device *device, opc_device_address address) {
  std::lock_guard<std::mutex> lock(device->mutex);
  drain(*device);
  if (device->live.erase(address))
    --fake_device_state.allocations;
}

int32_t copyFromHost(opc_device *device, opc_device_address to,
                     const void *from, int64_t bytes, char *) {
  std::lock_guard<std::mutex> lock(device->mutex);
  drain(*device);
  Opened opened(*device);
  memcpy(reinterpret_cast<void *>(to), from, bytes);
  ++fake_device_state.writes;
  return 0;
}

int32_t copyToHost(opc_device *device, void *to, opc_device_address from,
                   int64_t bytes, char *reason) {
  std::lock_guard<std::mutex> lock(device->mutex);
  drain(*device);
  if (int32_t code = outcome(*device, reason))
    return code;
  Opened opened(*device);
  memcpy(to, reinterpret_cast<const void *>(from), bytes);
  ++fake_device_state.reads;
  return 0;
}

int32_t load(opc_device *, const void *image, uint64_t size,
             const char *const *names, uint64_t count,
             opc_device_kernel **kernels, opc_device_module **module,
             char *reason) {
  int file = memfd_create("image", MFD_CLOEXEC);
  if (file < 0 || write(file, image, size) != ssize_t(size))
    return say(reason, "no memory for an image");
  // The name is new to the dynamic linker as long as the file is open.
  std::string path = "/proc/self/fd/" + std::to_string(file);
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  ::close(file);
  if (!library)
    return say(reason, dlerror());
  for (uint64_t i = 0; i < count; ++i) {
    void *kernel = dlsym(library, names[i]);
    kernels[i] = static_cast<opc_device_kernel *>(kernel);
    if (kernel)
      continue;
    dlclose(library);
    return say(reason, std::string("the image has no kernel ") + names[i]);
  }
  *module = static_cast<opc_device_module *>(library);
  ++fake_device_state.modules;
  return 0;
}

void unload(opc_device *device, opc_device_module *module) {
  std::lock_guard<std::mutex> lock(device->mutex);
  drain(*device);
  dlclose(module);
  --fake_device_state.modules;
}

int32_t launch(opc_device *device, const opc_device_launch *launch,
               char *reason) {
  std::lock_guard<std::mutex> lock(device->mutex);
  int64_t number = ++fake_device_state.launches;
  if (number == fake_device_state.failLaunch)
    return say(reason, "the queue is full");
  device->queue.push_back({reinterpret_cast<opc_kernel_fn>(launch->kernel),
                           {launch->words, launch->words + launch->num_words},
                           launch->units,
                           number == fake_device_state.failLater});
  return 0;
}

int32_t sync(opc_device *device, char *reason) {
  std::lock_guard<std::mutex> lock(device->mutex);
  drain(*device);
  return outcome(*device, reason);
}

} // namespace

extern "C" __attribute__((visibility("default")))
const opc_device_api opc_device_v1 = {
    FAKE_DEVICE_VERSION, 0,          open, close,  alloc,  free,
    copyFromHost,        copyToHost, load, unload, launch, sync};
