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

#include <algorithm>
#include <memory>
#include <optional>
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

/// What is to be done later: a copy, or a kernel. Strided copies have several
/// ranges.
struct CopyRequest {
  std::string name; ///< the call, for messages and the time line
  std::vector<Range> destinations, sources;
  std::function<void()> work;
  Track track;
  Place place;
  int queue = -1;        ///< requests of one queue (>= 0) are done in order
  bool fence = false;    ///< done after all earlier, before all later
  bool unfenced = false; ///< fences do not mind this one
  std::vector<uint64_t> after = {}; ///< tokens of what must be done before
  bool mustBeWaitedFor = true;      ///< else finish() does not mind
};

/// An access that a request in flight does not allow.
struct Conflict {
  std::string name; ///< of the request
  Place place;      ///< and where it was started
  bool arrives;     ///< its destination is touched, else its source
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
  /// Waits for a fence, and so for all that it waited for.
  void waitFence(Token token, const Place &place) {
    waitFor(
        [=](const Flight &f) {
          return f.token == token || (f.token < token && !f.request.unfenced);
        },
        place);
  }
  /// Waits for a request and for what its queue had before it.
  void waitUpTo(Token token, const Place &place);
  /// Waits for the first copies of a queue until `most` are left.
  void waitUntilLeft(int queue, size_t most, const Place &place);
  /// Whether the bytes have moved; it stays in flight.
  bool done(Token token);
  /// Whether nothing has waited for it yet.
  bool isInFlight(Token token);
  /// No longer in flight, if done: for those who see by themselves that it is.
  void retire(Token token);

  std::optional<Conflict> conflict(const Range &range, Access access,
                                   Token except = 0);
  /// Reports an access that a copy in flight does not allow; true if it may.
  bool check(const Range &range, Access access, const char *operation,
             const Place &place, Token except = 0);
  /// Reports every copy that nothing waited for, and forgets them.
  void finish();
  size_t inFlight() const { return numFlights; }

private:
  struct Flight {
    Token token;
    CopyRequest request;
    bool started = false, done = false;
  };
  using FlightPtr = std::shared_ptr<Flight>;

  template <class Match> void waitFor(Match match, const Place &place);
  std::vector<FlightPtr> needed(const std::vector<FlightPtr> &wanted);
  static bool depends(const Flight &later, const Flight &earlier);
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
  std::atomic<size_t> numFlights = 0;
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
  numFlights = flights.size();
  Mode mode = Settings::get().mode;
  if (mode == Mode::Immediate)
    perform(flight, lock);
  else if (mode == Mode::Delayed && !helper.joinable())
    helper = std::thread([this] { helperLoop(); });
  changed.notify_all();
  return flight->token;
}

inline bool CopyEngine::depends(const Flight &later, const Flight &earlier) {
  const CopyRequest &a = later.request, &b = earlier.request;
  if (earlier.token >= later.token)
    return false;
  if ((a.queue >= 0 && a.queue == b.queue) ||
      std::ranges::count(a.after, earlier.token))
    return true;
  return (a.fence && !b.unfenced) || (b.fence && !a.unfenced);
}

/// What it depends on is not done.
inline bool CopyEngine::blocked(const Flight &flight) const {
  return std::ranges::any_of(flights, [&](const FlightPtr &other) {
    return !other->done && depends(flight, *other);
  });
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

/// `wanted` that is not done, and what must come before.
inline std::vector<CopyEngine::FlightPtr>
CopyEngine::needed(const std::vector<FlightPtr> &wanted) {
  std::vector<FlightPtr> all;
  for (size_t i = flights.size(); i-- > 0;) {
    const FlightPtr &flight = flights[i];
    bool need = std::ranges::count(wanted, flight) != 0;
    for (const FlightPtr &one : all)
      need = need || depends(*one, *flight);
    if (need && !flight->started)
      all.push_back(flight);
  }
  return all;
}

template <class Match>
void CopyEngine::waitFor(Match match, const Place &place) {
  std::unique_lock lock(mutex);
  std::vector<FlightPtr> wanted;
  for (const FlightPtr &flight : flights)
    if (match(*flight))
      wanted.push_back(flight);
  std::vector<FlightPtr> left;
  if (Settings::get().mode != Mode::Delayed)
    left = needed(wanted);
  while (!left.empty()) {
    // In an order that the seed chooses among those that are allowed.
    random.shuffle(left);
    auto next = std::ranges::find_if(
        left, [&](const FlightPtr &flight) { return !blocked(*flight); });
    if (next == left.end()) { // another thread is at it
      changed.wait_for(lock, std::chrono::milliseconds(1));
      continue;
    }
    FlightPtr flight = *next;
    left.erase(next);
    if (!flight->started)
      perform(flight, lock);
  }
  for (const FlightPtr &flight : wanted)
    waitWithLimit(
        changed, lock, [&] { return flight->done; }, flight->request.name,
        place);
  std::erase_if(flights, [&](const FlightPtr &flight) {
    return flight->done && match(*flight);
  });
  numFlights = flights.size();
}

inline void CopyEngine::waitUpTo(Token token, const Place &place) {
  int queue = -1;
  bool fence = false;
  {
    std::lock_guard lock(mutex);
    for (const FlightPtr &flight : flights)
      if (flight->token == token) {
        queue = flight->request.queue;
        fence = flight->request.fence;
      }
  }
  if (fence)
    return waitFence(token, place);
  waitFor(
      [=](const Flight &flight) {
        return flight.token == token ||
               (flight.token < token && flight.request.queue == queue &&
                queue >= 0);
      },
      place);
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

} // namespace opcsim

#include "CopyChecks.h"

#endif // OPC_SIM_CORE_COPYENGINE_H
