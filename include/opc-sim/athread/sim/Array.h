//===- Array.h - The 64 cores, and the host beside them -------*- C++ -*-===//

#ifndef OPC_SIM_ATHREAD_SIM_ARRAY_H
#define OPC_SIM_ATHREAD_SIM_ARRAY_H

#include "Cpe.h"

#include <array>
#include <latch>
#include <memory>
#include <thread>

namespace opcsim::sw {

/// A barrier, and what its members know of each other after it.
class Meeting {
public:
  Meeting(std::string name, int members) : barrier(std::move(name), members) {}

  void arrive(Cpe &cpe, size_t round, const Place &place) {
    {
      std::lock_guard lock(mutex);
      clocks[round].join(cpe.clock);
    }
    barrier.arrive(place);
    std::lock_guard lock(mutex);
    cpe.clock.join(clocks[round]);
  }

  void leave() { barrier.leave(); }

private:
  Barrier barrier;
  std::mutex mutex;
  std::map<size_t, tile::Clock> clocks;
};

/// One kernel on all cores.
class Array {
public:
  /// The kernel that runs, or null.
  static std::unique_ptr<Array> &running() {
    static std::unique_ptr<Array> array;
    return array;
  }

  static Array *ofThread() {
    return Cpe::current() ? running().get() : nullptr;
  }

  explicit Array(const char *name) : name(name) {
    for (int i = 0; i < 8; ++i) {
      rows.push_back(std::make_unique<Meeting>(say("of row %d", i), 8));
      columns.push_back(std::make_unique<Meeting>(say("of column %d", i), 8));
    }
  }

  void start(void (*kernel)(void *), void *argument) {
    host = std::thread([this, kernel, argument] {
      CoreGroup group(name, kCores);
      group.run([&](int core) { runCore(core, kernel, argument); });
    });
  }

  void join() { host.join(); }

  void sync(opcsim_sw_scope scope, const Place &place) {
    Cpe &cpe = *Cpe::current();
    Meeting &meeting = scope == OPCSIM_SW_ROW   ? *rows[cpe.id / 8]
                       : scope == OPCSIM_SW_COL ? *columns[cpe.id % 8]
                                                : all;
    cpe.deliverBetween();
    meeting.arrive(cpe, rounds[scope][cpe.id]++, place);
  }

  Cpe &core(int id) { return *cpes[id]; }

private:
  void runCore(int id, void (*kernel)(void *), void *argument) {
    char top;
    cpes[id] = std::make_unique<Cpe>(id);
    Cpe *cpe = cpes[id].get();
    cpe->stackTop = &top;
    Cpe::current() = cpe;
    // Whoever copies to another core finds it there.
    started.arrive_and_wait();
    kernel(argument);
    cpe->finish();
    Cpe::current() = nullptr;
    all.leave();
    rows[id / 8]->leave();
    columns[id % 8]->leave();
  }

  std::string name;
  std::array<std::unique_ptr<Cpe>, kCores> cpes;
  std::latch started{kCores};
  Meeting all{"of the array", kCores};
  std::vector<std::unique_ptr<Meeting>> rows, columns;
  /// By scope and core.
  std::array<std::array<size_t, kCores>, 3> rounds{};
  std::thread host;
};

/// The host uses memory while cores run.
inline void hostAccess(const void *address, size_t size, bool writes,
                       const Place &place) {
  // One moment of the host: what it did before the kernel is over.
  static tile::Clock clock;
  auto begin = reinterpret_cast<uintptr_t>(address);
  const char *operation = writes ? "write" : "read";
  std::optional<tile::Conflict> conflict;
  {
    MainMemory &memory = MainMemory::get();
    std::lock_guard lock(memory.mutex);
    tile::Access access{clock.tick(kHostActor), operation, {}};
    conflict = writes
                   ? memory.accesses.write(begin, begin + size, access, clock)
                   : memory.accesses.read(begin, begin + size, access, clock,
                                          tile::Need::Nothing);
  }
  if (conflict)
    report(Fault{FaultKind::MissingSync,
                 say("%s of %zu bytes of main memory that core %u uses (%s): "
                     "the host has not joined the cores",
                     operation, size, conflict->other.stamp.actor % kCores,
                     conflict->other.operation),
                 place, address, size, operation});
}

} // namespace opcsim::sw

#endif // OPC_SIM_ATHREAD_SIM_ARRAY_H
