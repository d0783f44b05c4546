//===- MainMemory.h - What the host allocates, and who uses it *- C++ -*-===//
//
// The program's malloc gives memory whose bounds are known; variables are known
// from the symbol table. Who accesses what is recorded while cores run.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ATHREAD_SIM_MAINMEMORY_H
#define OPC_SIM_ATHREAD_SIM_MAINMEMORY_H

#include "../../core/Memory.h"
#include "../../tile/AccessMap.h"
#include "Symbols.h"

namespace opcsim::sw {

class MainMemory {
public:
  static MainMemory &get() {
    static MainMemory *memory = new MainMemory;
    return *memory;
  }

  Space &heap() { return space; }

  /// Whether a copy may touch the bytes; a fault if not. Memory that nobody
  /// knows the bounds of is not checked.
  bool check(const void *address, size_t size, const char *operation,
             const Place &place) {
    if (space.contains(address))
      return space.check(address, size, operation, place);
    auto key = reinterpret_cast<uintptr_t>(address);
    const auto *found = Symbols::find(Symbols::get().global, key);
    if (!found || key + size <= found->first + found->second.size)
      return true;
    report(Fault{FaultKind::OutOfBounds,
                 say("%s of %zu bytes at byte %zu of the %zu bytes of '%s'",
                     operation, size, size_t(key - found->first),
                     found->second.size, found->second.name.c_str()),
                 place, address, size, operation});
    return false;
  }

  std::mutex mutex;
  /// Guarded by the mutex.
  tile::AccessMap accesses;

private:
  static constexpr size_t kCapacity = size_t(16) << 30;

  MainMemory()
      : space({"main memory", kCapacity, 128, 4096, 4096, true, kCapacity}) {}

  Space space;
};

} // namespace opcsim::sw

#endif // OPC_SIM_ATHREAD_SIM_MAINMEMORY_H
