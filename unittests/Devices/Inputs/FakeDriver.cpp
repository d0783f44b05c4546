//===- FakeDriver.cpp - Stands for the drivers of two vendors -------------===//
//
// Copies happen when somebody waits for them, as late as the interfaces allow.
// An image is text: a line "NAME SIZE PARAMETERS" for each kernel, which does
// nothing but leave a record. FAKE_HIP says which vendor's names it has.
//
//===----------------------------------------------------------------------===//
#include "FakeDriver.h"

#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <sstream>

#ifdef FAKE_HIP
#define NAMED(cuda, hip) hip
#else
#define NAMED(cuda, hip) cuda
#endif
#define EXPORT extern "C" __attribute__((visibility("default")))

extern "C" __attribute__((
    visibility("default"))) FakeDriverState fake_driver_state = {};

namespace {

constexpr int kInvalidValue = 1, kOutOfMemory = 2, kInvalidContext = 201,
              kInvalidImage = 200, kNotFound = 500;

struct Kernel {
  std::string name;
  int groupSize;
  int parameters;
};

struct Stream {
  std::vector<std::function<void()>> copies;
};

FakeDriverState &state() { return fake_driver_state; }
std::recursive_mutex mutex;
thread_local int current =
    7; // the thread's device, as far as it is ours to tell
#ifndef FAKE_HIP
char context; // its address is the primary context
thread_local std::vector<void *> contexts;
#endif

/// Runs `body` where the device belongs to the thread.
template <typename Body> int inside(Body body) {
  std::lock_guard<std::recursive_mutex> lock(mutex);
#ifdef FAKE_HIP
  bool isOurs = current == 0;
#else
  bool isOurs = !contexts.empty() && contexts.back() == &context;
#endif
  if (isOurs)
    return body();
  ++state().outside;
  return kInvalidContext;
}

int readImage(void **module, const void *image) {
  auto *kernels = new std::vector<Kernel>;
  std::istringstream lines(static_cast<const char *>(image));
  Kernel kernel;
  while (lines >> kernel.name >> kernel.groupSize >> kernel.parameters)
    kernels->push_back(kernel);
  ++state().modules;
  *module = kernels;
  return 0;
}

const char *textOf(int code) {
  return code == kOutOfMemory    ? "out of memory"
         : code == kInvalidImage ? "device kernel image is invalid"
         : code == kNotFound     ? "named symbol not found"
                                 : "something else";
}

} // namespace

EXPORT int *fake_driver_current() { return &current; }

EXPORT int NAMED(cuInit, hipInit)(unsigned) { return state().failInit; }

EXPORT int NAMED(cuDeviceGetCount, hipGetDeviceCount)(int *count) {
  *count = state().devices;
  return 0;
}

#ifdef FAKE_HIP
EXPORT int hipGetDevice(int *device) {
  *device = current;
  return 0;
}
EXPORT int hipSetDevice(int device) {
  current = device;
  return 0;
}
EXPORT const char *hipGetErrorString(int code) { return textOf(code); }
EXPORT int hipModuleLoadData(void **module, const void *image) {
  return inside([&] {
    return memcmp(image, "bad", 3) == 0 ? kInvalidImage
                                        : readImage(module, image);
  });
}
#else
EXPORT int cuDeviceGet(int *device, int ordinal) {
  *device = 40 + ordinal;
  return 0;
}
EXPORT int cuDevicePrimaryCtxRetain(void **given, int device) {
  ++state().contexts;
  *given = &context;
  return device == 40 ? 0 : kInvalidValue;
}
EXPORT int cuDevicePrimaryCtxRelease_v2(int device) {
  --state().contexts;
  return device == 40 ? 0 : kInvalidValue;
}
EXPORT int cuCtxPushCurrent_v2(void *given) {
  contexts.push_back(given);
  ++current;
  return 0;
}
EXPORT int cuCtxPopCurrent_v2(void **given) {
  *given = contexts.back();
  contexts.pop_back();
  --current;
  return 0;
}
EXPORT int cuGetErrorString(int code, const char **text) {
  *text = textOf(code);
  return 0;
}
EXPORT int cuModuleLoadDataEx(void **module, const void *image, unsigned count,
                              int *options, void **values) {
  return inside([&] {
    if (memcmp(image, "bad", 3) != 0)
      return readImage(module, image);
    if (count == 2 && options[0] == 5 && options[1] == 6)
      snprintf(static_cast<char *>(values[0]), size_t(values[1]),
               "linking\nptx input, line 5; error   : unknown symbol\nend\n");
    return kInvalidImage;
  });
}
#endif

