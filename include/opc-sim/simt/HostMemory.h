//===- HostMemory.h - What the host may touch, and when ---------*- C++ -*-===//
#ifndef OPC_SIM_SIMT_HOSTMEMORY_H
#define OPC_SIM_SIMT_HOSTMEMORY_H

#include "Device.h"

namespace opcsim::simt {

/// Host memory that the device sees, too.
class PinnedMemory {
public:
  void add(void *begin, size_t size) {
    std::lock_guard lock(mutex);
    ranges[static_cast<char *>(begin)] = size;
  }
  /// False where nothing begins there.
  bool remove(void *begin) {
    std::lock_guard lock(mutex);
    return ranges.erase(static_cast<char *>(begin)) != 0;
  }
  bool contains(const void *address, size_t size) {
    std::lock_guard lock(mutex);
    auto *at = static_cast<char *>(const_cast<void *>(address));
    auto next = ranges.upper_bound(at);
    if (next == ranges.begin())
      return false;
    auto [begin, bytes] = *std::prev(next);
    return at + size <= begin + bytes;
  }

private:
  std::mutex mutex;
  std::map<char *, size_t> ranges;
};

inline PinnedMemory &pinnedMemory() {
  static PinnedMemory *memory = new PinnedMemory;
  return *memory;
}

/// All work that was given to the device and not yet waited for.
inline CopyEngine &engine() {
  static CopyEngine *engine = new CopyEngine;
  return *engine;
}

/// Kernels among it.
inline std::atomic<int> kernelsInFlight = 0;

inline bool hostAccessMatters(const void *address) {
  return globalMemory().contains(address) || engine().inFlight() != 0;
}

inline void onManaged(const Allocation &owner, const Range &range,
                      const char *operation, const Place &place) {
  if (kernelsInFlight == 0)
    return;
  report(Fault{FaultKind::MissingSync,
               say("the host %ss %s while a kernel may use it", operation,
                   owner.name.c_str()),
               place, range.begin, range.size, operation});
}

/// An access of the host itself.
inline void onHost(const void *address, size_t size, Access access,
                   const Place &place) {
  const char *operation = access == Access::Read ? "read" : "write";
  Range range{address, size};
  if (globalMemory().contains(address)) {
    Allocation *owner = globalMemory().nearest(address);
    bool managed = owner && !owner->trackWrites;
    if (managed && globalMemory().allows(address, size))
      onManaged(*owner, range, operation, place);
    else
      report(Fault{FaultKind::DevicePointer,
                   say("%s of %zu bytes ", operation, size) +
                       globalMemory().describe(address, size),
                   place, address, size, operation});
    return;
  }
  auto found = engine().conflict(range, access);
  if (!found)
    return;
  report(Fault{found->arrives ? FaultKind::MissingSync : FaultKind::EarlyReuse,
               say("the host %ss %zu bytes that %s (%s) still %s", operation,
                   size, found->name.c_str(), toString(found->place).c_str(),
                   found->arrives ? "writes" : "reads"),
               place, address, size, operation});
}

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_HOSTMEMORY_H
