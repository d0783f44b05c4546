//===- AthreadFolder.cpp - kernels that a user of Sunway builds -----------===//
#include "Athread.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "opc/Conversion/KernelAttributes.h"
#include "opc/Targets/Source/PlugIn.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
namespace opc::sunway {
namespace {

constexpr llvm::StringLiteral kHead =
    R"c(/* Runs the kernels of kernels_slave.c: the device 'athread' of programs
   (opc-c/device.h). Cores and the processor share their memory. */
#include <athread.h>
#include <opc-c/module.h>
#include <stdlib.h>

#ifdef OPC_SIMULATED
#include "kernels_slave.c"
#endif
)c";

constexpr llvm::StringLiteral kMembers = R"c(  int words;
  void (*start)(void *words);
)c";

constexpr llvm::StringLiteral kCalls =
    R"c(static int32_t opened(opc_device **device, char *reason) {
  static opc_device only;
  (void)reason;
  *device = &only;
  athread_init();
  return 0;
}

static void closed(opc_device *device) { (void)device; }

static int32_t allocate(opc_device *device, int64_t bytes,
                        opc_device_address *address, char *reason) {
  (void)device;
  size_t whole = ((size_t)bytes + OPC_ALIGNMENT) / OPC_ALIGNMENT * OPC_ALIGNMENT;
  *address = (opc_device_address)aligned_alloc(OPC_ALIGNMENT, whole);
  if (*address)
    return 0;
  snprintf(reason, OPC_DEVICE_REASON, "no memory for %lld bytes", (long long)bytes);
  return 1;
}

static void release(opc_device *device, opc_device_address address) {
  (void)device;
  free((void *)address);
}

static int32_t copyFromHost(opc_device *device, opc_device_address to,
                            const void *from, int64_t bytes, char *reason) {
  (void)device, (void)reason;
  memcpy((void *)to, from, (size_t)bytes);
  return 0;
}

static int32_t copyToHost(opc_device *device, void *to, opc_device_address from,
                          int64_t bytes, char *reason) {
  (void)device, (void)reason;
  memcpy(to, (const void *)from, (size_t)bytes);
  return 0;
}

static int32_t launch(opc_device *device, const opc_device_launch *launch,
                      char *reason) {
  int64_t words[OPC_MOST_WORDS];
  int count = launch->kernel->words;
  (void)device, (void)reason;
  if (launch->units == 0)
    return 0;
  memcpy(words, launch->words, (size_t)(count - 1) * sizeof words[0]);
  words[count - 1] = launch->units;
  launch->kernel->start(words);
  return 0;
}

static int32_t sync(opc_device *device, char *reason) {
  (void)device, (void)reason;
  return 0;
}
)c";

constexpr llvm::StringLiteral kMakefile =
    R"c(# Builds the plug-in that runs the kernels, by the compiler of the processor, or for this
# machine against opc's simulation headers:
#
#   make OPC=/usr            then: OPC_DEVICE_PATH=. opc run program.so
#   make simulate OPC=/usr   the same, simulated
#
# OPC is where opc is installed: OPC/bin/opc, OPC/include/opc-c.
OPC ?= /usr
COMPILE ?= @COMPILER
FLAGS = -O2 -fPIC -ffp-contract=off -I$(OPC)/include

libopc_device_athread.so: device.o kernels_slave.o
	$(COMPILE) -mhybrid -shared $^ -o $@

device.o: device.c
	$(COMPILE) -mhost $(FLAGS) -c $< -o $@

kernels_slave.o: kernels_slave.c
	$(COMPILE) -mslave -msimd $(FLAGS) -c $< -o $@

simulate: device.c kernels_slave.c
	$(OPC)/bin/opc simulate $< --api athread --chip @CHIP --shared --compiler-option=-I$(OPC)/include --output libopc_device_athread.so

.PHONY: simulate
)c";

} // namespace

llvm::Error athreadFolder(ModuleOp kernels, const TargetDesc &desc,
                          std::vector<SourceFile> &files) {
  llvm::Expected<std::string> text = printAthread(kernels, desc);
  if (!text)
    return text.takeError();
  files.push_back({"kernels_slave.c", *text});
  std::string starters, table;
  unsigned most = 1;
  for (auto kernel : kernels.getOps<func::FuncOp>()) {
    if (!kernel->hasAttr(kUnitsAttr))
      continue;
    std::string name = kernel.getName().str();
    unsigned words = kernel.getNumArguments();
    most = std::max(most, words);
    starters += llvm::formatv(
        "#ifndef OPC_SIMULATED\nextern void SLAVE_FUN({0})(void *);\n#endif\n"
        "static void start_{0}(void *words) {{\n  athread_spawn({0}, words);\n"
        "  athread_join();\n}\n\n",
        name);
    table += llvm::formatv("    {{\"{0}\", {1}, start_{0}},\n", name, words);
  }
  std::string calls =
      source::filled(kCalls, {{"OPC_MOST_WORDS", std::to_string(most)}});
  files.push_back({"device.c", source::plugInOf({kHead.str(), kMembers.str(),
                                                 starters, table, calls})});
  std::pair<StringRef, std::string> values[] = {
      {"@CHIP", desc.chip},
      {"@COMPILER", hasOldCalls(desc) ? "sw5cc" : "sw9gcc"}};
  files.push_back({"Makefile", source::filled(kMakefile, values)});
  return llvm::Error::success();
}

} // namespace opc::sunway
