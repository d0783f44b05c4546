//===- SimDevice.cpp - The plug-in that runs kernels in simulators --------===//
//
// Images are source (SimImage.h). Each becomes a shared object that is a
// plug-in itself, and gets the calls for its kernels.
//
//===----------------------------------------------------------------------===//
#include "SimBuild.h"
#include "SimMemory.h"

#include <fmt/format.h>

using namespace opc::devices;

struct opc_device {
  SimBuild build;
  std::mutex mutex; ///< of all that follows
  SimMemory memory;
  /// By path: programs of one image share its object.
  std::map<std::string, std::unique_ptr<SimObject>> objects;
};

struct opc_device_kernel {
  SimObject *object = nullptr;
  opc_device_kernel *inner = nullptr;
  int64_t addresses = 0;
};

struct opc_device_module {
  SimObject *object = nullptr;
  opc_device_module *inner = nullptr;
  std::vector<opc_device_kernel> kernels;
};

namespace {

int32_t open(opc_device **device, char *reason) {
  return answer(reason, [&]() -> Failure {
    *device = new opc_device;
    return {};
  });
}

void close(opc_device *device) { delete device; }

int32_t alloc(opc_device *device, int64_t bytes, opc_device_address *address,
              char *reason) {
  std::lock_guard lock(device->mutex);
  return answer(reason, [&] { return device->memory.alloc(bytes, *address); });
}

void release(opc_device *device, opc_device_address address) {
  std::lock_guard lock(device->mutex);
  device->memory.free(address);
}

int32_t copyFromHost(opc_device *device, opc_device_address to,
                     const void *from, int64_t bytes, char *reason) {
  std::lock_guard lock(device->mutex);
  return answer(reason, [&] { return device->memory.write(to, from, bytes); });
}

int32_t copyToHost(opc_device *device, void *to, opc_device_address from,
                   int64_t bytes, char *reason) {
  std::lock_guard lock(device->mutex);
  return answer(reason, [&] { return device->memory.read(to, from, bytes); });
}

Failure objectAt(opc_device &device, const std::string &path,
                 const std::string &chip, SimObject *&object) {
  std::unique_ptr<SimObject> &known = device.objects[path];
  if (!known)
    if (Failure failure = SimObject::open(path, chip, known))
      return failure;
  object = known.get();
  return {};
}

Failure load(opc_device &device, std::string_view bytes,
             const char *const *names, uint64_t count,
             opc_device_kernel **kernels, opc_device_module &module) {
  SimImage image;
  std::string path;
  if (Failure failure = parseImage(bytes, image))
    return failure;
  if (Failure failure = device.build.objectOf(image, bytes, path))
    return failure;
  std::lock_guard lock(device.mutex);
  if (Failure failure = objectAt(device, path, image.chip, module.object))
    return failure;
  std::vector<opc_device_kernel *> inner(count);
  if (Failure failure = module.object->ask(
          &opc_device_api::load, static_cast<const void *>(bytes.data()),
          uint64_t(bytes.size()), names, count, inner.data(), &module.inner))
    return failure;
  for (uint64_t i = 0; i < count; ++i)
    module.kernels.push_back(
        {module.object, inner[i], image.addresses[names[i]]});
  for (uint64_t i = 0; i < count; ++i)
    kernels[i] = &module.kernels[i];
  return {};
}

int32_t loadImage(opc_device *device, const void *bytes, uint64_t size,
                  const char *const *names, uint64_t count,
                  opc_device_kernel **kernels, opc_device_module **module,
                  char *reason) {
  return answer(reason, [&]() -> Failure {
    auto made = std::make_unique<opc_device_module>();
    if (Failure failure =
            load(*device, {static_cast<const char *>(bytes), size}, names,
                 count, kernels, *made))
      return failure;
    *module = made.release();
    return {};
  });
}

void unload(opc_device *device, opc_device_module *module) {
  std::lock_guard lock(device->mutex);
  module->object->unload(module->inner);
  delete module;
}

Failure launchOn(opc_device &device, const opc_device_launch &launch) {
  const opc_device_kernel &kernel = *launch.kernel;
  std::vector<int64_t> words(launch.words, launch.words + launch.num_words);
  for (int64_t i = 0; i < kernel.addresses; ++i)
    if (Failure failure = device.memory.place(*kernel.object, words[i]))
      return failure;
  opc_device_launch inner = launch;
  inner.kernel = kernel.inner;
  inner.words = words.data();
  return kernel.object->ask(&opc_device_api::launch,
                            static_cast<const opc_device_launch *>(&inner));
}

int32_t launch(opc_device *device, const opc_device_launch *launch,
               char *reason) {
  std::lock_guard lock(device->mutex);
  return answer(reason, [&] { return launchOn(*device, *launch); });
}

int32_t sync(opc_device *device, char *reason) {
  std::lock_guard lock(device->mutex);
  return answer(reason, [&] {
    Failure first;
    for (auto &[path, object] : device->objects)
      if (Failure failure =
              object ? object->ask(&opc_device_api::sync) : Failure();
          failure && !first)
        first = failure;
    return first;
  });
}

} // namespace

extern "C" __attribute__((visibility("default")))
const opc_device_api opc_device_v1;
const opc_device_api opc_device_v1 = {
    OPC_DEVICE_VERSION, 0,          open,      close,  alloc,  release,
    copyFromHost,       copyToHost, loadImage, unload, launch, sync};
