//===- Shadow.h - What is remembered of every word of memory ----*- C++ -*-===//
//
// For each 4 bytes: who wrote last, who read last, and which bytes were ever
// written. What orders two accesses is the business of who simulates: cores and
// threads of a block have different rules.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_CORE_SHADOW_H
#define OPC_SIM_CORE_SHADOW_H

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace opcsim {

/// One access: which thread (or core), and between which two barriers.
struct Stamp {
  uint32_t segment = 0;    ///< counts what orders all threads; 0: no access
  uint32_t epoch : 13 = 0; ///< counts what orders some within the segment
  uint32_t thread : 10 = 0;
  uint32_t mask : 4 = 0; ///< bytes of the word
  uint32_t flags : 5 = 0;
};

/// Flags of Cell::write: which bytes were ever written, and how the last time.
inline constexpr uint32_t kWrittenBytes = 0xf;
inline constexpr uint32_t kAtomic = 0x10;

struct Cell {
  Stamp write, read;
};
static_assert(sizeof(Cell) == 16);

inline constexpr size_t kWordBytes = 4;

/// Calls visit(word, mask) for each word that [address, address + size) has
/// bytes in; `mask` says which. Words are counted from address 0.
template <class Visit>
inline void forWords(uintptr_t address, size_t size, Visit visit) {
  if (!size)
    return;
  uintptr_t end = address + size;
  uintptr_t last = (end - 1) / kWordBytes;
  for (uintptr_t word = address / kWordBytes; word <= last; ++word) {
    uintptr_t begin = std::max(address, word * kWordBytes) % kWordBytes;
    uintptr_t stop = std::min(end - word * kWordBytes, uintptr_t{kWordBytes});
    visit(word, (0xfu << begin) & (0xfu >> (kWordBytes - stop)));
  }
}

} // namespace opcsim

#endif // OPC_SIM_CORE_SHADOW_H
