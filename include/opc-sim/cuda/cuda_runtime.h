//===- cuda_runtime.h - CUDA's runtime, simulated ---------------*- C++ -*-===//
#ifndef OPC_SIM_CUDA_CUDA_RUNTIME_H
#define OPC_SIM_CUDA_CUDA_RUNTIME_H

#define OPCSIM_NAME(x) cuda##x
#define cudaStreamDefault 0 // also the null stream
#define OPCSIM_MASK unsigned
#include "opc-sim/simt/Api.h"

namespace opcsim::simt {
// CUDA C++ programming guide, table of compute capabilities.
inline constexpr DeviceModel kDevices[] = {
    {"sm_80", "sm_80", 32, 48 << 10, 163 << 10, 8, 0},
    {"sm_90", "sm_90", 32, 48 << 10, 227 << 10, 9, 0},
};
inline std::span<const DeviceModel> vendorDevices() { return kDevices; }
} // namespace opcsim::simt

using cudaDeviceProp = cudaDeviceProp_t;
using __nv_bfloat16 = opcsim::simt::BFloat;
using nv_bfloat16 = opcsim::simt::BFloat;
using __nv_bfloat162 = opcsim::simt::BFloat2;

inline constexpr unsigned cudaHostAllocDefault = 0;
template <class T>
cudaError_t cudaHostAlloc(T **pointer, size_t size, unsigned flags) {
  return cudaMallocHost(pointer, size, flags);
}

#endif // OPC_SIM_CUDA_CUDA_RUNTIME_H
