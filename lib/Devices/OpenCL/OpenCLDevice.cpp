//===- OpenCLDevice.cpp - The plug-in that runs kernels in OpenCL C -------===//
//
// Addresses are those of coarse-grained shared virtual memory, which kernels
// and the host may add offsets to. There is one queue, in order: whatever is
// begun later, by whichever thread, sees what was begun before.
//
//===----------------------------------------------------------------------===//
#include "Groups.h"
#include "OpenCLChoice.h"
#include "OpenCLKernels.h"
#include "OpenCLLaunches.h"
#include "opc-c/device.h"
#include "opc-c/module.h"

#include <cstring>
#include <fmt/format.h>
#include <memory>

using namespace opc::devices;

struct opc_device {
  OpenCLLibrary cl;
  cl_device_id id = nullptr;
  cl_context context = nullptr;
  cl_command_queue queue = nullptr;
  OpenCLLaunches launches{cl};

  Failure open();
  ~opc_device();
};

Failure opc_device::open() {
  if (Failure f = cl.open())
    return f;
  if (Failure f = chooseDevice(cl, id))
    return f;
  cl_int code = CL_SUCCESS;
  context = cl.createContext(nullptr, 1, &id, nullptr, nullptr, &code);
  if (Failure f = failureOf("clCreateContext", code))
    return f;
  queue = cl.createCommandQueueWithProperties(context, id, nullptr, &code);
  return failureOf("clCreateCommandQueueWithProperties", code);
}

opc_device::~opc_device() {
  if (queue) {
    cl.finish(queue);
    cl.releaseCommandQueue(queue);
  }
  if (context)
    cl.releaseContext(context);
}

