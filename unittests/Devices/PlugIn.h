//===- PlugIn.h - A plug-in of a device, as the runtime sees it -*- C++ -*-===//
#ifndef OPC_UNITTESTS_DEVICES_PLUGIN_H
#define OPC_UNITTESTS_DEVICES_PLUGIN_H

#include "opc-c/device.h"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace opc::devices::test {

/// The table of libopc_device_NAME.so, and its device once that is open. What
/// functions give is an empty string, or the reason why they failed.
class PlugIn {
public:
  explicit PlugIn(const std::string &name) {
    std::string path = OPC_DEVICES "/libopc_device_" + name + ".so";
    library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
      throw std::runtime_error(dlerror());
    api =
        static_cast<const opc_device_api *>(dlsym(library, OPC_DEVICE_SYMBOL));
  }
  ~PlugIn() {
    close();
    dlclose(library);
  }
  PlugIn(const PlugIn &) = delete;
  PlugIn &operator=(const PlugIn &) = delete;

  std::string open() {
    char reason[OPC_DEVICE_REASON] = "";
    return told(api->open(&device, reason), reason);
  }
  void close() {
    if (device)
      api->close(device);
    device = nullptr;
  }

  std::string alloc(int64_t bytes, opc_device_address &address) {
    return ask(api->alloc, bytes, &address);
  }
  void free(opc_device_address address) { api->free(device, address); }
  std::string write(opc_device_address to, const void *from, int64_t bytes) {
    return ask(api->copy_from_host, to, from, bytes);
  }
  std::string read(void *to, opc_device_address from, int64_t bytes) {
    return ask(api->copy_to_host, to, from, bytes);
  }
  std::string load(std::string_view image, std::vector<const char *> names,
                   std::vector<opc_device_kernel *> &kernels,
                   opc_device_module *&module) {
    kernels.assign(names.size(), nullptr);
    return ask(api->load, static_cast<const void *>(image.data()),
               uint64_t(image.size()),
               static_cast<const char *const *>(names.data()),
               uint64_t(names.size()), kernels.data(), &module);
  }
  void unload(opc_device_module *module) { api->unload(device, module); }
  std::string launch(opc_device_kernel *kernel, std::vector<int64_t> words,
                     int64_t units, int64_t grain) {
    opc_device_launch launch = {kernel, words.data(), int64_t(words.size()),
                                units, grain};
    const opc_device_launch *given = &launch;
    return ask(api->launch, given);
  }
  std::string sync() { return ask(api->sync); }

private:
  static std::string told(int32_t code, const std::string &reason) {
    EXPECT_LT(reason.size(), size_t(OPC_DEVICE_REASON));
    EXPECT_EQ(reason.find('\n'), std::string::npos) << reason;
    EXPECT_TRUE(code == 0 || !reason.empty());
    return code == 0 ? "" : reason;
  }
  template <typename... Parameters, typename... Args>
  std::string ask(int32_t (*function)(opc_device *, Parameters...),
                  Args... args) {
    char reason[OPC_DEVICE_REASON] = "";
    return told(function(device, args..., reason), reason);
  }

  void *library = nullptr;
  const opc_device_api *api = nullptr;
  opc_device *device = nullptr;
};

} // namespace opc::devices::test

#endif // OPC_UNITTESTS_DEVICES_PLUGIN_H
