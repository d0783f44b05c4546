//===- Clock.h - What happened before what --------------------*- C++ -*-===//
//
// Pipes, copies and cores are actors. Each has a vector clock; a flag carries
// the clock of the actor that set it to the one that waits for it. An access is
// safe after another one if its actor has heard of it: a missing flag is found
// in every order of execution, also in those that happen to be right. (C.
// Fidge, Timestamps in message-passing systems, 1988; F. Mattern, 1989.)
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_TILE_CLOCK_H
#define OPC_SIM_TILE_CLOCK_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace opcsim::tile {

/// A moment in the life of one actor.
struct Stamp {
  uint32_t actor = 0;
  uint32_t time = 0;
};

/// What one actor has heard of: the last moment of each other actor.
class Clock {
public:
  uint32_t at(uint32_t actor) const {
    return actor < times.size() ? times[actor] : 0;
  }

  bool knows(Stamp stamp) const { return at(stamp.actor) >= stamp.time; }

  /// Another moment of `actor` begins.
  Stamp tick(uint32_t actor) {
    grow(actor + 1);
    return {actor, ++times[actor]};
  }

  void learn(Stamp stamp) {
    grow(stamp.actor + 1);
    times[stamp.actor] = std::max(times[stamp.actor], stamp.time);
  }

  void join(const Clock &other) {
    grow(other.times.size());
    for (size_t i = 0; i < other.times.size(); ++i)
      times[i] = std::max(times[i], other.times[i]);
  }

private:
  void grow(size_t size) {
    if (times.size() < size)
      times.resize(size, 0);
  }

  std::vector<uint32_t> times;
};

} // namespace opcsim::tile

#endif // OPC_SIM_TILE_CLOCK_H
