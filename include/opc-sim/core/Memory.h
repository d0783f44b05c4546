//===- Memory.h - Memory whose every access can be checked ------*- C++ -*-===//
//
// A space is one memory of a chip: global memory, a local buffer. Its addresses
// are reserved at once, far more than its capacity, so that there is always
// room between allocations and freed memory need not be used again.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_CORE_MEMORY_H
#define OPC_SIM_CORE_MEMORY_H

#include "CopyEngine.h"
#include "Shadow.h"

#include <cstring>
#include <deque>
#include <sys/mman.h>

namespace opcsim {

/// Fresh memory reads as a NaN in every floating-point type of 2, 4 or 8 bytes.
inline constexpr uint16_t kPoison = 0x7ff5;

inline void poison(void *begin, size_t size) {
  auto *bytes = static_cast<unsigned char *>(begin);
  constexpr uint64_t kWide = kPoison * 0x0001000100010001u;
  size_t i = 0;
  for (; i + sizeof kWide <= size; i += sizeof kWide)
    std::memcpy(bytes + i, &kWide, sizeof kWide);
  std::memcpy(bytes + i, &kWide, size - i);
}

/// Sizes in bytes.
struct SpaceRules {
  std::string name;        ///< "global memory", "UB"
  size_t capacity = 0;     ///< what all allocations together may have
  size_t alignment = 1;    ///< of every allocation
  size_t granule = 4096;   ///< allocations share none: a power of 2
  size_t redZone = 4096;   ///< at least, before and behind each allocation
  bool poisonFresh = true; ///< fill what is allocated
  size_t reserve = 0;      ///< addresses; 0: four times the capacity
};

struct Allocation {
  char *begin = nullptr;
  size_t size = 0;
  std::string name; ///< of the variable, or the call that made it
  Place place, freedAt;
  bool live = true;
  bool trackWrites = true; ///< else every byte counts as written

  bool holds(uintptr_t address, size_t bytes) const {
    auto first = reinterpret_cast<uintptr_t>(begin);
    return address >= first && bytes <= size && address - first <= size - bytes;
  }
};

class Space {
public:
  explicit Space(SpaceRules rules);
  Space(const Space &) = delete;

  /// nullptr, and a fault, where the capacity does not suffice.
  char *allocate(size_t size, std::string name, const Place &place,
                 FaultKind overflow = FaultKind::SpaceOverflow);
  /// Reports what may not be freed. `call` is for the message.
  bool release(void *begin, const char *call, const Place &place);
  /// Forgets every allocation: a core starts its next kernel.
  void reset();

  const SpaceRules &limits() const { return rules; }
  size_t used() const { return inUse; }
  /// The first of its addresses.
  char *start() const { return reinterpret_cast<char *>(first); }
  bool contains(const void *address) const {
    return reinterpret_cast<uintptr_t>(address) - first < reserved;
  }
  /// The allocation that the address is in or next to; null if there is none.
  Allocation *nearest(const void *address) {
    uint32_t number = owners[granuleOf(address)];
    return number ? &allocations[number - 1] : nullptr;
  }
  Cell &cell(const void *address) const {
    return cells[(reinterpret_cast<uintptr_t>(address) - first) / kWordBytes];
  }

  /// Whether all of it lies in one live allocation.
  bool allows(const void *address, size_t size) {
    const Allocation *owner = nearest(address);
    return owner && owner->live &&
           owner->holds(reinterpret_cast<uintptr_t>(address), size);
  }
  /// Reports an access that is outside of allocations, freed or misaligned.
  bool check(const void *address, size_t size, const char *operation,
             const Place &place, size_t alignment = 1);
  /// The fault of an access that `allows` does not.
  Fault wrongAccess(const void *address, size_t size, const char *operation,
                    const Place &place);

  void markWritten(const void *address, size_t size) { mark(address, size, 1); }
  void markUnwritten(const void *address, size_t size) {
    mark(address, size, 0);
  }
  /// Whether every byte was written once.
  bool isWritten(const void *address, size_t size);
  bool checkWritten(const void *address, size_t size, const char *operation,
                    const Place &place);

