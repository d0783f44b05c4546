//===- MemoryChecks.h - What an access to a space may not do ----*- C++ -*-===//
//
// The checks of Space, which Memory.h includes.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_CORE_MEMORYCHECKS_H
#define OPC_SIM_CORE_MEMORYCHECKS_H

#include "Memory.h"

namespace opcsim {

inline std::string Space::describe(const void *address, size_t size) {
  Allocation *owner = contains(address) ? nearest(address) : nullptr;
  if (!owner)
    return "where nothing is allocated in " + rules.name;
  auto at = reinterpret_cast<uintptr_t>(address);
  auto begin = reinterpret_cast<uintptr_t>(owner->begin);
  const char *relation = at < begin ? "before" : "behind";
  size_t distance = at < begin ? begin - at : at - begin - owner->size;
  std::string text;
  if (at < begin || at >= begin + owner->size)
    text = say("%zu bytes %s", distance, relation);
  else if (owner->holds(at, size))
    text = say("at byte %zu of", at - begin);
  else
    text = say("past the end from byte %zu of", at - begin);
  return text + say(" the %zu bytes of %s (%s)", owner->size,
                    owner->name.c_str(), toString(owner->place).c_str());
}

inline Fault Space::wrongAccess(const void *address, size_t size,
                                const char *operation, const Place &place) {
  Allocation *owner = contains(address) ? nearest(address) : nullptr;
  bool freed = owner && !owner->live &&
               owner->holds(reinterpret_cast<uintptr_t>(address), size);
  std::string text =
      say("%s of %zu bytes ", operation, size) + describe(address, size);
  if (freed)
    text += ", freed at " + toString(owner->freedAt);
  return {freed ? FaultKind::UseAfterFree : FaultKind::OutOfBounds,
          std::move(text),
          place,
          address,
          size,
          operation};
}

inline bool Space::check(const void *address, size_t size,
                         const char *operation, const Place &place,
                         size_t alignment) {
  if (reinterpret_cast<uintptr_t>(address) % alignment != 0) {
    report(Fault{FaultKind::Misaligned,
                 say("%s at %p (%s), which is no multiple of %zu", operation,
                     address, describe(address, size).c_str(), alignment),
                 place, address, size, operation});
    return false;
  }
  if (contains(address) && allows(address, size))
    return true;
  report(wrongAccess(address, size, operation, place));
  return false;
}

inline void Space::mark(const void *address, size_t size, bool written) {
  forWords(reinterpret_cast<uintptr_t>(address) - first, size,
           [&](uintptr_t word, unsigned mask) {
             Stamp &stamp = cells[word].write;
             stamp.flags = written ? stamp.flags | mask : stamp.flags & ~mask;
           });
}

inline bool Space::isWritten(const void *address, size_t size) {
  const Allocation *owner = nearest(address);
  if (owner && !owner->trackWrites)
    return true;
  bool all = true;
  forWords(reinterpret_cast<uintptr_t>(address) - first, size,
           [&](uintptr_t word, unsigned mask) {
             all &= (cells[word].write.flags & mask) == mask;
           });
  return all;
}

inline bool Space::checkWritten(const void *address, size_t size,
                                const char *operation, const Place &place) {
  if (isWritten(address, size))
    return true;
  report(Fault{FaultKind::Uninitialised,
               say("%s of %zu bytes ", operation, size) +
                   describe(address, size) + ", which were never written",
               place, address, size, operation});
  return false;
}

inline bool Space::checkOrdered(const void *address, size_t size, Access access,
                                int core, uint32_t segment,
                                const char *operation, const Place &place) {
  std::unique_lock lock(mutex);
  int other = -1;
  auto conflicts = [&](const Stamp &stamp, unsigned mask) {
    if (stamp.segment == segment && (stamp.mask & mask) &&
        static_cast<int>(stamp.thread) != core)
      other = static_cast<int>(stamp.thread);
  };
  forWords(reinterpret_cast<uintptr_t>(address) - first, size,
           [&](uintptr_t word, unsigned mask) {
             Cell &cell = cells[word];
             conflicts(cell.write, mask);
             if (access == Access::Write)
               conflicts(cell.read, mask);
             Stamp &mine = access == Access::Write ? cell.write : cell.read;
             bool again = mine.segment == segment &&
                          static_cast<int>(mine.thread) == core;
             mine.mask = again ? mine.mask | mask : mask;
             mine.segment = segment;
             mine.thread = static_cast<uint32_t>(core);
           });
  lock.unlock();
  if (other < 0)
    return true;
  report(
      Fault{FaultKind::Race,
            say("%s of %zu bytes ", operation, size) + describe(address, size) +
                say("; core %d used them, too, with no barrier between", other),
            place, address, size, operation});
  return false;
}

} // namespace opcsim

#endif // OPC_SIM_CORE_MEMORYCHECKS_H
