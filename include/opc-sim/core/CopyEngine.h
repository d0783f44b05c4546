//===- CopyEngine.h - Asynchronous copies in three modes --------*- C++ -*-===//
//
// A copy is in flight from its start until something waits for it, whatever the
// mode: then its destination may be read and its source written. When its bytes
// move is what the mode decides.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_CORE_COPYENGINE_H
#define OPC_SIM_CORE_COPYENGINE_H

#include "Random.h"
#include "Waiting.h"

#include <memory>
#include <thread>

namespace opcsim {

/// Bytes [begin, begin + size).
struct Range {
  const void *begin = nullptr;
  size_t size = 0;

  bool overlaps(const Range &other) const {
    auto a = reinterpret_cast<uintptr_t>(begin);
    auto b = reinterpret_cast<uintptr_t>(other.begin);
    return size && other.size && a < b + other.size && b < a + size;
  }
};

enum class Access { Read, Write };

/// What is to be done later. Strided copies have several ranges.
struct CopyRequest {
  std::string name; ///< the call, for messages and the time line
  std::vector<Range> destinations, sources;
  std::function<void()> work;
  Track track;
  Place place;
  int queue = -1; ///< requests of one queue (>= 0) are done in order
};

class CopyEngine {
public:
  using Token = uint64_t;

  explicit CopyEngine(uint64_t stream = 0) : random(stream) {}
  CopyEngine(const CopyEngine &) = delete;
  ~CopyEngine() {
    {
      std::lock_guard lock(mutex);
      stopping = true;
    }
    changed.notify_all();
    if (helper.joinable())
      helper.join();
  }

  Token start(CopyRequest request);
  /// The copy is done and no longer in flight.
  void wait(Token token, const Place &place) {
    waitFor([=](const Flight &flight) { return flight.token == token; }, place);
  }
  void waitQueue(int queue, const Place &place) {
    waitFor([=](const Flight &f) { return f.request.queue == queue; }, place);
  }
  void waitAll(const Place &place) {
    waitFor([](const Flight &) { return true; }, place);
  }
  /// Waits for the first copies of a queue until `most` are left.
  void waitUntilLeft(int queue, size_t most, const Place &place);
  /// Whether the bytes have moved; it stays in flight.
  bool done(Token token);
  /// No longer in flight, if done: for those who see by themselves that it is.
  void retire(Token token);

  /// Reports an access that a copy in flight does not allow; true if it may.
  bool check(const Range &range, Access access, const char *operation,
             const Place &place, Token except = 0);
  /// Reports every copy that nothing waited for, and forgets them.
  void finish();
  size_t inFlight() {
    std::lock_guard lock(mutex);
    return flights.size();
  }

private:
  struct Flight {
    Token token;
    CopyRequest request;
    bool started = false, done = false;
  };
  using FlightPtr = std::shared_ptr<Flight>;

  template <class Match> void waitFor(Match match, const Place &place);
  std::vector<FlightPtr> needed(const std::vector<FlightPtr> &wanted);
  bool blocked(const Flight &flight) const;
  void perform(const FlightPtr &flight, std::unique_lock<std::mutex> &lock);
  void helperLoop();

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<FlightPtr> flights; ///< in order of start
  std::thread helper;
  Random random;
  Token last = 0;
  bool stopping = false;
};

inline void CopyEngine::perform(const FlightPtr &flight,
                                std::unique_lock<std::mutex> &lock) {
  flight->started = true;
  lock.unlock();
  {
    Span span(flight->request.track, flight->request.name, "copy");
    flight->request.work();
  }
  lock.lock();
  flight->done = true;
  changed.notify_all();
}

inline CopyEngine::Token CopyEngine::start(CopyRequest request) {
  std::unique_lock lock(mutex);
  auto flight = std::make_shared<Flight>(Flight{++last, std::move(request)});
  flights.push_back(flight);
  Mode mode = Settings::get().mode;
  if (mode == Mode::Immediate)
    perform(flight, lock);
  else if (mode == Mode::Delayed && !helper.joinable())
    helper = std::thread([this] { helperLoop(); });
  changed.notify_all();
  return flight->token;
}

/// An earlier one of the same queue is not done.
inline bool CopyEngine::blocked(const Flight &flight) const {
  if (flight.request.queue < 0)
    return false;
  for (const FlightPtr &other : flights) {
    if (other->token >= flight.token)
      return false;
    if (!other->done && other->request.queue == flight.request.queue)
      return true;
  }
  return false;
}

inline void CopyEngine::helperLoop() {
  std::unique_lock lock(mutex);
  while (true) {
    std::vector<FlightPtr> ready;
    for (const FlightPtr &flight : flights)
      if (!flight->started && !blocked(*flight))
        ready.push_back(flight);
    if (ready.empty()) {
      if (stopping)
        return;
      changed.wait(lock);
      continue;
    }
    FlightPtr flight = ready[random.below(ready.size())];
    lock.unlock();
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(200)));
    lock.lock();
    perform(flight, lock);
  }
}

