//===- SimObject.cpp - One simulated program ------------------------------===//
#include "SimObject.h"

#include <dlfcn.h>
#include <fmt/format.h>

using namespace opc::devices;

template <typename Function>
static bool find(void *library, const char *name, Function &function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function;
}

Failure SimObject::open(const std::string &path, const std::string &chip,
                        std::unique_ptr<SimObject> &object) {
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return dlerror();
  std::unique_ptr<SimObject> made(new SimObject);
  void (*chooseChip)(const char *) = nullptr;
  if (!find(library, OPC_DEVICE_SYMBOL, made->api) ||
      !find(library, "opcsim_choose_chip", chooseChip) ||
      !find(library, "opcsim_take_faults", made->faults))
    return fmt::format("{} is no simulated device", path);
  chooseChip(chip.c_str());
  char reason[OPC_DEVICE_REASON] = "";
  if (made->api->open(&made->device, reason) != 0)
    return Failure(reason);
  object = std::move(made);
  return {};
}

SimObject::~SimObject() {
  if (device)
    api->close(device);
}

Failure SimObject::takeFaults() {
  char first[OPC_DEVICE_REASON] = "";
  size_t count = faults(first, sizeof(first));
  if (count == 0)
    return {};
  return count == 1 ? first : fmt::format("{} faults: {}", count, first);
}