EXPORT int NAMED(cuModuleUnload, hipModuleUnload)(void *module) {
  return inside([&] {
    delete static_cast<std::vector<Kernel> *>(module);
    --state().modules;
    return 0;
  });
}

EXPORT int NAMED(cuModuleGetFunction, hipModuleGetFunction)(void **function,
                                                            void *module,
                                                            const char *name) {
  return inside([&] {
    for (Kernel &kernel : *static_cast<std::vector<Kernel> *>(module))
      if (kernel.name == name) {
        *function = &kernel;
        return 0;
      }
    return kNotFound;
  });
}

EXPORT int NAMED(cuFuncGetAttribute, hipFuncGetAttribute)(int *value, int which,
                                                          void *function) {
  return inside([&] {
    *value = static_cast<Kernel *>(function)->groupSize;
    return which == 0 ? 0 : kInvalidValue;
  });
}

EXPORT int NAMED(cuMemAlloc_v2, hipMalloc)(void **address, size_t bytes) {
  return inside([&] {
    if (bytes == 0 || bytes > size_t(state().mostBytes))
      return bytes == 0 ? kInvalidValue : kOutOfMemory;
    *address = aligned_alloc(256, (bytes + 255) / 256 * 256);
    ++state().allocations;
    return 0;
  });
}

EXPORT int NAMED(cuMemFree_v2, hipFree)(void *address) {
  return inside([&] {
    free(address);
    --state().allocations;
    return 0;
  });
}

static int copy(void *to, const void *from, size_t bytes, void *stream) {
  return inside([&] {
    static_cast<Stream *>(stream)->copies.push_back(
        [=] { memcpy(to, from, bytes); });
    return bytes > 0 ? 0 : kInvalidValue;
  });
}

EXPORT int NAMED(cuMemcpyHtoDAsync_v2,
                 hipMemcpyHtoDAsync)(void *to, const void *from, size_t bytes,
                                     void *stream) {
  return copy(to, from, bytes, stream);
}

EXPORT int NAMED(cuMemcpyDtoHAsync_v2,
                 hipMemcpyDtoHAsync)(void *to, const void *from, size_t bytes,
                                     void *stream) {
  return copy(to, from, bytes, stream);
}

EXPORT int NAMED(cuLaunchKernel, hipModuleLaunchKernel)(
    void *function, unsigned gridX, unsigned gridY, unsigned gridZ,
    unsigned groupX, unsigned groupY, unsigned groupZ, unsigned shared,
    void *stream, void **parameters, void **extra) {
  return inside([&] {
    auto *kernel = static_cast<Kernel *>(function);
    if (gridY != 1 || gridZ != 1 || groupY != 1 || groupZ != 1 || shared ||
        extra || !stream || gridX == 0)
      return kInvalidValue;
    if (state().failLaunch)
      return state().failLaunch;
    std::vector<int64_t> words;
    for (int i = 0; i < kernel->parameters; ++i)
      words.push_back(*static_cast<int64_t *>(parameters[i]));
    state().launches.push_back({kernel->name, gridX, groupX, words});
    return 0;
  });
}

EXPORT int NAMED(cuStreamCreate, hipStreamCreateWithFlags)(void **stream,
                                                           unsigned flags) {
  return inside([&] {
    *stream = new Stream;
    ++state().streams;
    return flags == 1 ? 0 : kInvalidValue;
  });
}

EXPORT int NAMED(cuStreamSynchronize, hipStreamSynchronize)(void *stream) {
  return inside([&] {
    auto *given = static_cast<Stream *>(stream);
    if (!state().failLater)
      for (auto &each : given->copies)
        each();
    given->copies.clear();
    return state().failLater;
  });
}

EXPORT int NAMED(cuStreamDestroy_v2, hipStreamDestroy)(void *stream) {
  return inside([&] {
    delete static_cast<Stream *>(stream);
    --state().streams;
    return 0;
  });
}
