//===- Api.h - The host's functions, under a vendor's prefix ----*- C++ -*-===//
//
// A vendor's header defines OPCSIM_NAME(x), which puts its prefix before a
// name, and includes this: one header, one vendor. Where a name differs by more
// than the prefix, the vendor's header says so itself.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_API_H
#define OPC_SIM_SIMT_API_H

#ifndef OPCSIM_NAME
#error "include the header of an API, not this one"
#endif

#include "Atomics.h"
#include "Half.h"
#include "Hooks.h"
#include "Launch.h"

#define OPCSIM_TEXT_(x) #x
#define OPCSIM_TEXT(x) OPCSIM_TEXT_(x)
#define OPCSIM_CALL(name) OPCSIM_TEXT(OPCSIM_NAME(name))

#define __global__
#define __device__
#define __host__
#define __constant__
#define __managed__
#define __forceinline__ inline __attribute__((always_inline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))

enum OPCSIM_NAME(Error_t) {
  OPCSIM_NAME(Success) = 0,
  OPCSIM_NAME(ErrorInvalidValue) = 1,
  OPCSIM_NAME(ErrorOutOfMemory) = 2,
  OPCSIM_NAME(ErrorMemoryAllocation) = 2,
  OPCSIM_NAME(ErrorInvalidConfiguration) = 9,
  OPCSIM_NAME(ErrorInvalidDevice) = 101,
  OPCSIM_NAME(ErrorInvalidHandle) = 400,
  OPCSIM_NAME(ErrorNotReady) = 600,
  OPCSIM_NAME(ErrorIllegalAddress) = 700,
  OPCSIM_NAME(ErrorNotSupported) = 801,
};

enum OPCSIM_NAME(MemcpyKind) {
  OPCSIM_NAME(MemcpyHostToHost),
  OPCSIM_NAME(MemcpyHostToDevice),
  OPCSIM_NAME(MemcpyDeviceToHost),
  OPCSIM_NAME(MemcpyDeviceToDevice),
  OPCSIM_NAME(MemcpyDefault),
};

enum OPCSIM_NAME(DeviceAttribute_t) {
  OPCSIM_NAME(DevAttrMaxThreadsPerBlock),
  OPCSIM_NAME(DevAttrMaxSharedMemoryPerBlock),
  OPCSIM_NAME(DevAttrWarpSize),
  OPCSIM_NAME(DevAttrMultiProcessorCount),
  OPCSIM_NAME(DevAttrComputeCapabilityMajor),
  OPCSIM_NAME(DevAttrComputeCapabilityMinor),
};

enum OPCSIM_NAME(FuncAttribute) {
  OPCSIM_NAME(FuncAttributeMaxDynamicSharedMemorySize) = 8,
  OPCSIM_NAME(FuncAttributePreferredSharedMemoryCarveout) = 9,
};

using OPCSIM_NAME(Stream_t) = opcsim::simt::Stream *;
using OPCSIM_NAME(Event_t) = opcsim::simt::Event *;

struct OPCSIM_NAME(DeviceProp_t) {
  char name[256];
  size_t totalGlobalMem, sharedMemPerBlock, sharedMemPerBlockOptin;
  size_t sharedMemPerMultiprocessor, totalConstMem;
  int warpSize, maxThreadsPerBlock, maxThreadsPerMultiProcessor;
  int maxThreadsDim[3], maxGridSize[3];
  int multiProcessorCount, clockRate, major, minor, regsPerBlock;
  int managedMemory, unifiedAddressing, concurrentKernels;
};

inline constexpr unsigned OPCSIM_NAME(StreamNonBlocking) = 1;
inline constexpr unsigned OPCSIM_NAME(EventDefault) = 0;
inline constexpr unsigned OPCSIM_NAME(EventBlockingSync) = 1;
inline constexpr unsigned OPCSIM_NAME(EventDisableTiming) = 2;
inline constexpr unsigned OPCSIM_NAME(HostMallocDefault) = 0;
inline constexpr unsigned OPCSIM_NAME(MemAttachGlobal) = 1;

namespace opcsim::simt {
using Error = OPCSIM_NAME(Error_t);
inline Error toError(Code code) {
  return static_cast<Error>(static_cast<int>(result(code)));
}
} // namespace opcsim::simt

#define OPCSIM_DO(call) return opcsim::simt::toError(opcsim::simt::call)
#define OPCSIM_FUNCTION(name) inline OPCSIM_NAME(Error_t) OPCSIM_NAME(name)

#include "ApiDevice.h"
#include "ApiMemory.h"
#include "ApiStreams.h"

#endif // OPC_SIM_SIMT_API_H
