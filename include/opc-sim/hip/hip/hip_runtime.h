//===- hip_runtime.h - HIP, simulated ---------------------------*- C++ -*-===//
#ifndef OPC_SIM_HIP_HIP_RUNTIME_H
#define OPC_SIM_HIP_HIP_RUNTIME_H

#define OPCSIM_NAME(x) hip##x
#define hipStreamDefault 0 // also the null stream
#include "opc-sim/simt/Api.h"

namespace opcsim::simt {
// LLVM AMDGPU user guide: wavefront sizes; 64 KB of LDS a work group.
inline constexpr DeviceModel kDevices[] = {
    {"gfx906", "gfx906", 64, 64 << 10, 64 << 10, 9, 0},
    {"gfx9-generic", "gfx9-generic", 64, 64 << 10, 64 << 10, 9, 0},
    {"gfx928", "gfx928", 64, 64 << 10, 64 << 10, 9, 2},
    {"gfx936", "gfx936", 64, 64 << 10, 64 << 10, 9, 3},
};
inline std::span<const DeviceModel> vendorDevices() { return kDevices; }
} // namespace opcsim::simt

#define HIP_KERNEL_NAME(...) __VA_ARGS__
#define hipLaunchKernelGGL(kernel, grid, block, shared, stream, ...)           \
  OPC_LAUNCH((kernel), grid, block, shared, stream)(__VA_ARGS__)
#define HIP_DYNAMIC_SHARED(type, name) OPCSIM_DYNAMIC_SHARED(name, type)

#define hipThreadIdx_x threadIdx.x
#define hipThreadIdx_y threadIdx.y
#define hipThreadIdx_z threadIdx.z
#define hipBlockIdx_x blockIdx.x
#define hipBlockIdx_y blockIdx.y
#define hipBlockIdx_z blockIdx.z
#define hipBlockDim_x blockDim.x
#define hipBlockDim_y blockDim.y
#define hipBlockDim_z blockDim.z
#define hipGridDim_x gridDim.x
#define hipGridDim_y gridDim.y
#define hipGridDim_z gridDim.z

#define hipHostMallocMapped 2
#define hipHostMallocPortable 1

using hipDeviceptr_t = void *;
using hip_bfloat16 = opcsim::simt::BFloat;
using __hip_bfloat16 = opcsim::simt::BFloat;
using __hip_bfloat162 = opcsim::simt::BFloat2;

template <class T>
hipError_t hipHostMalloc(T **pointer, size_t size, unsigned flags = 0) {
  return hipMallocHost(pointer, size, flags);
}
inline hipError_t hipHostFree(void *pointer, OPCSIM_PLACE) {
  return hipFreeHost(pointer, place);
}
inline hipError_t hipMemcpyHtoD(void *to, void *from, size_t size,
                                OPCSIM_PLACE) {
  return hipMemcpy(to, from, size, hipMemcpyHostToDevice, place);
}
inline hipError_t hipMemcpyDtoH(void *to, void *from, size_t size,
                                OPCSIM_PLACE) {
  return hipMemcpy(to, from, size, hipMemcpyDeviceToHost, place);
}
inline constexpr auto hipDeviceAttributeWarpSize = hipDevAttrWarpSize;
inline constexpr auto hipDeviceAttributeMaxThreadsPerBlock =
    hipDevAttrMaxThreadsPerBlock;
inline constexpr auto hipDeviceAttributeMultiprocessorCount =
    hipDevAttrMultiProcessorCount;
inline constexpr auto hipDeviceAttributeMaxSharedMemoryPerBlock =
    hipDevAttrMaxSharedMemoryPerBlock;

#define HIP_SYMBOL(symbol) symbol

#endif // OPC_SIM_HIP_HIP_RUNTIME_H