  /// Records the access of a core, and reports another core's to the same
  /// bytes in the same segment (between the same barriers of all, from 1), if
  /// one of the two writes.
  bool checkOrdered(const void *address, size_t size, Access access, int core,
                    uint32_t segment, const char *operation,
                    const Place &place);

  /// "8 bytes behind the 64 bytes of 'x' (allocated at FILE:LINE)"
  std::string describe(const void *address, size_t size);

private:
  size_t granuleOf(const void *address) const {
    return (reinterpret_cast<uintptr_t>(address) - first) / rules.granule;
  }
  void mark(const void *address, size_t size, bool written);
  template <class T> static T *map(size_t count);

  SpaceRules rules;
  size_t reserved = 0, next = 0, inUse = 0;
  uintptr_t first = 0;
  Cell *cells = nullptr;
  uint32_t *owners = nullptr; ///< by granule, allocation's number from 1
  std::deque<Allocation> allocations;
  std::mutex mutex;
};

template <class T> T *Space::map(size_t count) {
  void *memory = mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<T *>(memory);
}

inline Space::Space(SpaceRules given) : rules(std::move(given)) {
  reserved = rules.reserve ? rules.reserve : 4 * rules.capacity + (1 << 20);
  reserved = (reserved + rules.granule - 1) / rules.granule * rules.granule;
  char *memory = map<char>(reserved);
  cells = map<Cell>(reserved / kWordBytes + 1);
  owners = map<uint32_t>(reserved / rules.granule + 1);
  if (!memory || !cells || !owners)
    fail(FaultKind::Unsupported,
         say("%zu bytes of addresses for %s cannot be reserved", reserved,
             rules.name.c_str()),
         {});
  first = reinterpret_cast<uintptr_t>(memory);
}

inline char *Space::allocate(size_t size, std::string name, const Place &place,
                             FaultKind overflow) {
  std::lock_guard lock(mutex);
  if (size > rules.capacity - std::min(inUse, rules.capacity)) {
    report(overflow,
           say("%s asks for %zu bytes, %zu of %zu of %s are in use",
               name.c_str(), size, inUse, rules.capacity, rules.name.c_str()),
           place);
    return nullptr;
  }
  size_t unit = std::max(rules.granule, rules.alignment);
  size_t begin = (next + rules.redZone + unit - 1) / unit * unit;
  size_t end = (begin + size + rules.redZone + unit - 1) / unit * unit;
  if (end > reserved)
    fail(FaultKind::Unsupported,
         "no addresses are left for " + rules.name +
             ": freed memory is not used again",
         place);
  auto *memory = reinterpret_cast<char *>(first + begin);
  allocations.push_back({memory, size, std::move(name), place, {}});
  auto number = static_cast<uint32_t>(allocations.size());
  std::fill(owners + next / rules.granule, owners + end / rules.granule,
            number);
  next = end - rules.redZone / unit * unit;
  inUse += size;
  if (rules.poisonFresh)
    poison(memory, size);
  return memory;
}

inline bool Space::release(void *begin, const char *call, const Place &place) {
  std::lock_guard lock(mutex);
  Allocation *owner = contains(begin) ? nearest(begin) : nullptr;
  if (!owner || owner->begin != begin) {
    report(Fault{FaultKind::BadFree,
                 say("%s of %p, which is no allocation of %s", call, begin,
                     rules.name.c_str()),
                 place, begin, 0, call});
    return false;
  }
  if (!owner->live) {
    report(Fault{FaultKind::DoubleFree,
                 say("%s of %p, which was freed at %s", call, begin,
                     toString(owner->freedAt).c_str()),
                 place, begin, 0, call});
    return false;
  }
  owner->live = false;
  owner->freedAt = place;
  inUse -= owner->size;
  madvise(begin, owner->size, MADV_DONTNEED);
  return true;
}

inline void Space::reset() {
  std::lock_guard lock(mutex);
  std::fill(owners, owners + next / rules.granule + 1, 0);
  std::fill(cells, cells + next / kWordBytes + 1, Cell());
  allocations.clear();
  next = inUse = 0;
}

} // namespace opcsim

#include "MemoryChecks.h"

#endif // OPC_SIM_CORE_MEMORY_H
