//===- PlugIn.cpp - the plug-in of a folder of source ---------------------===//
#include "opc/Targets/Source/PlugIn.h"

namespace opc::source {

static constexpr llvm::StringLiteral kText = R"c(@HEAD
#include <opc-c/device.h>
#include <stdio.h>
#include <string.h>

struct opc_device {
  int unused;
};
struct opc_device_module {
  int unused;
};
struct opc_device_kernel {
  const char *name;
@MEMBERS};

@STARTERS
static struct opc_device_kernel kernels[] = {
@TABLE};

@CALLS
static int32_t load(opc_device *device, const void *image, uint64_t size,
                    const char *const *names, uint64_t count,
                    opc_device_kernel **found, opc_device_module **module,
                    char *reason) {
  static opc_device_module only;
  (void)device, (void)image, (void)size;
  *module = &only;
  for (uint64_t i = 0; i < count; ++i) {
    found[i] = 0;
    for (size_t k = 0; k < sizeof kernels / sizeof kernels[0]; ++k)
      if (strcmp(kernels[k].name, names[i]) == 0)
        found[i] = &kernels[k];
    if (!found[i]) {
      snprintf(reason, OPC_DEVICE_REASON,
               "kernel %s is of another program than this plug-in", names[i]);
      return 1;
    }
  }
  return 0;
}

static void unload(opc_device *device, opc_device_module *module) {
  (void)device, (void)module;
}

#ifdef __cplusplus
extern "C"
#else
extern
#endif
    __attribute__((visibility("default"))) const opc_device_api opc_device_v1;
const opc_device_api opc_device_v1 = {
    OPC_DEVICE_VERSION, 0,    opened, closed, allocate, release, copyFromHost,
    copyToHost,         load, unload, launch, sync};
)c";

std::string filled(llvm::StringRef text, Words words) {
  std::string result = text.str();
  for (const auto &[name, value] : words)
    for (size_t at = result.find(name.str()); at != std::string::npos;
         at = result.find(name.str(), at + value.size()))
      result.replace(at, name.size(), value);
  return result;
}

std::string plugInOf(const PlugIn &parts) {
  return filled(kText, {{"@HEAD", parts.head},
                        {"@MEMBERS", parts.members},
                        {"@STARTERS", parts.starters},
                        {"@TABLE", parts.table},
                        {"@CALLS", parts.calls}});
}

} // namespace opc::source
