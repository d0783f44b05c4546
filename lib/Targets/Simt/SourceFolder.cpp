//===- SourceFolder.cpp - kernels that a vendor's user builds -------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Targets/Simt/Family.h"
#include "opc/Targets/Simt/GridSchedules.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
namespace opc::simt {
namespace {

/// A plug-in (opc-c/device.h) over the runtime's calls. @ stands for the
/// prefix.
constexpr llvm::StringLiteral kPlugIn =
    R"c(// Runs the kernels of kernels.@SUFFIX: the device '@DEVICE' of programs
// (opc-c/device.h).
#include "kernels.@SUFFIX"

#include <opc-c/device.h>

#include <cstdio>
#include <cstring>

struct opc_device {
  int unused;
};
struct opc_device_module {
  int unused;
};
struct opc_device_kernel {
  const char *name;
  void (*start)(unsigned groups, const int64_t *words, long long units);
};

namespace {

@KERNELS
opc_device_kernel kernels[] = {
@TABLE};

int32_t check(@Error_t error, char *reason) {
  if (error == @Success)
    return 0;
  std::snprintf(reason, OPC_DEVICE_REASON, "%s", @GetErrorString(error));
  return 1;
}

int32_t open(opc_device **device, char *reason) {
  static opc_device only;
  *device = &only;
  int count = 0;
  return check(@GetDeviceCount(&count), reason);
}

void close(opc_device *) {}

int32_t alloc(opc_device *, int64_t bytes, opc_device_address *address,
              char *reason) {
  void *memory = nullptr;
  int32_t status = check(@Malloc(&memory, bytes > 0 ? bytes : 1), reason);
  *address = (opc_device_address)memory;
  return status;
}

void release(opc_device *, opc_device_address address) {
  (void)@Free((void *)address);
}

int32_t copyFromHost(opc_device *, opc_device_address to, const void *from,
                     int64_t bytes, char *reason) {
  return bytes ? check(@Memcpy((void *)to, from, bytes, @MemcpyHostToDevice), reason) : 0;
}

int32_t copyToHost(opc_device *, void *to, opc_device_address from,
                   int64_t bytes, char *reason) {
  return bytes ? check(@Memcpy(to, (const void *)from, bytes, @MemcpyDeviceToHost), reason) : 0;
}

int32_t load(opc_device *, const void *, uint64_t, const char *const *names,
             uint64_t count, opc_device_kernel **found,
             opc_device_module **module, char *reason) {
  static opc_device_module only;
  *module = &only;
  for (uint64_t i = 0; i < count; ++i) {
    found[i] = nullptr;
    for (opc_device_kernel &kernel : kernels)
      if (std::strcmp(kernel.name, names[i]) == 0)
        found[i] = &kernel;
    if (!found[i]) {
      std::snprintf(reason, OPC_DEVICE_REASON,
                    "kernel %s is of another program than this plug-in", names[i]);
      return 1;
    }
  }
  return 0;
}

void unload(opc_device *, opc_device_module *) {}

int32_t launch(opc_device *, const opc_device_launch *launch, char *reason) {
  if (launch->units == 0)
    return 0;
  int64_t groups = (launch->units - 1) / launch->grain + 1;
  constexpr int64_t most = 2147483647; // kernels go on from there
  launch->kernel->start((unsigned)(groups < most ? groups : most),
                        launch->words, launch->units);
  return check(@GetLastError(), reason);
}

int32_t sync(opc_device *, char *reason) {
  return check(@DeviceSynchronize(), reason);
}

} // namespace

extern "C" __attribute__((visibility("default"))) const opc_device_api
    opc_device_v1;
const opc_device_api opc_device_v1 = {
    OPC_DEVICE_VERSION, 0,    open, close,  alloc,  release, copyFromHost,
    copyToHost,         load, unload, launch, sync};
)c";

constexpr llvm::StringLiteral kMakefile =
    R"c(# Builds the plug-in that runs the kernels, for the compiler of their device, or for this
# processor against opc's simulation headers:
#
#   make OPC=/usr            then: OPC_DEVICE_PATH=. opc run program.so
#   make simulate OPC=/usr   the same, simulated
#
# OPC is where opc is installed: OPC/bin/opc, OPC/include/opc-c.
OPC ?= /usr
COMPILE ?= @COMPILER

libopc_device_@DEVICE.so: device.@SUFFIX kernels.@SUFFIX
	$(COMPILE) -I$(OPC)/include $< -o $@

simulate: device.@SUFFIX kernels.@SUFFIX
	$(OPC)/bin/opc simulate $< --api @DEVICE --shared --compiler-option=-I$(OPC)/include --output libopc_device_@DEVICE.so

.PHONY: simulate
)c";

/// A pointer of the type that the argument has, from word `index`.
std::string argument(Type type, unsigned index, const GridSpelling &spelling) {
  auto memory = dyn_cast<MemRefType>(type);
  if (!memory)
    return llvm::formatv("words[{0}]", index).str();
  return llvm::formatv("({0} *)words[{1}]",
                       source::nameOf(memory.getElementType(), spelling.c),
                       index)
      .str();
}

std::string starter(func::FuncOp kernel, const GridSpelling &spelling,
                    const RuntimeNames &runtime) {
  std::string arguments;
  for (auto [index, type] : llvm::enumerate(kernel.getArgumentTypes())) {
    bool isLast = index + 1 == kernel.getNumArguments();
    arguments += isLast ? "units" : argument(type, index, spelling) + ", ";
  }
  int64_t items = kernel->getAttrOfType<IntegerAttr>(kGroupAttr).getInt();
  std::string call = llvm::formatv(runtime.launch.data(), kernel.getName(),
                                   "groups", items, arguments)
                         .str();
  return llvm::formatv("void start_{0}(unsigned groups, const int64_t *words, "
                       "long long units) {{\n  {1};\n}\n\n",
                       kernel.getName(), call)
      .str();
}

std::string filled(StringRef text,
                   ArrayRef<std::pair<StringRef, std::string>> values) {
  std::string result = text.str();
  for (const auto &[name, value] : values)
    for (size_t at = result.find(name.str()); at != std::string::npos;
         at = result.find(name.str(), at + value.size()))
      result.replace(at, name.size(), value);
  return result;
}

} // namespace

std::string plugInFile(const GridSpelling &spelling) {
  return ("device." + spelling.c.suffix).str();
}

llvm::Error sourceFolder(ModuleOp kernels, const TargetDesc &desc,
                         const GridSpelling &spelling,
                         const RuntimeNames &runtime,
                         std::vector<SourceFile> &files) {
  std::string starters, table;
  for (auto kernel : kernels.getOps<func::FuncOp>()) {
    starters += starter(kernel, spelling, runtime);
    std::string name = kernel.getName().str();
    table += "    {\"" + name + "\", start_" + name + "},\n";
  }
  llvm::SmallVector<char, 0> text;
  if (llvm::Error error = emitSource(kernels, desc, spelling, text))
    return error;
  std::string suffix = spelling.c.suffix.str();
  files.push_back({"kernels." + suffix, std::string(text.begin(), text.end())});
  std::pair<StringRef, std::string> values[] = {
      {"@SUFFIX", suffix},
      {"@DEVICE", desc.device.name},
      {"@KERNELS", starters},
      {"@TABLE", table},
      {"@COMPILER", runtime.compiler.str()}};
  files.push_back({"Makefile", filled(kMakefile, values)});
  std::string plugIn = filled(kPlugIn, values);
  files.push_back(
      {plugInFile(spelling), filled(plugIn, {{"@", runtime.prefix.str()}})});
  return llvm::Error::success();
}

} // namespace opc::simt
