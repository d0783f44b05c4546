//===- SourceFolder.cpp - kernels that a vendor's user builds -------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Targets/Simt/Family.h"
#include "opc/Targets/Simt/GridSchedules.h"
#include "opc/Targets/Source/PlugIn.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
namespace opc::simt {
namespace {

// A plug-in over the runtime's calls. @ stands for the prefix.

constexpr llvm::StringLiteral kHead =
    R"c(// Runs the kernels of kernels.@SUFFIX: the device '@DEVICE' of programs
// (opc-c/device.h).
#include "kernels.@SUFFIX"
)c";

constexpr llvm::StringLiteral kMembers =
    R"c(  void (*start)(unsigned groups, const int64_t *words, long long units);
)c";

constexpr llvm::StringLiteral kCalls =
    R"c(static int32_t check(@Error_t error, char *reason) {
  if (error == @Success)
    return 0;
  snprintf(reason, OPC_DEVICE_REASON, "%s", @GetErrorString(error));
  return 1;
}

static int32_t opened(opc_device **device, char *reason) {
  static opc_device only;
  *device = &only;
  int count = 0;
  return check(@GetDeviceCount(&count), reason);
}

static void closed(opc_device *) {}

static int32_t allocate(opc_device *, int64_t bytes,
                        opc_device_address *address, char *reason) {
  void *memory = nullptr;
  int32_t status = check(@Malloc(&memory, bytes > 0 ? bytes : 1), reason);
  *address = (opc_device_address)memory;
  return status;
}

static void release(opc_device *, opc_device_address address) {
  (void)@Free((void *)address);
}

static int32_t copyFromHost(opc_device *, opc_device_address to,
                            const void *from, int64_t bytes, char *reason) {
  return bytes ? check(@Memcpy((void *)to, from, bytes, @MemcpyHostToDevice), reason) : 0;
}

static int32_t copyToHost(opc_device *, void *to, opc_device_address from,
                          int64_t bytes, char *reason) {
  return bytes ? check(@Memcpy(to, (const void *)from, bytes, @MemcpyDeviceToHost), reason) : 0;
}

static int32_t launch(opc_device *, const opc_device_launch *launch,
                      char *reason) {
  if (launch->units == 0)
    return 0;
  int64_t groups = (launch->units - 1) / launch->grain + 1;
  constexpr int64_t most = 2147483647; // kernels go on from there
  launch->kernel->start((unsigned)(groups < most ? groups : most),
                        launch->words, launch->units);
  return check(@GetLastError(), reason);
}

static int32_t sync(opc_device *, char *reason) {
  return check(@DeviceSynchronize(), reason);
}
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
  return llvm::formatv(
             "static void start_{0}(unsigned groups, const int64_t *words, "
             "long long units) {{\n  {1};\n}\n\n",
             kernel.getName(), call)
      .str();
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
      {"@COMPILER", runtime.compiler.str()}};
  files.push_back({"Makefile", source::filled(kMakefile, values)});
  source::PlugIn parts{source::filled(kHead, values), kMembers.str(), starters,
                       table,
                       source::filled(kCalls, {{"@", runtime.prefix.str()}})};
  files.push_back({plugInFile(spelling), source::plugInOf(parts)});
  return llvm::Error::success();
}

} // namespace opc::simt
