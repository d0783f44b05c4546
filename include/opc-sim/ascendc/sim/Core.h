//===- Core.h - One core: its memories, pipes and events ------*- C++ -*-===//
//
// A core is a host thread. What it calls is issued to a pipe, checked at once
// against everything issued before (see tile/AccessMap.h), and executed when
// the mode says so.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_CORE_H
#define OPC_SIM_ASCENDC_SIM_CORE_H

#include "../../core/Faults.h"
#include "../../tile/AccessMap.h"
#include "../../tile/Pipes.h"
#include "GlobalMemory.h"
#include "Types.h"

#include <array>
#include <map>
#include <tuple>

/// The place of a call, as the last parameter of what kernels call.
#define OPCSIM_HERE std::source_location where = std::source_location::current()

namespace opcsim::ascend {

/// Bytes that an operation touches: `count` runs of `size` bytes, `pitch` bytes
/// from start to start. Local addresses are offsets in their space.
struct Region {
  Space space;
  uint64_t begin;
  uint64_t size;
  uint64_t count = 1;
  uint64_t pitch = 0;
  tile::Need need = tile::Need::All;
};

/// A flag between two pipes: how often it was set and waited for, and what its
/// setter knew.
struct Event {
  tile::FlagPtr flag = std::make_shared<tile::Flag>();
  tile::Clock clock;
  uint32_t set = 0;
  uint32_t waited = 0;
  std::source_location where;

  bool pending() const { return set > waited; }
};

enum class CoreType { Undecided, Vector, Cube };

/// An operation as a call issues it.
struct Issue {
  const char *name;
  pipe_t pipe;
  std::source_location where;
  std::vector<Region> reads;
  std::vector<Region> writes;
  std::function<void()> run;
  bool atomic = false;
};

class Launch;

class Core {
public:
  Core(Launch &launch, const Chip &chip, unsigned number, unsigned block,
       unsigned sub, unsigned index, CoreType type)
      : launch(launch), chip(chip), number(number), block(block), sub(sub),
        index(index), type(type),
        pipes(kPipes, Settings::get().mode,
              Settings::get().seed * 7919 + number,
              [this](size_t pipe, const char *name, double begin, double end) {
                ran(pipe, name, begin, end);
              }) {}

  /// The core that the calling thread is.
  static Core *&current() {
    static thread_local Core *core = nullptr;
    return core;
  }

  /// The core's bytes of a space; the first use fills them with a pattern that
  /// is no number in any type.
  std::byte *bytes(Space space) {
    auto &memory = memories[static_cast<size_t>(space)];
    if (memory.empty())
      poison(space);
    return memory.data();
  }

  size_t capacity(Space space) const {
    size_t size = chip.size[static_cast<size_t>(space)];
    return space == Space::UB ? size - chip.reservedUB : size;
  }

  /// Nobody has written [begin, begin + size) of the space.
  void forget(Space space, uint64_t begin, uint64_t size) {
    map(space).forget(begin, begin + size);
  }

  void issue(Issue issue);

  void setEvent(Event &event, pipe_t pipe, const char *name,
                std::source_location where);
  /// False, with a fault, when there is nothing to wait for.
  bool waitEvent(Event &event, pipe_t pipe, const char *name,
                 std::source_location where);

  /// All that was issued is done before anything that follows.
  void drain(const char *what, std::source_location where);

  /// Runs what may run until `done`; else the program ends with a deadlock.
  void waitFor(const std::function<bool()> &done, const char *what,
               std::source_location where);

  tile::Stamp tick(pipe_t pipe) { return clocks[pipe].tick(actor(pipe)); }
  tile::Clock everything() const {
    tile::Clock all;
    for (const tile::Clock &clock : clocks)
      all.join(clock);
    return all;
  }
  void learn(const tile::Clock &clock) {
    for (tile::Clock &own : clocks)
      own.join(clock);
  }

  /// The unit of `wanted` is used: the kernel's kind of core is decided.
  bool require(CoreType wanted, const char *name, std::source_location where);

  /// Flags that are set and never waited for, when the kernel ends.
  void checkEvents();

  std::string title() const {
    const char *kind = type == CoreType::Cube     ? "AIC "
                       : type == CoreType::Vector ? "AIV "
                                                  : "core ";
    return kind + std::to_string(index);
  }

  Launch &launch;
  const Chip &chip;
  const unsigned number;
  const unsigned block;
  const unsigned sub;
  /// What GetBlockIdx says.
  const unsigned index;
  CoreType type;
  tile::Pipes pipes;
  std::array<tile::Clock, kPipes> clocks;
  /// By source pipe, destination pipe and id.
  std::map<std::tuple<int, int, int>, Event> events;
  std::array<size_t, kLocalSpaces> allocated{};
  bool atomicAdd = false;
  int nextEventId = 0;

private:
  uint32_t actor(pipe_t pipe) const {
    return static_cast<uint32_t>(number * kPipes + pipe);
  }

  tile::AccessMap &map(Space space) { return maps[static_cast<size_t>(space)]; }

  void poison(Space space);
  void track(const Issue &issue);
  void touch(const Issue &issue, const Region &region, bool writes,
             const tile::Access &access);
  void reportConflict(const Issue &issue, const Region &region,
                      const tile::Conflict &conflict);
  void ran(size_t pipe, const char *name, double begin, double end);

  std::array<std::vector<std::byte>, kLocalSpaces> memories;
  std::array<tile::AccessMap, kLocalSpaces> maps;
};

/// The core that runs; a call outside of a kernel is a fault that ends.
inline Core &currentCore(const char *name, std::source_location where) {
  if (!Core::current())
    fail(FaultKind::WrongCore, say("%s is called outside of a kernel", name),
         where);
  return *Core::current();
}

} // namespace opcsim::ascend

#include "CoreImpl.h"

#endif // OPC_SIM_ASCENDC_SIM_CORE_H
