//===- CoreImpl.h - What a core does with what is issued ------*- C++ -*-===//
//
// Included by Core.h alone.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_COREIMPL_H
#define OPC_SIM_ASCENDC_SIM_COREIMPL_H

#include "Core.h"

namespace opcsim::ascend {

inline std::string placeOf(const tile::Access &access) {
  return say("%s at %s:%u", access.operation, access.where.file_name(),
             access.where.line());
}

inline void Core::poison(Space space) {
  auto &memory = memories[static_cast<size_t>(space)];
  memory.resize(chip.size[static_cast<size_t>(space)]);
  opcsim::poison(memory.data(), memory.size());
}

inline void Core::issue(Issue operation) {
  bool ordered = operation.pipe == PIPE_S && Settings::get().autoSync;
  if (ordered)
    drain(operation.name, operation.where);
  track(operation);
  if (operation.pipe == PIPE_S) {
    operation.run();
    if (ordered)
      learn(clocks[PIPE_S]);
    return;
  }
  pipes.issue(operation.pipe,
              {operation.name, std::move(operation.run), nullptr, 0, nullptr});
}

inline void Core::track(const Issue &operation) {
  tile::Access access{tick(operation.pipe), operation.name, operation.where,
                      operation.atomic};
  for (const Region &region : operation.reads)
    touch(operation, region, false, access);
  for (const Region &region : operation.writes)
    touch(operation, region, true, access);
}

inline void Core::touch(const Issue &operation, const Region &region,
                        bool writes, const tile::Access &access) {
  bool global = region.space == Space::GM;
  std::unique_lock<std::mutex> lock;
  if (global)
    lock = std::unique_lock(GlobalMemory::get().mutex);
  tile::AccessMap &map =
      global ? GlobalMemory::get().accesses : this->map(region.space);
  const tile::Clock &clock = clocks[operation.pipe];
  std::optional<tile::Conflict> conflict;
  for (uint64_t i = 0; i < region.count; ++i) {
    uint64_t begin = region.begin + i * region.pitch;
    auto found = writes ? map.write(begin, begin + region.size, access, clock)
                        : map.read(begin, begin + region.size, access, clock,
                                   global ? tile::Need::Nothing : region.need);
    if (!conflict)
      conflict = found;
  }
  if (lock)
    lock.unlock();
  if (conflict)
    reportConflict(operation, region, *conflict);
}

inline void Core::reportConflict(const Issue &operation, const Region &region,
                                 const tile::Conflict &conflict) {
  using Kind = tile::Conflict::Kind;
  uint32_t other = conflict.other.stamp.actor;
  const char *pipe = kPipeNames[operation.pipe];
  const char *otherPipe = kPipeNames[other % kPipes];
  std::string from = placeOf(conflict.other);
  std::string at = say("%s byte %llu", kSpaceNames[size_t(region.space)],
                       static_cast<unsigned long long>(conflict.address));
  if (region.space == Space::GM)
    at = "global memory";
  if (conflict.kind == Kind::Uninitialised) {
    report({FaultKind::Uninitialised,
            say("%s reads %s, which nothing has written", operation.name,
                at.c_str()),
            operation.where});
    return;
  }
  if (other / kPipes != number) {
    report({FaultKind::Race,
            say("%s touches %s that another core's %s touches; nothing orders "
                "the two",
                operation.name, at.c_str(), from.c_str()),
            operation.where});
    return;
  }
  bool missing = conflict.kind == Kind::ReadTooEarly;
  const char *what =
      missing ? "reads %s before pipe %s has surely written it (%s): no flag "
                "%s_%s is waited for"
              : "overwrites %s while pipe %s may still use it (%s): no flag "
                "%s_%s is waited for";
  char text[512];
  std::snprintf(text, sizeof text, what, at.c_str(), otherPipe, from.c_str(),
                otherPipe, pipe);
  report({missing ? FaultKind::MissingWait : FaultKind::EarlyReuse,
          say("%s %s", operation.name, text), operation.where});
}

inline void Core::setEvent(Event &event, pipe_t pipe, const char *name,
                           std::source_location where) {
  tick(pipe);
  event.clock.join(clocks[pipe]);
  event.where = where;
  ++event.set;
  if (pipe == PIPE_S)
    ++event.flag->raised;
  else
    pipes.issue(pipe, {name, nullptr, nullptr, 0, event.flag});
}

inline bool Core::waitEvent(Event &event, pipe_t pipe, const char *name,
                            std::source_location where) {
  if (!event.pending())
    return false;
  ++event.waited;
  clocks[pipe].join(event.clock);
  uint32_t count = event.waited;
  tile::FlagPtr flag = event.flag;
  if (pipe == PIPE_S)
    waitFor([&] { return flag->raised >= count; }, name, where);
  else
    pipes.issue(pipe, {name, nullptr, flag, count, nullptr});
  return true;
}

inline void Core::drain(const char *what, std::source_location where) {
  waitFor([this] { return pipes.idle(); }, what, where);
  for (size_t pipe = 0; pipe < kPipes; ++pipe)
    tick(static_cast<pipe_t>(pipe));
  learn(everything());
}

inline void Core::waitFor(const std::function<bool()> &done, const char *what,
                          std::source_location where) {
  double begin = TimeLine::now();
  size_t wait = WaitBoard::get().enter({title(), what, where});
  if (!pipes.waitFor(done))
    fail(FaultKind::Deadlock, WaitBoard::get().all(), where);
  WaitBoard::get().leave(wait);
  TimeLine::get().add({title(), "S"}, what, "wait", begin, TimeLine::now());
}

inline bool Core::require(CoreType wanted, const char *name,
                          std::source_location where) {
  if (type == CoreType::Undecided)
    type = wanted;
  if (type == wanted)
    return true;
  const char *kind = type == CoreType::Cube ? "cube" : "vector";
  report(FaultKind::WrongCore, say("%s on a %s core", name, kind), where);
  return false;
}

inline void Core::checkEvents() {
  for (auto &[key, event] : events) {
    if (!event.pending())
      continue;
    auto [from, to, id] = key;
    report(FaultKind::UnmatchedSet,
           say("SetFlag<%s_%s>(%d): nothing waits for it", kPipeNames[from],
               kPipeNames[to], id),
           event.where);
  }
}

inline void Core::ran(size_t pipe, const char *name, double begin, double end) {
  if (!TimeLine::get().on())
    return;
  const char *category = pipe == PIPE_V || pipe == PIPE_M ? "compute" : "copy";
  TimeLine::get().add({title(), kPipeNames[pipe]}, name, category, begin, end);
}

} // namespace opcsim::ascend

#endif // OPC_SIM_ASCENDC_SIM_COREIMPL_H
