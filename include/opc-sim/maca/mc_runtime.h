//===- mc_runtime.h - MACA, simulated ---------------------------*- C++ -*-===//
#ifndef OPC_SIM_MACA_MC_RUNTIME_H
#define OPC_SIM_MACA_MC_RUNTIME_H

#define OPCSIM_NAME(x) mc##x
#define mcStreamDefault 0 // also the null stream
#include "opc-sim/simt/Api.h"

namespace opcsim::simt {
inline constexpr DeviceModel kDevices[] = {
    {"xcore1000", "MXC500", 64, 64 << 10, 64 << 10, 10, 0},
    {"xcore1500", "MXC550", 64, 64 << 10, 64 << 10, 15, 0},
};
inline std::span<const DeviceModel> vendorDevices() { return kDevices; }
} // namespace opcsim::simt

#define mcLaunchKernelGGL(kernel, grid, block, shared, stream, ...)            \
  OPC_LAUNCH((kernel), grid, block, shared, stream)(__VA_ARGS__)

using __maca_bfloat16 = opcsim::simt::BFloat;
using maca_bfloat16 = opcsim::simt::BFloat;
using __maca_bfloat162 = opcsim::simt::BFloat2;

template <class T>
mcError_t mcHostMalloc(T **pointer, size_t size, unsigned flags = 0) {
  return mcMallocHost(pointer, size, flags);
}
inline mcError_t mcHostFree(void *pointer, OPCSIM_PLACE) {
  return mcFreeHost(pointer, place);
}

#endif // OPC_SIM_MACA_MC_RUNTIME_H
