//===- CrossCore.h - Flags and barriers between cores ---------*- C++ -*-===//
//
// A flag of mode 0 is raised for all cores of a kind once all have set it, of
// mode 1 for the vector cores of a block, of mode 2 from a block's cube core to
// its vector cores and back (once all of them have set it).
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_CROSSCORE_H
#define OPC_SIM_ASCENDC_SIM_CROSSCORE_H

#include "Core.h"

namespace opcsim::ascend {

class CrossCore {
public:
  CrossCore(unsigned blocks, unsigned vectorPerCube)
      : blocks(blocks), vectorPerCube(vectorPerCube) {}

  static constexpr int kFlags = 11;
  // The counter of a flag has four bits.
  static constexpr uint32_t kMostPending = 15;

  void set(Core &core, int mode, pipe_t pipe, int id,
           std::source_location where) {
    core.tick(pipe);
    Group group = groupOf(core, mode, id);
    {
      std::lock_guard lock(mutex);
      Meeting &meeting = meetings[group.key];
      meeting.issued.arrive(group.member, group.members);
      meeting.clock.join(core.clocks[pipe]);
      for (unsigned target : group.targets)
        issuedTo(target, id, meeting, core, where);
    }
    core.pipes.issue(pipe, {"CrossCoreSetFlag",
                            [this, group, id] { execute(group, id); }, nullptr,
                            0, nullptr});
  }

  /// Only what follows in the pipe waits.
  void wait(Core &core, pipe_t pipe, int id, std::source_location where) {
    Inbox *inbox = arrivedAt(core, id, where);
    uint32_t count;
    {
      std::lock_guard lock(mutex);
      count = ++inbox->waited;
      core.clocks[pipe].join(inbox->clock);
    }
    core.pipes.issue(
        pipe, {"CrossCoreWaitFlag", nullptr, inbox->flag, count, nullptr});
  }

  /// All that follows waits.
  void waitAll(Core &core, int id, std::source_location where) {
    Inbox *inbox = arrivedAt(core, id, where);
    uint32_t count;
    {
      std::lock_guard lock(mutex);
      count = ++inbox->waited;
      core.learn(inbox->clock);
    }
    core.waitFor([&] { return inbox->flag->raised >= count; },
                 "CrossCoreWaitFlag", where);
  }

private:
  struct Inbox;

  /// Where the flag comes in, once some core has issued it.
  Inbox *arrivedAt(Core &core, int id, std::source_location where) {
    Inbox *inbox;
    {
      std::lock_guard lock(mutex);
      inbox = &inboxes[{core.number, id}];
      inbox->where = where;
    }
    core.waitFor(
        [&] {
          std::lock_guard lock(mutex);
          return inbox->issued > inbox->waited;
        },
        "CrossCoreWaitFlag", where);
    return inbox;
  }

public:
  /// All cores of the kind, once all that they have issued is done.
  void barrier(Core &core, bool vectorOnly, unsigned members, const char *what,
               std::source_location where) {
    core.drain(what, where);
    Barrier &barrier = barriers[vectorOnly];
    size_t round;
    {
      std::lock_guard lock(mutex);
      round = barrier.round;
      barrier.clock.join(core.everything());
      if (++barrier.arrived == members) {
        barrier.arrived = 0;
        ++barrier.round;
        barrier.released = barrier.clock;
      }
    }
    core.waitFor(
        [&] {
          std::lock_guard lock(mutex);
          return barrier.round > round;
        },
        what, where);
    std::lock_guard lock(mutex);
    core.learn(barrier.released);
  }

  /// What was set for the core and never waited for.
  void checkEnd(Core &core) {
    std::lock_guard lock(mutex);
    for (int id = 0; id < kFlags; ++id) {
      auto found = inboxes.find({core.number, id});
      if (found == inboxes.end() ||
          found->second.issued <= found->second.waited)
        continue;
      report(FaultKind::UnmatchedSet,
             say("CrossCoreSetFlag(%d): %s does not wait for it", id,
                 core.title().c_str()),
             found->second.where);
    }
  }

private:
  struct Arrivals {
    std::vector<uint32_t> counts;
    void arrive(unsigned member, unsigned members) {
      counts.resize(members, 0);
      ++counts[member];
    }
    uint32_t rounds() const {
      return counts.empty() ? 0
                            : *std::min_element(counts.begin(), counts.end());
    }
  };