/// `wanted` and what must come before them, in an order that the seed chooses
/// among those that queues allow.
inline std::vector<CopyEngine::FlightPtr>
CopyEngine::needed(const std::vector<FlightPtr> &wanted) {
  std::vector<FlightPtr> all;
  for (const FlightPtr &flight : flights) {
    bool need = false;
    for (const FlightPtr &one : wanted)
      need |= one == flight || (one->request.queue >= 0 &&
                                one->request.queue == flight->request.queue &&
                                flight->token < one->token);
    if (need && !flight->started)
      all.push_back(flight);
  }
  random.shuffle(all);
  // Places stay, but those of one queue are put in order among themselves.
  for (size_t i = 0; i != all.size(); ++i)
    for (size_t j = i + 1; j != all.size(); ++j)
      if (all[i]->request.queue >= 0 &&
          all[i]->request.queue == all[j]->request.queue &&
          all[j]->token < all[i]->token)
        std::swap(all[i], all[j]);
  return all;
}

template <class Match>
void CopyEngine::waitFor(Match match, const Place &place) {
  std::unique_lock lock(mutex);
  std::vector<FlightPtr> wanted;
  for (const FlightPtr &flight : flights)
    if (match(*flight))
      wanted.push_back(flight);
  if (Settings::get().mode != Mode::Delayed)
    for (const FlightPtr &flight : needed(wanted))
      if (!flight->started)
        perform(flight, lock);
  for (const FlightPtr &flight : wanted)
    waitWithLimit(
        changed, lock, [&] { return flight->done; }, flight->request.name,
        place);
  std::erase_if(flights, [&](const FlightPtr &flight) {
    return flight->done && match(*flight);
  });
}

inline void CopyEngine::waitUntilLeft(int queue, size_t most,
                                      const Place &place) {
  std::vector<Token> tokens;
  {
    std::lock_guard lock(mutex);
    for (const FlightPtr &flight : flights)
      if (flight->request.queue == queue)
        tokens.push_back(flight->token);
  }
  for (size_t i = 0; i + most < tokens.size(); ++i)
    wait(tokens[i], place);
}

inline bool CopyEngine::done(Token token) {
  std::lock_guard lock(mutex);
  for (const FlightPtr &flight : flights)
    if (flight->token == token)
      return flight->done;
  return true;
}

inline void CopyEngine::retire(Token token) {
  std::lock_guard lock(mutex);
  std::erase_if(flights, [=](const FlightPtr &flight) {
    return flight->token == token && flight->done;
  });
}

inline bool CopyEngine::check(const Range &range, Access access,
                              const char *operation, const Place &place,
                              Token except) {
  auto touches = [&](const std::vector<Range> &ranges) {
    for (const Range &other : ranges)
      if (range.overlaps(other))
        return true;
    return false;
  };
  std::lock_guard lock(mutex);
  for (const FlightPtr &flight : flights) {
    const CopyRequest &request = flight->request;
    bool arrives = touches(request.destinations);
    bool leaves = access == Access::Write && touches(request.sources);
    if (flight->token == except || !(arrives || leaves))
      continue;
    report(Fault{arrives ? FaultKind::MissingWait : FaultKind::EarlyReuse,
                 say("%s %s %zu bytes that %s (%s) has in flight %s", operation,
                     access == Access::Read ? "reads" : "writes", range.size,
                     request.name.c_str(), toString(request.place).c_str(),
                     arrives ? "to there" : "from there"),
                 place, range.begin, range.size, operation});
    return false;
  }
  return true;
}

inline void CopyEngine::finish() {
  std::vector<FlightPtr> left;
  {
    std::lock_guard lock(mutex);
    left = flights;
  }
  for (const FlightPtr &flight : left)
    report(Fault{FaultKind::UnwaitedCopy,
                 flight->request.name + " is never waited for",
                 flight->request.place});
  waitAll({});
}

} // namespace opcsim

#endif // OPC_SIM_CORE_COPYENGINE_H
