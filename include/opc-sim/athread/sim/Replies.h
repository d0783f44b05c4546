//===- Replies.h - What a core learns by its reply words ------*- C++ -*-===//
//
// Included by Cpe.h alone.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ATHREAD_SIM_REPLIES_H
#define OPC_SIM_ATHREAD_SIM_REPLIES_H

#include "Cpe.h"

namespace opcsim::sw {

/// Lets a copy arrive, which one the seed says.
inline void Cpe::pump(volatile int *reply) {
  std::vector<Flight *> waiting;
  for (Flight &flight : flights)
    if (!flight.delivered && flight.call.reply == reply)
      waiting.push_back(&flight);
  if (!waiting.empty())
    deliver(*waiting[random.below(waiting.size())]);
}

inline size_t Cpe::undelivered(volatile int *reply) const {
  return static_cast<size_t>(
      std::count_if(flights.begin(), flights.end(), [&](const Flight &flight) {
        return flight.call.reply == reply && !flight.delivered;
      }));
}

/// The core has seen that all copies of the word are done.
inline void Cpe::retire(volatile int *reply) {
  for (auto it = flights.begin(); it != flights.end();)
    if (it->call.reply == reply && it->delivered) {
      clock.learn(it->stamp);
      it = flights.erase(it);
    } else {
      ++it;
    }
}

/// What the core has seen by a word: that all of its copies are done, or
/// nothing yet.
inline void Cpe::observe(volatile int *reply) {
  if (undelivered(reply) || announced(reply))
    return;
  retire(reply);
  std::lock_guard lock(inboxMutex);
  std::erase_if(inbox, [&](const ArrivalPtr &arrival) {
    if (arrival->reply == reply)
      clock.join(arrival->clock);
    return arrival->reply == reply;
  });
  hasInbox = !inbox.empty();
}

inline void Cpe::poll(const void *address) {
  if (!awaits(address)) {
    polls = 0;
    return;
  }
  auto *reply = static_cast<volatile int *>(const_cast<void *>(address));
  if (undelivered(reply)) {
    polls = 0;
    pump(reply);
  } else if (takeArrivals(reply)) {
    polls = 0;
  } else if (polls++ == 0) {
    pollsSince = TimeLine::now();
  } else {
    deliverBetween();
  }
  observe(reply);
  double limit = Settings::get().deadlockSeconds * 1e6;
  if (polls % 1024 == 1023 && TimeLine::now() - pollsSince > limit)
    fail(FaultKind::Deadlock,
         say("core %d reads its reply word, which is %d, again and again, and "
             "no copy is in flight",
             id, *reply),
         {});
}

inline void Cpe::wait(volatile int *reply, long value, const char *name,
                      const Place &place) {
  long last = *reply + static_cast<long>(undelivered(reply) + announced(reply));
  Span span({"core " + std::to_string(id), "kernel"}, name, "wait");
  double limit = TimeLine::now() + Settings::get().deadlockSeconds * 1e6;
  while (*reply < value && TimeLine::now() < limit) {
    if (undelivered(reply)) {
      pump(reply);
    } else if (!takeArrivals(reply)) {
      deliverBetween();
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }
  if (*reply < value)
    fail(FaultKind::Deadlock,
         say("%s: core %d waits for a reply of %ld, which is %d, and no copy "
             "is in flight",
             name, id, value, *reply),
         place);
  // Fewer than all: any of them may be those that are done.
  if (value >= last)
    observe(reply);
}

} // namespace opcsim::sw

#endif // OPC_SIM_ATHREAD_SIM_REPLIES_H
