//===- Lane.h - A thread of a block, and what it waits for ------*- C++ -*-===//
#ifndef OPC_SIM_SIMT_LANE_H
#define OPC_SIM_SIMT_LANE_H

#include "Fiber.h"
#include "Indices.h"
#include "opc-sim/core/Place.h"

namespace opcsim::simt {

/// Lanes of a wave, lane 0 the lowest bit; a wave has at most 128.
using LaneMask = unsigned __int128;

inline LaneMask laneBit(unsigned lane) { return LaneMask{1} << lane; }
/// Lanes 0 to n-1.
inline LaneMask firstLanes(unsigned n) {
  return n >= 128 ? ~LaneMask{0} : laneBit(n) - 1;
}

enum class LaneState { Ready, AtBarrier, AtCollective, Spinning, Ended };

/// What lanes of a wave do together.
enum class Collective { Shuffle, Vote, Sync };

/// A lane's part in it.
struct Contribution {
  Collective kind = Collective::Sync;
  /// The caller names who takes part; else those that are there.
  bool masked = false;
  LaneMask mask = 0;
  uint64_t value[2] = {}; ///< that the lane gives
  unsigned source = 0;    ///< the lane that it takes from
  bool predicate = false;
  const char *call = "";

  /// Whether both are parts of the same.
  bool joins(const Contribution &other) const {
    return kind == other.kind && masked == other.masked && mask == other.mask;
  }
};

/// What it gets.
struct Outcome {
  uint64_t value[2] = {};
  LaneMask votes = 0;   ///< lanes whose predicate holds
  LaneMask members = 0; ///< lanes that took part
};

struct Lane {
  Context context;
  LaneState state = LaneState::Ready;
  uint3 index = {};
  Place place; ///< where it waits
  Contribution contribution;
  Outcome outcome;
  // Who reads one address over and over waits for another to write it.
  const void *lastAddress = nullptr;
  unsigned repeats = 0;

  bool runnable() const {
    return state == LaneState::Ready || state == LaneState::Spinning;
  }
};

struct Wave {
  size_t firstLane = 0;
  unsigned lanes = 0;
  uint32_t epoch = 0; ///< how often its lanes have met within the segment
};

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_LANE_H