  struct Meeting {
    Arrivals issued, executed;
    tile::Clock clock;
  };

  struct Inbox {
    uint32_t issued = 0;
    uint32_t waited = 0;
    tile::Clock clock;
    tile::FlagPtr flag = std::make_shared<tile::Flag>();
    std::source_location where;
    /// By meeting: how many of its rounds have come here.
    std::map<const Meeting *, uint32_t> seen, raised;
  };

  struct Barrier {
    unsigned arrived = 0;
    size_t round = 0;
    tile::Clock clock, released;
  };

  using Key = std::tuple<int, int, unsigned>; // what for, flag, block

  struct Group {
    Key key;
    unsigned member, members;
    std::vector<unsigned> targets;
  };

  unsigned vectorNumber(unsigned block, unsigned sub) const {
    return block * vectorPerCube + sub;
  }
  unsigned cubeNumber(unsigned block) const {
    return blocks * vectorPerCube + block;
  }

  Group groupOf(const Core &core, int mode, int id) const {
    // The vector cores of a mixed kernel have the first numbers.
    bool vector = core.number < blocks * vectorPerCube;
    if (mode == 2 && !vector) {
      Group group{{2, id, core.block}, 0, 1, {}};
      for (unsigned sub = 0; sub < vectorPerCube; ++sub)
        group.targets.push_back(vectorNumber(core.block, sub));
      return group;
    }
    if (mode == 2)
      return {{3, id, core.block},
              core.sub,
              vectorPerCube,
              {cubeNumber(core.block)}};
    if (mode == 1) {
      Group group{{1, id, core.block}, core.sub, vectorPerCube, {}};
      for (unsigned sub = 0; sub < vectorPerCube; ++sub)
        group.targets.push_back(vectorNumber(core.block, sub));
      return group;
    }
    unsigned members = vector ? blocks * vectorPerCube : blocks;
    unsigned base = vector ? 0 : blocks * vectorPerCube;
    Group group{{vector ? 4 : 0, id, 0}, core.number - base, members, {}};
    for (unsigned i = 0; i < members; ++i)
      group.targets.push_back(base + i);
    return group;
  }

  void issuedTo(unsigned target, int id, Meeting &meeting, const Core &from,
                std::source_location where) {
    Inbox &inbox = inboxes[{target, id}];
    uint32_t &seen = inbox.seen[&meeting];
    if (meeting.issued.rounds() <= seen)
      return;
    ++seen;
    ++inbox.issued;
    inbox.where = where;
    inbox.clock.join(meeting.clock);
    if (inbox.issued - inbox.waited > kMostPending)
      report(FaultKind::BadFlag,
             say("CrossCoreSetFlag(%d) by %s: set more than %u times without a "
                 "wait",
                 id, from.title().c_str(), kMostPending),
             where);
  }

  void execute(const Group &group, int id) {
    std::lock_guard lock(mutex);
    Meeting &meeting = meetings[group.key];
    meeting.executed.arrive(group.member, group.members);
    for (unsigned target : group.targets) {
      Inbox &inbox = inboxes[{target, id}];
      uint32_t &raised = inbox.raised[&meeting];
      if (meeting.executed.rounds() <= raised)
        continue;
      ++raised;
      ++inbox.flag->raised;
    }
  }

  const unsigned blocks, vectorPerCube;
  std::mutex mutex;
  std::map<Key, Meeting> meetings;
  std::map<std::pair<unsigned, int>, Inbox> inboxes;
  std::array<Barrier, 2> barriers;
};

} // namespace opcsim::ascend

#endif // OPC_SIM_ASCENDC_SIM_CROSSCORE_H
