//===- PlacementProblem.h - Where each of many steps costs least -*- C++
//-*-===//
//
// Steps of a program, each at one of a few places, of which place 0 is the
// host. A step takes time by its place; a value is copied once to each place,
// other than its own, where somebody reads it, from one device to another by
// way of the host; neighbours of one place may become one kernel, which saves
// time.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_PIPELINE_PLACEMENTPROBLEM_H
#define OPC_LIB_PIPELINE_PLACEMENTPROBLEM_H

#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <vector>

namespace opc {

/// Times are in picoseconds.
struct PlacementProblem {
  /// By place.
  using Times = llvm::SmallVector<int64_t, 4>;
  /// That of a step where it must not be; sums of it fit into 64 bits.
  static constexpr int64_t kNever = int64_t(1) << 50;
  static constexpr int kHost = -1;

  struct Value {
    int producer = kHost; ///< a step, or the host
    llvm::SmallVector<unsigned, 4> consumers;
    bool hostReads = false;
    Times copy; ///< to a place from the host, or back
  };
  /// What is saved where both are.
  struct Pair {
    unsigned first, second;
    Times saved;
  };
  using Places = std::vector<unsigned>;

  unsigned places = 1;
  std::vector<Times> steps; ///< the time of each, by place
  std::vector<Value> values;
  std::vector<Pair> pairs;

  /// The time of all copies of one value.
  int64_t copyTime(const Value &value, const Places &at) const;
  /// The time of a whole choice.
  int64_t time(const Places &at) const;
  /// The choice that takes the least time, if there are two places. Among more
  /// it is one that no exchange between two places makes better: steps of both
  /// are dealt out anew, by a minimal cut, for each two places in turn (swap
  /// moves: Boykov, Veksler, Zabih, "Fast approximate energy minimization via
  /// graph cuts", 2001), from each place that all may be at.
  Places solve() const;
};

} // namespace opc

#endif // OPC_LIB_PIPELINE_PLACEMENTPROBLEM_H
