//===- musa_runtime.h - MUSA, simulated -------------------------*- C++ -*-===//
#ifndef OPC_SIM_MUSA_MUSA_RUNTIME_H
#define OPC_SIM_MUSA_MUSA_RUNTIME_H

#define OPCSIM_NAME(x) musa##x
#define musaStreamDefault 0 // also the null stream
#include "opc-sim/simt/Api.h"

namespace opcsim::simt {
// Before compute capability 3 a warp has 128 threads, from there on 32.
inline constexpr DeviceModel kDevices[] = {
    {"mp_22", "MTT S4000", 128, 48 << 10, 72 << 10, 2, 2},
    {"mp_21", "MTT S80", 128, 48 << 10, 72 << 10, 2, 1},
    {"mp_31", "MTT S5000", 32, 48 << 10, 192 << 10, 3, 1},
};
inline std::span<const DeviceModel> vendorDevices() { return kDevices; }
} // namespace opcsim::simt

using musaDeviceProp = musaDeviceProp_t;
using mt_bfloat16 = opcsim::simt::BFloat;
using __mt_bfloat16 = opcsim::simt::BFloat;
using mt_bfloat162 = opcsim::simt::BFloat2;
using __mt_bfloat162 = opcsim::simt::BFloat2;

template <class T>
musaError_t musaHostAlloc(T **pointer, size_t size, unsigned flags) {
  return musaMallocHost(pointer, size, flags);
}

#endif // OPC_SIM_MUSA_MUSA_RUNTIME_H
