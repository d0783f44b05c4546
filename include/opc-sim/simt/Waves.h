//===- Waves.h - Where threads of a block meet ------------------*- C++ -*-===//
//
// The parts of Executor that end waits: of blocks at barriers, of waves at
// shuffles and votes. Executor.h includes it.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_WAVES_H
#define OPC_SIM_SIMT_WAVES_H

#include "Executor.h"

namespace opcsim::simt {

/// "lanes 3 and 5 to 31"
inline std::string lanesText(LaneMask mask) {
  std::string text;
  for (unsigned lane = 0; lane < 128; ++lane) {
    if (!(mask & laneBit(lane)))
      continue;
    unsigned last = lane;
    while (last < 127 && (mask & laneBit(last + 1)))
      ++last;
    text += (text.empty() ? "" : ", ") + std::to_string(lane) +
            (last > lane ? " to " + std::to_string(last) : "");
    lane = last;
  }
  return (text.find_first_of(", ") == std::string::npos ? "lane " : "lanes ") +
         text;
}

inline const Outcome &Executor::meet(const Contribution &contribution,
                                     const Place &place) {
  Lane &self = lane();
  self.contribution = contribution;
  const LaneMask exists = firstLanes(wave().lanes);
  if (contribution.masked && !(contribution.mask & laneBit(laneInWave()))) {
    LaneMask left = exists & ~contribution.mask;
    report(FaultKind::WrongMask,
           say("lane %u calls %s with a mask that it is not in: a mask without "
               "%s of a wave of %d",
               laneInWave(), contribution.call, lanesText(left).c_str(),
               waveSize),
           place);
    self.contribution.mask = exists;
  }
  park(LaneState::AtCollective, place);
  return self.outcome;
}

/// Lanes that wait at the same place for the same.
inline LaneMask Executor::groupOf(const Wave &wave, const Lane &lane) const {
  LaneMask group = 0;
  for (unsigned i = 0; i != wave.lanes; ++i) {
    const Lane &other = lanes[wave.firstLane + i];
    if (other.state == LaneState::AtCollective && other.place == lane.place &&
        other.contribution.joins(lane.contribution))
      group |= laneBit(i);
  }
  return group;
}

inline void Executor::giveFrom(Wave &wave, Lane &lane, LaneMask members) {
  unsigned source = lane.contribution.source;
  if (source < wave.lanes && (members & laneBit(source))) {
    const Lane &from = lanes[wave.firstLane + source];
    std::copy_n(from.contribution.value, 2, lane.outcome.value);
    return;
  }
  std::copy_n(lane.contribution.value, 2, lane.outcome.value);
  running = static_cast<size_t>(&lane - lanes.data());
  report(FaultKind::InactiveLane,
         say("%s takes the value of lane %u, which %s", lane.contribution.call,
             source,
             source < wave.lanes ? "takes no part" : "the wave does not have"),
         lane.place);
}

inline void Executor::finish(Wave &wave, LaneMask members) {
  LaneMask votes = 0;
  for (unsigned i = 0; i != wave.lanes; ++i)
    if ((members & laneBit(i)) &&
        lanes[wave.firstLane + i].contribution.predicate)
      votes |= laneBit(i);
  for (unsigned i = 0; i != wave.lanes; ++i) {
    Lane &lane = lanes[wave.firstLane + i];
    if (!(members & laneBit(i)))
      continue;
    lane.outcome.votes = votes;
    lane.outcome.members = members;
    if (lane.contribution.kind == Collective::Shuffle)
      giveFrom(wave, lane, members);
    lane.state = LaneState::Ready;
  }
  ++wave.epoch;
  ++progress;
}

/// Lets the groups of a wave go on that are complete; `force`: the first one.
inline bool Executor::resolve(Wave &wave, bool force) {
  bool someRun = false, moved = false;
  for (unsigned i = 0; i != wave.lanes; ++i)
    someRun |= lanes[wave.firstLane + i].runnable();
  for (unsigned i = 0; i != wave.lanes; ++i) {
    Lane &lane = lanes[wave.firstLane + i];
    if (lane.state != LaneState::AtCollective)
      continue;
    LaneMask group = groupOf(wave, lane);
    const Contribution &part = lane.contribution;
    LaneMask wanted = part.mask & firstLanes(wave.lanes);
    bool complete = part.masked ? (group & wanted) == wanted : !someRun;
    if (!complete && !force)
      continue;
    if (!complete)
      reportAbsent(wave, wave.firstLane + i, wanted & ~group);
    finish(wave, group);
    moved = true;
    force = false;
  }
  return moved;
}

inline bool Executor::resolveWaves() {
  bool moved = false;
  for (Wave &wave : waves)
    moved |= resolve(wave, false);
  return moved;
}

inline void Executor::reportAbsent(const Wave &wave, size_t number,
                                   LaneMask missing) {
  running = number;
  const Lane &lane = lanes[number];
  std::string where;
  for (unsigned i = 0; i != wave.lanes && where.empty(); ++i) {
    const Lane &other = lanes[wave.firstLane + i];
    if (missing & laneBit(i))
      where = other.state == LaneState::Ended
                  ? "has ended"
                  : "waits at " + toString(other.place);
  }
  report(FaultKind::WrongMask,
         say("the mask of %s has %s, which never come; the first ",
             lane.contribution.call, lanesText(missing).c_str()) +
             where,
         lane.place);
}

inline bool Executor::releaseBarrier() {
  const Lane *first = nullptr, *other = nullptr;
  size_t ended = 0;
  for (const Lane &lane : lanes) {
    if (lane.state == LaneState::Ended) {
      ++ended;
      continue;
    }
    if (lane.state != LaneState::AtBarrier)
      return false;
    if (!first)
      first = &lane;
    else if (!(lane.place == first->place))
      other = &lane;
  }
  if (!first)
    return false;
  running = static_cast<size_t>(first - lanes.data());
  if (other)
    report(FaultKind::BarrierDivergence,
           "thread " + text(other->index) + " waits at the barrier at " +
               toString(other->place),
           first->place);
  else if (ended)
    report(FaultKind::BarrierDivergence,
           say("%zu of %zu threads of the block have ended and never come to "
               "this barrier",
               ended, lanes.size()),
           first->place);
  for (Lane &lane : lanes)
    if (lane.state == LaneState::AtBarrier)
      lane.state = LaneState::Ready;
  for (Wave &wave : waves)
    wave.epoch = 0;
  lastVotes = std::exchange(barrierVotes, 0u);
  ++segment;
  ++progress;
  double now = TimeLine::now();
  TimeLine::get().add({"device", "barriers"}, "barrier " + text(blockIndex),
                      "barrier", now, now);
  return true;
}

/// Nothing can go on: some wait for lanes that wait elsewhere.
inline void Executor::stuck() {
  for (Wave &wave : waves)
    if (resolve(wave, true))
      return;
  fail(FaultKind::Deadlock, whoWaitsWhere(), launch.place);
}

inline std::string Executor::whoWaitsWhere() const {
  constexpr int kMost = 4;
  std::string result;
  int told = 0;
  for (const Lane &lane : lanes) {
    if (lane.state == LaneState::Ended || told++ >= kMost)
      continue;
    std::string place = toString(lane.place);
    result += (result.empty() ? "thread " : "; thread ") + text(lane.index) +
              (place.empty() ? " spins" : " is at " + place);
  }
  return result + (told > kMost ? say("; %d more", told - kMost) : "");
}

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_WAVES_H
