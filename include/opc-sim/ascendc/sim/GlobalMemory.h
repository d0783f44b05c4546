//===- GlobalMemory.h - What the host allocates for cores -----*- C++ -*-===//
//
// Allocations of global memory, and who accesses what while a kernel runs.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_GLOBALMEMORY_H
#define OPC_SIM_ASCENDC_SIM_GLOBALMEMORY_H

#include "../../core/Memory.h"
#include "../../tile/AccessMap.h"

namespace opcsim::ascend {

class GlobalMemory {
public:
  static GlobalMemory &get() {
    static GlobalMemory *memory = new GlobalMemory;
    return *memory;
  }

  void *allocate(size_t size, std::source_location where) {
    // Whole blocks of 32 bytes and one more, as the interface promises: copies
    // of whole blocks may read into them.
    size_t whole = (size + 31) / 32 * 32 + 32;
    char *memory = space.allocate(whole, "aclrtMalloc", where);
    if (memory)
      asked[reinterpret_cast<uintptr_t>(memory)] = size;
    return memory;
  }

  void release(void *pointer, std::source_location where) {
    space.release(pointer, "aclrtFree", where);
  }

  /// Whether [begin, begin + size) may be accessed; a fault if not.
  bool check(uint64_t begin, uint64_t size, const char *operation,
             std::source_location where) {
    auto *address = reinterpret_cast<const void *>(begin);
    if (!space.contains(address)) {
      report(Fault{FaultKind::HostPointer,
                   say("%s of %zu bytes at %p, which is no global memory",
                       operation, size_t(size), address),
                   where, address, size, operation});
      return false;
    }
    if (!space.check(address, size, operation, where))
      return false;
    return operation != std::string_view("write") ||
           checkWrite(begin, size, where);
  }

  std::mutex mutex;
  /// Guarded by the mutex.
  tile::AccessMap accesses;

private:
  // Far more than the tests of this machine need.
  static constexpr size_t kCapacity = size_t(16) << 30;

  GlobalMemory()
      : space({"global memory", kCapacity, 512, 4096, 4096, true, kCapacity}) {}

  /// Nothing may be written behind what was asked for.
  bool checkWrite(uint64_t begin, uint64_t size, std::source_location where) {
    auto *owner = space.nearest(reinterpret_cast<const void *>(begin));
    auto start = reinterpret_cast<uintptr_t>(owner->begin);
    auto found = asked.find(start);
    if (found == asked.end() || begin + size <= start + found->second)
      return true;
    report(Fault{
        FaultKind::OutOfBounds,
        say("write of bytes %zu to %zu of a global buffer of %zu bytes",
            size_t(begin - start), size_t(begin + size - start), found->second),
        where, reinterpret_cast<const void *>(begin), size, "write"});
    return false;
  }

  opcsim::Space space;
  /// By address: the bytes that were asked for.
  std::map<uintptr_t, size_t> asked;
};

} // namespace opcsim::ascend

#endif // OPC_SIM_ASCENDC_SIM_GLOBALMEMORY_H
