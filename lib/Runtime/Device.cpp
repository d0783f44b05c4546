//===- Device.cpp - Devices that programs use -----------------------------===//
#include "Device.h"
#include "opc/Runtime/Escape.h"

#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <unistd.h>

using namespace opc::runtime;

namespace {

/// The open devices of the process. An entry stays while its device is being
/// closed, so that nobody opens it a second time meanwhile.
struct Registry {
  std::mutex mutex;
  std::condition_variable closed;
  std::map<std::string, std::weak_ptr<Device>> devices;
};

/// It outlives programs that are closed when the process ends.
Registry &registry() {
  static auto *all = new Registry;
  return *all;
}

std::string fileOf(const std::string &name) {
  return "libopc_device_" + name + ".so";
}

/// The folder of the library, or the program, that this code is in.
std::string ownFolder() {
  Dl_info info = {};
  if (!dladdr(reinterpret_cast<const void *>(&fileOf), &info) ||
      !info.dli_fname)
    return "";
  std::string path = info.dli_fname;
  size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

/// The path of a plug-in in a folder of OPC_DEVICE_PATH or beside the runtime;
/// its bare name, which the dynamic linker looks for, if none has it.
std::string findPlugIn(const std::string &name) {
  const char *given = std::getenv("OPC_DEVICE_PATH");
  std::string folders = fmt::format("{}:{}", given ? given : "", ownFolder());
  std::string_view rest = folders;
  while (!rest.empty()) {
    std::string_view folder = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
    std::string path = fmt::format("{}/{}", folder, fileOf(name));
    if (!folder.empty() && access(path.c_str(), F_OK) == 0)
      return path;
  }
  return fileOf(name);
}

std::string describe(const std::string &name) {
  return "device '" + name + "'";
}

/// What a plug-in wrote, as one line.
std::string lineOf(char (&reason)[OPC_DEVICE_REASON]) {
  reason[OPC_DEVICE_REASON - 1] = '\0';
  return *reason ? printable(reason) : "it failed and gave no reason";
}

} // namespace

template <typename... Parameters, typename... Args>
Status Device::ask(int32_t (*function)(opc_device *, Parameters...),
                   Args... args) {
  char reason[OPC_DEVICE_REASON] = "";
  if (function(handle, args..., reason) == 0)
    return {};
  return Status::input(describe(name) + ": " + lineOf(reason));
}

Status Device::adopt(const std::string &path) {
  auto missing = [&](const std::string &why) {
    return Status::input(describe(name) + ": " + printable(why));
  };
  library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library && path.find('/') == std::string::npos)
    return missing(fmt::format("{} is neither in a folder of OPC_DEVICE_PATH, "
                               "nor beside the runtime, nor where the dynamic "
                               "linker looks",
                               path));
  if (!library)
    return missing(dlerror());
  api = static_cast<const opc_device_api *>(dlsym(library, OPC_DEVICE_SYMBOL));
  if (!api)
    return missing(fmt::format("{} has no " OPC_DEVICE_SYMBOL, path));
  if (api->version != OPC_DEVICE_VERSION)
    return missing(fmt::format("{} is of version {} of opc-c/device.h, this "
                               "runtime has version {}",
                               path, api->version, OPC_DEVICE_VERSION));
  return {};
}

Status Device::load() {
  if (Status s = adopt(findPlugIn(name)); !s.ok())
    return s;
  char reason[OPC_DEVICE_REASON] = "";
  if (api->open(&handle, reason) == 0 && handle)
    return {};
  handle = nullptr;
  return Status::input(describe(name) + ": " + lineOf(reason));
}

void Device::close() {
  if (handle)
    api->close(handle);
  if (library)
    dlclose(library);
}

Status Device::open(const std::string &name, std::shared_ptr<Device> &device) {
  Registry &all = registry();
  std::unique_lock<std::mutex> lock(all.mutex);
  for (auto found = all.devices.find(name); found != all.devices.end();
       found = all.devices.find(name)) {
    device = found->second.lock();
    if (device)
      return {};
    all.closed.wait(lock);
  }
  auto *fresh = new Device(name);
  Status status = fresh->load();
  if (!status.ok()) {
    fresh->close();
    delete fresh;
    return status;
  }
  device = std::shared_ptr<Device>(fresh, [](Device *last) {
    Registry &all = registry();
    last->close();
    std::lock_guard<std::mutex> lock(all.mutex);
    all.devices.erase(last->name);
    all.closed.notify_all();
    delete last;
  });
  all.devices[name] = device;
  return {};
}

Status Device::alloc(int64_t bytes, opc_device_address &address) {
  address = 0;
  Status status = ask(api->alloc, bytes, &address);
  if (status.ok() && !address)
    return Status::input(describe(name) + ": it allocated at address 0");
  return status;
}

Status Device::write(opc_device_address to, const void *from, int64_t bytes) {
  return ask(api->copy_from_host, to, from, bytes);
}

Status Device::read(void *to, opc_device_address from, int64_t bytes) {
  return ask(api->copy_to_host, to, from, bytes);
}

Status Device::launch(const opc_device_launch &launch) {
  return ask(api->launch, &launch);
}

Status Device::sync() { return ask(api->sync); }

DeviceImage::DeviceImage(DeviceImage &&other) noexcept
    : device(std::move(other.device)), module(other.module) {
  other.module = nullptr;
}

DeviceImage::~DeviceImage() {
  if (device && module)
    device->api->unload(device->handle, module);
}

Status DeviceImage::load(std::shared_ptr<Device> device, const void *data,
                         uint64_t size, std::span<const char *const> names,
                         std::span<opc_device_kernel *> kernels,
                         DeviceImage &image) {
  Status status =
      device->ask(device->api->load, data, size, names.data(),
                  uint64_t(names.size()), kernels.data(), &image.module);
  if (status.ok())
    image.device = std::move(device);
  return status;
}
