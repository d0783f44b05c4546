//===- AscendCFolder.cpp - kernels that a user of Ascend builds -----------===//
#include "AscendC.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Conversion/KernelAttributes.h"
#include "opc/Targets/Source/PlugIn.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
namespace opc::ascend {
namespace {

constexpr llvm::StringLiteral kHead =
    R"c(// Runs the kernels of kernels.asc: the device 'ascendc' of programs
// (opc-c/device.h).
#include "kernels.asc"

#include <acl/acl.h>
)c";

constexpr llvm::StringLiteral kMembers =
    R"c(  void (*start)(uint32_t blocks, aclrtStream stream, const int64_t *words, int64_t units);
)c";

constexpr llvm::StringLiteral kCalls = R"c(static aclrtStream stream;
static int64_t vectorCores;

static int32_t check(aclError error, const char *call, char *reason) {
  if (error == ACL_SUCCESS)
    return 0;
  const char *text = aclGetRecentErrMsg();
  snprintf(reason, OPC_DEVICE_REASON, "%s: error %d: %s", call, (int)error,
           text ? text : "");
  return 1;
}

static int32_t opened(opc_device **device, char *reason) {
  static opc_device only;
  *device = &only;
  return check(aclInit(nullptr), "aclInit", reason) ||
         check(aclrtSetDevice(0), "aclrtSetDevice", reason) ||
         check(aclGetDeviceCapability(0, ACL_DEVICE_INFO_VECTOR_CORE_NUM, &vectorCores),
               "aclGetDeviceCapability", reason) ||
         check(aclrtCreateStream(&stream), "aclrtCreateStream", reason);
}

static void closed(opc_device *) {
  aclrtDestroyStream(stream);
  aclrtResetDevice(0);
  aclFinalize();
}

static int32_t allocate(opc_device *, int64_t bytes, opc_device_address *address,
                        char *reason) {
  void *memory = nullptr;
  int32_t status = check(aclrtMalloc(&memory, bytes > 0 ? bytes : 1, ACL_MEM_MALLOC_HUGE_FIRST),
                         "aclrtMalloc", reason);
  *address = (opc_device_address)memory;
  return status;
}

/// Launches that were begun may still use it.
static void release(opc_device *, opc_device_address address) {
  if (!address)
    return;
  aclrtSynchronizeStream(stream);
  aclrtFree((void *)address);
}

static int32_t copyFromHost(opc_device *, opc_device_address to, const void *from,
                            int64_t bytes, char *reason) {
  if (bytes == 0)
    return 0;
  return check(aclrtSynchronizeStream(stream), "aclrtSynchronizeStream", reason) ||
         check(aclrtMemcpy((void *)to, bytes, from, bytes, ACL_MEMCPY_HOST_TO_DEVICE),
               "aclrtMemcpy", reason);
}

static int32_t copyToHost(opc_device *, void *to, opc_device_address from, int64_t bytes,
                          char *reason) {
  if (bytes == 0)
    return 0;
  return check(aclrtSynchronizeStream(stream), "aclrtSynchronizeStream", reason) ||
         check(aclrtMemcpy(to, bytes, (const void *)from, bytes, ACL_MEMCPY_DEVICE_TO_HOST),
               "aclrtMemcpy", reason);
}

static int32_t launch(opc_device *, const opc_device_launch *launch, char *) {
  if (launch->units == 0)
    return 0;
  const int64_t blocks = launch->units < vectorCores ? launch->units : vectorCores;
  launch->kernel->start((uint32_t)blocks, stream, launch->words, launch->units);
  return 0;
}

static int32_t sync(opc_device *, char *reason) {
  return check(aclrtSynchronizeStream(stream), "aclrtSynchronizeStream", reason);
}
)c";

constexpr llvm::StringLiteral kMakefile =
    R"c(# Builds the plug-in that runs the kernels, by the compiler of the device (CANN), or for
# this machine against opc's simulation headers:
#
#   make OPC=/usr            then: OPC_DEVICE_PATH=. opc run program.so
#   make simulate OPC=/usr   the same, simulated
#
# OPC is where opc is installed: OPC/bin/opc, OPC/include/opc-c.
OPC ?= /usr
COMPILE ?= bisheng
FLAGS = -xasc --npu-arch=@ARCH -std=c++17 -O2 -fPIC -I$(OPC)/include -I$(ASCEND_HOME_PATH)/include

libopc_device_ascendc.so: device.asc kernels.asc
	$(COMPILE) $(FLAGS) -shared $< -o $@ -L$(ASCEND_HOME_PATH)/lib64 -lascendcl

simulate: device.asc kernels.asc
	$(OPC)/bin/opc simulate $< --api ascendc --chip @CHIP --shared --compiler-option=-I$(OPC)/include --output libopc_device_ascendc.so

.PHONY: simulate
)c";

std::string starter(func::FuncOp kernel) {
  std::string arguments;
  for (auto [index, type] : llvm::enumerate(kernel.getArgumentTypes())) {
    bool isLast = index + 1 == kernel.getNumArguments();
    std::string word = llvm::formatv("words[{0}]", index).str();
    arguments += isLast                  ? "units"
                 : isa<MemRefType>(type) ? "(GM_ADDR)" + word + ", "
                                         : word + ", ";
  }
  return llvm::formatv(
             "static void start_{0}(uint32_t blocks, aclrtStream stream, const "
             "int64_t *words, int64_t units) {{\n"
             "  {0}<<<blocks, nullptr, stream>>>({1});\n}\n\n",
             kernel.getName(), arguments)
      .str();
}

} // namespace

llvm::Error ascendCFolder(ModuleOp kernels, const TargetDesc &desc,
                          std::vector<SourceFile> &files) {
  llvm::Expected<std::string> text = printAscendC(kernels, desc);
  if (!text)
    return text.takeError();
  files.push_back({"kernels.asc", *text});
  source::PlugIn parts{kHead.str(), kMembers.str(), "", "", kCalls.str()};
  for (auto kernel : kernels.getOps<func::FuncOp>()) {
    if (!kernel->hasAttr(kUnitsAttr))
      continue;
    std::string name = kernel.getName().str();
    parts.starters += starter(kernel);
    parts.table += "    {\"" + name + "\", start_" + name + "},\n";
  }
  files.push_back({"device.asc", source::plugInOf(parts)});
  files.push_back(
      {"Makefile", source::filled(kMakefile, {{"@CHIP", desc.chip},
                                              {"@ARCH", desc.architecture}})});
  return llvm::Error::success();
}

} // namespace opc::ascend
