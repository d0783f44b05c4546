//===- Access.h - Every load and store of a kernel is checked ---*- C++ -*-===//
//
// Kernels are compiled with clang's -fsanitize=thread, which calls a function
// before each load and store, but linked with the functions of Hooks.h, which
// lead here.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_ACCESS_H
#define OPC_SIM_SIMT_ACCESS_H

#include "HostMemory.h"
#include "Races.h"

namespace opcsim::simt {

enum class Kind { Read, Write, Atomic };

inline constexpr const char *kOperation[] = {"read", "write", "atomic access"};

/// An access of the thread that runs.
class DeviceAccess {
public:
  DeviceAccess(Executor &executor, const void *address, size_t size, Kind kind,
               const Place &place)
      : executor(executor), address(reinterpret_cast<uintptr_t>(address)),
        size(size), kind(kind), place(place) {}

  /// Checks it where it goes to. Faults after which the program cannot go on
  /// end it.
  void check();

private:
  const void *pointer() const {
    return reinterpret_cast<const void *>(address);
  }
  const char *operation() const { return kOperation[static_cast<int>(kind)]; }
  void global();
  void inShared();
  void elsewhere();
  template <class Describe>
  void word(const Ordering &ordering, Cell &cell, unsigned mask, bool tracked,
            Describe describe);
  template <class Describe>
  void race(const Unordered &found, const char *did, Describe describe);

  Executor &executor;
  uintptr_t address;
  size_t size;
  Kind kind;
  const Place &place;
};

template <class Describe>
void DeviceAccess::race(const Unordered &found, const char *did,
                        Describe describe) {
  report(Fault{found.kind,
               say("%s of %zu bytes ", operation(), size) + describe() + "; " +
                   found.other + " " + did + " it with no " +
                   (found.kind == FaultKind::WaveRace ? "__syncwarp"
                    : found.other == "another block"  ? "order"
                                                      : "barrier") +
                   " between",
               place, pointer(), size, operation()});
}

template <class Describe>
void DeviceAccess::word(const Ordering &ordering, Cell &cell, unsigned mask,
                        bool tracked, Describe describe) {
  bool reads = kind != Kind::Write, writes = kind != Kind::Read;
  bool atomic = kind == Kind::Atomic;
  if (reads && tracked && (cell.write.flags & mask) != mask)
    report(Fault{FaultKind::Uninitialised,
                 say("%s of %zu bytes ", operation(), size) + describe() +
                     ", which were never written",
                 place, pointer(), size, operation()});
  bool bothAtomic = atomic && (cell.write.flags & kAtomic);
  if (!ordering.isMine(cell.write) && !bothAtomic)
    if (auto found = ordering.after(cell.write, mask, false))
      race(*found, "wrote", describe);
  if (writes && !(atomic && (cell.read.flags & kReadAtomic)))
    if (auto found = ordering.after(cell.read, mask, true))
      race(*found, "read", describe);
  if (reads)
    ordering.read(cell, mask, atomic);
  if (writes)
    ordering.write(cell, mask, atomic);
}

inline void DeviceAccess::global() {
  Space &space = globalMemory();
  const Allocation *owner = space.nearest(pointer());
  if (!owner || !owner->live || !owner->holds(address, size)) {
    report(space.wrongAccess(pointer(), size, operation(), place));
    return;
  }
  if (kind == Kind::Atomic)
    executor.atomicOnGlobal();
  Ordering ordering(executor);
  forWords(address, size, [&](uintptr_t number, unsigned mask) {
    word(ordering, space.cell(reinterpret_cast<void *>(number * kWordBytes)),
         mask, owner->trackWrites,
         [&] { return space.describe(pointer(), size); });
  });
}

inline void DeviceAccess::inShared() {
  SharedMemory &shared = executor.sharedMemory();
  if (!shared.allows(address, size)) {
    report(Fault{FaultKind::SharedOverflow,
                 say("%s of %zu bytes at ", operation(), size) +
                     shared.describe(address),
                 place, pointer(), size, operation()});
    return;
  }
  Ordering ordering(executor);
  forWords(address, size, [&](uintptr_t number, unsigned mask) {
    word(ordering, shared.cell(number * kWordBytes), mask, true,
         [&] { return "at " + shared.describe(address); });
  });
}

// Of the linker: the program's own variables lie between, or those of the
// shared library that the kernels are in.
extern "C" char __ehdr_start __attribute__((weak, visibility("hidden")));
extern "C" char _end __attribute__((weak, visibility("hidden")));

inline bool inProgram(uintptr_t address) {
  return address >= reinterpret_cast<uintptr_t>(&__ehdr_start) &&
         address < reinterpret_cast<uintptr_t>(&_end);
}

inline void DeviceAccess::elsewhere() {
  if (inProgram(address) || executor.threadStacks().contains(pointer()) ||
      pinnedMemory().contains(pointer(), size))
    return;
  bool null = address < 4096;
  fail(
      Fault{null ? FaultKind::NullPointer : FaultKind::HostPointer,
            say("%s of %zu bytes at %p, which %s", operation(), size, pointer(),
                null ? "is no memory" : "was not allocated on the device"),
            place, pointer(), size, operation()});
}

inline void DeviceAccess::check() {
  if (globalMemory().contains(pointer()))
    global();
  else if (executor.sharedMemory().contains(address))
    inShared();
  else
    elsewhere();
}

/// How often a thread reads one address before others get a turn.
inline constexpr unsigned kSpins = 256;

inline void onDevice(Executor &executor, const void *address, size_t size,
                     Kind kind, const Place &place) {
  DeviceAccess(executor, address, size, kind, place).check();
  Lane &lane = executor.lane();
  bool again = address == std::exchange(lane.lastAddress, address) &&
               kind != Kind::Write;
  lane.repeats = again ? lane.repeats + 1 : 0;
  if (lane.repeats >= kSpins) {
    lane.repeats = 0;
    executor.yield();
  }
}

/// Any access of the program. Those of the host matter while something is in
/// flight, or when they go to the device's memory.
inline void onAccess(const void *address, size_t size, Kind kind,
                     const void *code) {
  if (Executor *executor = Executor::current)
    onDevice(*executor, address, size, kind, Place(code));
  else if (hostAccessMatters(address))
    onHost(address, size, kind == Kind::Read ? Access::Read : Access::Write,
           Place(code));
}

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_ACCESS_H
