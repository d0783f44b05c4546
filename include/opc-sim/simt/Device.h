//===- Device.h - The device that a vendor's header describes ---*- C++ -*-===//
#ifndef OPC_SIM_SIMT_DEVICE_H
#define OPC_SIM_SIMT_DEVICE_H

#include "opc-sim/core/Memory.h"

#include <span>

namespace opcsim::simt {

/// What a chip is, as far as kernels can see it. Sizes in bytes.
struct DeviceModel {
  const char *chip; ///< as OPCSIM_CHIP names it
  const char *name; ///< as the API reports it
  int waveSize;
  size_t sharedPerBlock;
  size_t sharedOptIn; ///< that dynamic shared memory can have when asked for
  int major = 0, minor = 0;
  int multiprocessors = 4;
  int maxThreads = 1024;
};

/// A vendor's chips, the default one first; its header defines this.
std::span<const DeviceModel> vendorDevices();

/// The chip of OPCSIM_CHIP, with the wave of OPCSIM_WAVE.
inline const DeviceModel &device() {
  static const DeviceModel model = [] {
    const Settings &settings = Settings::get();
    DeviceModel chosen = vendorDevices()[0];
    bool found = settings.chip.empty();
    for (const DeviceModel &each : vendorDevices())
      if (settings.chip == each.chip) {
        chosen = each;
        found = true;
      }
    if (!found)
      detail::wrongSetting("OPCSIM_CHIP", "a chip of this API");
    if (settings.wave)
      chosen.waveSize = settings.wave;
    return chosen;
  }();
  return model;
}

/// Bytes that all allocations together may have.
inline constexpr size_t kGlobalMemory = size_t{4} << 30;
inline constexpr size_t kAllocationAlignment = 256;

inline Space &globalMemory() {
  static Space *space = new Space({.name = "global memory",
                                   .capacity = kGlobalMemory,
                                   .alignment = kAllocationAlignment,
                                   .redZone = 64 << 10});
  return *space;
}

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_DEVICE_H