namespace {

void *pointerTo(opc_device_address address) {
  return reinterpret_cast<void *>(address);
}

int32_t open(opc_device **device, char *reason) {
  return answer(reason, [&] {
    auto fresh = std::make_unique<opc_device>();
    Failure failure = fresh->open();
    if (!failure)
      *device = fresh.release();
    return failure;
  });
}

void close(opc_device *device) { delete device; }

int32_t alloc(opc_device *device, int64_t bytes, opc_device_address *address,
              char *reason) {
  return answer(reason, [&]() -> Failure {
    const OpenCLLibrary &cl = device->cl;
    auto ask = [&] {
      return cl.svmAlloc(device->context, CL_MEM_READ_WRITE,
                         size_t(std::max<int64_t>(bytes, 1)), OPC_ALIGNMENT);
    };
    void *memory = ask();
    if (!memory) {
      // What was freed may still wait in the queue.
      cl.finish(device->queue);
      memory = ask();
    }
    *address = reinterpret_cast<opc_device_address>(memory);
    if (memory)
      return {};
    auto sizeOf = [&](cl_uint which) {
      return propertyOf<uint64_t>(cl, device->id, which);
    };
    return fmt::format("no memory for {} bytes: the device has {}, and gives "
                       "at most {} at a time",
                       bytes, sizeOf(CL_DEVICE_GLOBAL_MEM_SIZE),
                       sizeOf(CL_DEVICE_MAX_MEM_ALLOC_SIZE));
  });
}

void free(opc_device *device, opc_device_address address) {
  if (!address)
    return;
  void *memory = pointerTo(address);
  device->cl.enqueueSVMFree(device->queue, 1, &memory, nullptr, nullptr, 0,
                            nullptr, nullptr);
}

Failure copy(opc_device &device, void *to, const void *from, int64_t bytes) {
  if (bytes == 0)
    return {};
  return failureOf("clEnqueueSVMMemcpy",
                   device.cl.enqueueSVMMemcpy(device.queue, CL_TRUE, to, from,
                                              size_t(bytes), 0, nullptr,
                                              nullptr));
}

/// The device copies when it comes to it; what it reads is kept until then.
Failure copyLater(opc_device &device, void *to, const void *from,
                  int64_t bytes) {
  auto kept = std::make_unique_for_overwrite<char[]>(size_t(bytes));
  std::memcpy(kept.get(), from, size_t(bytes));
  cl_event event = nullptr;
  Failure failure = failureOf(
      "clEnqueueSVMMemcpy",
      device.cl.enqueueSVMMemcpy(device.queue, CL_FALSE, to, kept.get(),
                                 size_t(bytes), 0, nullptr, &event));
  if (failure)
    return failure;
  device.launches.add(event, std::move(kept));
  device.cl.flush(device.queue);
  return {};
}

/// The host does not wait for what was begun before.
int32_t copyFromHost(opc_device *device, opc_device_address to,
                     const void *from, int64_t bytes, char *reason) {
  return answer(reason, [&] {
    bool isLater = bytes > 0 && device->launches.isBusy();
    return (isLater ? copyLater : copy)(*device, pointerTo(to), from, bytes);
  });
}

int32_t copyToHost(opc_device *device, void *to, opc_device_address from,
                   int64_t bytes, char *reason) {
  return answer(reason, [&] {
    Failure copied = copy(*device, to, pointerTo(from), bytes);
    // What was launched before says why nothing was there to copy.
    Failure earlier = device->launches.settle();
    return earlier ? earlier : copied;
  });
}

int32_t load(opc_device *device, const void *image, uint64_t size,
             const char *const *names, uint64_t count,
             opc_device_kernel **kernels, opc_device_module **module,
             char *reason) {
  return answer(reason, [&] {
    auto built = std::make_unique<opc_device_module>(device->cl);
    Failure failure = buildImage(device->context, device->id,
                                 {static_cast<const char *>(image), size},
                                 {names, names + count}, *built);
    if (failure)
      return failure;
    for (uint64_t i = 0; i < count; ++i)
      kernels[i] = built->kernels[i].get();
    *module = built.release();
    return failure;
  });
}

void unload(opc_device *, opc_device_module *module) { delete module; }

Failure setArgument(const OpenCLLibrary &cl, const opc_device_kernel &kernel,
                    cl_uint index, int64_t word) {
  if (!kernel.isPointer[index])
    return failureOf("clSetKernelArg", cl.setKernelArg(kernel.handle, index,
                                                       sizeof(word), &word));
  if (word == 0)
    return failureOf(
        "clSetKernelArg",
        cl.setKernelArg(kernel.handle, index, sizeof(void *), nullptr));
  return failureOf(
      "clSetKernelArgSVMPointer",
      cl.setKernelArgSVMPointer(kernel.handle, index, pointerTo(word)));
}

/// The words, then the number of units.
Failure setArguments(const OpenCLLibrary &cl, const opc_device_launch &launch) {
  const opc_device_kernel &kernel = *launch.kernel;
  if (kernel.isPointer.size() != size_t(launch.num_words) + 1)
    return fmt::format("{} parameters, {} are given", kernel.isPointer.size(),
                       launch.num_words + 1);
  for (int64_t i = 0; i <= launch.num_words; ++i) {
    int64_t word = i < launch.num_words ? launch.words[i] : launch.units;
    if (Failure f = setArgument(cl, kernel, cl_uint(i), word))
      return fmt::format("parameter {}: {}", i, *f);
  }
  return {};
}

Failure begin(opc_device &device, const opc_device_launch &launch) {
  opc_device_kernel &kernel = *launch.kernel;
  size_t group = kernel.groupSize;
  size_t items = group * size_t(groupsFor(launch.units, launch.grain));
  std::lock_guard<std::mutex> lock(kernel.mutex);
  if (Failure f = setArguments(device.cl, launch))
    return f;
  cl_event event = nullptr;
  if (Failure f = failureOf("clEnqueueNDRangeKernel",
                            device.cl.enqueueNDRangeKernel(
                                device.queue, kernel.handle, 1, nullptr, &items,
                                &group, 0, nullptr, &event)))
    return f;
  device.launches.add(event);
  device.cl.flush(device.queue);
  return {};
}

int32_t launch(opc_device *device, const opc_device_launch *launch,
               char *reason) {
  return answer(reason, [&]() -> Failure {
    Failure failure = launch->units > 0 ? begin(*device, *launch) : Failure();
    if (failure)
      return fmt::format("kernel {}: {}", launch->kernel->name, *failure);
    return {};
  });
}

int32_t sync(opc_device *device, char *reason) {
  return answer(reason, [&] { return device->launches.settle(); });
}

} // namespace

extern "C" __attribute__((visibility("default")))
const opc_device_api opc_device_v1 = {
    OPC_DEVICE_VERSION, 0,          open, close,  alloc,  free,
    copyFromHost,       copyToHost, load, unload, launch, sync};
