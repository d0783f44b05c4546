//===- Rma.h - Copies between the LDM of two cores ------------*- C++ -*-===//
//
// A kernel says where the other core's data lies by the address of its own: a
// variable, an allocation or a place on the stack is at the same offset in
// both. Included by Cpe.h alone.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ATHREAD_SIM_RMA_H
#define OPC_SIM_ATHREAD_SIM_RMA_H

#include "Cpe.h"

namespace opcsim::sw {

inline char *Cpe::translate(const Cpe &other,
                            const volatile void *address) const {
  auto *byte = static_cast<char *>(const_cast<void *>(address));
  if (heap.contains(byte))
    return other.heapBase() + (byte - heapBase());
  if (isVariable(byte))
    return other.locals + (byte - locals);
  return other.stackTop + (byte - stackTop);
}

inline void Cpe::startBetween(CopyCall call) {
  CopyCall there = call;
  there.get = !call.get;
  there.ldm = call.memory;
  auto multiple = [](const void *p) {
    return reinterpret_cast<uintptr_t>(p) % 4 == 0;
  };
  bool right = call.length && call.length <= chip.ldm && call.length % 4 == 0 &&
               multiple(call.ldm) && multiple(call.memory);
  if (!right)
    report(FaultKind::Misaligned,
           say("%s: addresses %p and %p and a length of %zu, which are not all "
               "multiples of 4",
               call.name, call.ldm, call.memory, call.length),
           call.place);
  if (!right || !fitsLocal(call) || !fitsLocal(there) || !allowed(call))
    return;
  auto arrival = std::make_shared<Arrival>();
  arrival->name = call.name;
  arrival->place = call.place;
  arrival->clock = clock;
  call.memory = translate(*call.other, call.memory);
  if (!call.get)
    arrival->written = {call.memory, call.length};
  if (call.otherReply) {
    auto *word = translate(*call.other, call.otherReply);
    arrival->reply = reinterpret_cast<volatile int *>(word);
    std::lock_guard lock(call.other->inboxMutex);
    call.other->inbox.push_back(arrival);
    call.other->hasInbox = true;
  }
  if (call.reply &&
      std::find(replies.begin(), replies.end(), call.reply) == replies.end())
    replies.push_back(call.reply);
  record(call);
  move(call, arrival);
}

/// In the thread of the core that asked for the copy.
inline bool Cpe::arrive(const CopyCall &call, const ArrivalPtr &arrival) {
  std::lock_guard lock(inboxMutex);
  if (ended) {
    report(FaultKind::BadArgument, say("%s: core %d has ended", call.name, id),
           call.place);
    return false;
  }
  std::memcpy(call.get ? call.ldm : call.memory,
              call.get ? call.memory : call.ldm, call.length);
  if (!call.get && heap.contains(call.memory))
    heap.markWritten(call.memory, call.length);
  arrival->arrived = true;
  return true;
}

inline size_t Cpe::announced(volatile int *reply) {
  std::lock_guard lock(inboxMutex);
  return static_cast<size_t>(
      std::count_if(inbox.begin(), inbox.end(), [&](const ArrivalPtr &arrival) {
        return arrival->reply == reply && !arrival->delivered;
      }));
}

/// The word says what has come so far; true if that is something new.
inline bool Cpe::takeArrivals(volatile int *reply) {
  std::lock_guard lock(inboxMutex);
  bool any = false;
  for (const ArrivalPtr &arrival : inbox) {
    if (arrival->reply != reply || !arrival->arrived || arrival->delivered)
      continue;
    arrival->delivered = any = true;
    *reply = *reply + 1;
  }
  return any;
}

inline bool Cpe::awaits(const void *address) {
  if (std::find(replies.begin(), replies.end(), address) != replies.end())
    return true;
  if (!hasInbox)
    return false;
  std::lock_guard lock(inboxMutex);
  for (const ArrivalPtr &arrival : inbox)
    if (arrival->reply == address)
      replies.push_back(address);
  return !replies.empty() && replies.back() == address;
}

/// Whether another core's copy forbids the access; that is a fault.
inline bool Cpe::accessArrival(const Range &range, const char *operation,
                               const Place &place) {
  if (!hasInbox)
    return false;
  std::lock_guard lock(inboxMutex);
  for (const ArrivalPtr &arrival : inbox) {
    if (!range.overlaps(arrival->written))
      continue;
    report(Fault{FaultKind::MissingWait,
                 say("%s of %zu bytes that another core copies to there (%s at "
                     "%s)",
                     operation, range.size, arrival->name,
                     toString(arrival->place).c_str()),
                 place, range.begin, range.size, operation});
    return true;
  }
  return false;
}

inline void Cpe::deliverBetween() {
  for (Flight &flight : flights)
    if (flight.call.other && !flight.delivered)
      deliver(flight);
}

} // namespace opcsim::sw

#endif // OPC_SIM_ATHREAD_SIM_RMA_H
