//===- CopyChecks.h - What may not be done to copies in flight --*- C++ -*-===//
//
// The checks of CopyEngine, which CopyEngine.h includes.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_CORE_COPYCHECKS_H
#define OPC_SIM_CORE_COPYCHECKS_H

#include "CopyEngine.h"

namespace opcsim {

inline bool CopyEngine::done(Token token) {
  std::lock_guard lock(mutex);
  for (const FlightPtr &flight : flights)
    if (flight->token == token)
      return flight->done;
  return true;
}

inline bool CopyEngine::isInFlight(Token token) {
  std::lock_guard lock(mutex);
  return std::ranges::any_of(
      flights, [=](const FlightPtr &flight) { return flight->token == token; });
}

inline void CopyEngine::retire(Token token) {
  std::lock_guard lock(mutex);
  std::erase_if(flights, [=](const FlightPtr &flight) {
    return flight->token == token && flight->done;
  });
  numFlights = flights.size();
}

inline std::optional<Conflict>
CopyEngine::conflict(const Range &range, Access access, Token except) {
  auto touches = [&](const std::vector<Range> &ranges) {
    return std::ranges::any_of(
        ranges, [&](const Range &other) { return range.overlaps(other); });
  };
  std::lock_guard lock(mutex);
  for (const FlightPtr &flight : flights) {
    const CopyRequest &request = flight->request;
    bool arrives = touches(request.destinations);
    bool leaves = access == Access::Write && touches(request.sources);
    if (flight->token != except && (arrives || leaves))
      return Conflict{request.name, request.place, arrives};
  }
  return std::nullopt;
}

inline bool CopyEngine::check(const Range &range, Access access,
                              const char *operation, const Place &place,
                              Token except) {
  auto found = conflict(range, access, except);
  if (!found)
    return true;
  report(Fault{found->arrives ? FaultKind::MissingWait : FaultKind::EarlyReuse,
               say("%s %s %zu bytes that %s (%s) has in flight %s", operation,
                   access == Access::Read ? "reads" : "writes", range.size,
                   found->name.c_str(), toString(found->place).c_str(),
                   found->arrives ? "to there" : "from there"),
               place, range.begin, range.size, operation});
  return false;
}

inline void CopyEngine::finish() {
  std::vector<FlightPtr> left;
  {
    std::lock_guard lock(mutex);
    left = flights;
  }
  for (const FlightPtr &flight : left)
    if (flight->request.mustBeWaitedFor)
      report(Fault{FaultKind::UnwaitedCopy,
                   flight->request.name + " is never waited for",
                   flight->request.place});
  waitAll({});
}

} // namespace opcsim

#endif // OPC_SIM_CORE_COPYCHECKS_H
