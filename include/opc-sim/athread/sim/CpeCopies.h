//===- CpeCopies.h - Copies and accesses of a core ------------*- C++ -*-===//
//
// Included by Cpe.h alone.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ATHREAD_SIM_CPECOPIES_H
#define OPC_SIM_ATHREAD_SIM_CPECOPIES_H

#include "Cpe.h"

namespace opcsim::sw {

/// What the transfer unit checks of a descriptor: addresses and lengths are
/// multiples of 4 bytes, blocks are whole.
inline bool Cpe::fits(const CopyCall &call) {
  auto wrong = [&](FaultKind kind, const std::string &text) {
    report(kind, say("%s: %s", call.name, text.c_str()), call.place);
    return false;
  };
  auto isOdd = [](const void *p) { return reinterpret_cast<uintptr_t>(p) % 4; };
  auto length = static_cast<long>(call.length);
  if (length <= 0 || call.length > chip.ldm)
    return wrong(FaultKind::BadCount, say("a length of %ld bytes", length));
  if (isOdd(call.memory) || isOdd(call.ldm) || length % 4)
    return wrong(FaultKind::Misaligned,
                 say("addresses %p and %p and a length of %ld, which are not "
                     "all multiples of 4",
                     call.memory, call.ldm, length));
  if (call.block && (call.length % call.block || call.block % 4))
    return wrong(FaultKind::BadCopyShape,
                 say("%ld bytes in blocks of %zu", length, call.block));
  if (call.reply && !ownsLocal(const_cast<const int *>(call.reply)))
    return wrong(FaultKind::BadArgument,
                 "the reply word does not lie in this core's LDM");
  return fitsLocal(call) &&
         MainMemory::get().check(call.memory, call.extent(),
                                 call.get ? "read" : "write", call.place);
}

/// The local side lies in one variable, one allocation or the stack.
inline bool Cpe::fitsLocal(const CopyCall &call) {
  const char *operation = call.get ? "write" : "read";
  if (heap.contains(call.ldm))
    return heap.check(call.ldm, call.length, operation, call.place) &&
           (call.get ||
            heap.checkWritten(call.ldm, call.length, operation, call.place));
  if (!ownsLocal(call.ldm)) {
    report(Fault{FaultKind::BadArgument,
                 say("%s: %p is not in this core's LDM: are source and "
                     "destination exchanged?",
                     call.name, call.ldm),
                 call.place, call.ldm, call.length, operation});
    return false;
  }
  auto offset = static_cast<uintptr_t>(call.ldm - locals);
  const auto *found = Symbols::find(Symbols::get().local, offset);
  bool variable = isVariable(call.ldm);
  bool inside = variable ? !found || offset + call.length <=
                                         found->first + found->second.size
                         : call.ldm + call.length <= stackTop;
  if (!inside)
    report(
        Fault{FaultKind::OutOfBounds,
              say("%s of %zu bytes at byte %zu of %s", operation, call.length,
                  variable ? size_t(offset - found->first) : 0,
                  variable ? say("the %zu bytes of '%s' in LDM",
                                 found->second.size, found->second.name.c_str())
                                 .c_str()
                           : "the stack"),
              call.place, call.ldm, call.length, operation});
  return inside;
}

/// No copy in flight forbids what the copy reads and writes.
inline bool Cpe::allowed(const CopyCall &call) {
  size_t before = FaultLog::get().count();
  access(call.ldm, call.length, call.get, call.place);
  return FaultLog::get().count() == before;
}

inline void Cpe::record(const CopyCall &call) {
  copyClock.join(clock);
  tile::Stamp stamp = copyClock.tick(kCopyActor + static_cast<uint32_t>(id));
  for (size_t i = 0; i < call.blocks() && !call.other; ++i)
    recordMain(call.memory + i * call.pitch(), call.blockSize(), !call.get,
               stamp, copyClock, call.name, call.place);
  flights.push_back({call, 0, stamp});
}

inline void Cpe::start(CopyCall call) {
  if (!fits(call) || !allowed(call)) {
    // What waits for it shall go on.
    if (call.reply)
      *call.reply = *call.reply + 1;
    return;
  }
  if (call.reply &&
      std::find(replies.begin(), replies.end(), call.reply) == replies.end())
    replies.push_back(call.reply);
  record(call);
  move(call, nullptr);
}

/// Starts what moves the bytes; `arrival` is told to the other core.
inline void Cpe::move(CopyCall call, const ArrivalPtr &arrival) {
  if (call.get && heap.contains(call.ldm))
    heap.markWritten(call.ldm, call.length);
  CopyRequest request;
  request.name = call.name;
  request.track = {"core " + std::to_string(id), call.other ? "RMA" : "DMA"};
  request.place = call.place;
  request.work = [call, arrival] {
    if (call.other && !call.other->arrive(call, arrival))
      return;
    for (size_t i = 0; i < call.blocks() && !call.other; ++i) {
      char *memory = call.memory + i * call.pitch();
      char *ldm = call.ldm + i * call.blockSize();
      std::memcpy(call.get ? ldm : memory, call.get ? memory : ldm,
                  call.blockSize());
    }
  };
  flights.back().token = engine.start(std::move(request));
  if (!call.reply) {
    deliver(flights.back());
    retire(nullptr);
  } else if (Settings::get().mode == Mode::Immediate) {
    deliver(flights.back());
  }
}

/// The bytes have moved, and the reply word says so.
inline void Cpe::deliver(Flight &flight) {
  engine.wait(flight.token, flight.call.place);
  flight.delivered = true;
  if (flight.call.reply)
    *flight.call.reply = *flight.call.reply + 1;
}

inline void Cpe::waitAll(const Place &) {
  for (Flight &flight : flights)
    if (!flight.delivered)
      deliver(flight);
}

/// What of main memory another core, a copy of another core or the host uses
/// at the same time.
inline void Cpe::recordMain(const void *address, size_t size, bool writes,
                            tile::Stamp stamp, const tile::Clock &known,
                            const char *operation, const Place &place) {
  auto begin = reinterpret_cast<uintptr_t>(address);
  tile::Access access{stamp, operation, {}};
  std::optional<tile::Conflict> conflict;
  {
    MainMemory &memory = MainMemory::get();
    std::lock_guard lock(memory.mutex);
    conflict = writes
                   ? memory.accesses.write(begin, begin + size, access, known)
                   : memory.accesses.read(begin, begin + size, access, known,
                                          tile::Need::Nothing);
  }
  if (!conflict)
    return;
  uint32_t other = conflict->other.stamp.actor;
  bool host = other == kHostActor;
  if (!host && static_cast<int>(other % kCores) == id)
    return;
  std::string who =
      host ? "the host" : "core " + std::to_string(other % kCores);
  report(Fault{host ? FaultKind::MissingSync : FaultKind::Race,
               say("%s of %zu bytes of main memory that %s uses (%s); nothing "
                   "orders the two",
                   operation, size, who.c_str(), conflict->other.operation),
               place, address, size, operation});
}

inline void Cpe::access(const void *address, size_t size, bool writes,
                        const Place &place) {
  Range range{address, size};
  const char *operation = writes ? "write" : "read";
  if (accessArrival(range, operation, place))
    return;
  for (const Flight &flight : flights) {
    const CopyCall &call = flight.call;
    bool local = range.overlaps({call.ldm, call.length});
    bool arrives = local && call.get;
    if (!arrives && !(local && writes))
      continue;
    report(Fault{arrives ? FaultKind::MissingWait : FaultKind::EarlyReuse,
                 say("%s of %zu bytes that %s (%s) is still copying %s",
                     operation, size, call.name, toString(call.place).c_str(),
                     arrives ? "to there" : "from there"),
                 place, address, size, operation});
    return;
  }
  if (heap.contains(address)) {
    if (!heap.check(address, size, operation, place))
      return;
    if (writes)
      heap.markWritten(address, size);
    else
      heap.checkWritten(address, size, operation, place);
  } else if (!ownsLocal(address)) {
    recordMain(address, size, writes, clock.tick(static_cast<uint32_t>(id)),
               clock, operation, place);
  }
}

inline void Cpe::finish() {
  for (const Flight &flight : flights)
    report(FaultKind::UnwaitedCopy,
           say("%s is never waited for", flight.call.name), flight.call.place);
  waitAll({});
  flights.clear();
  std::lock_guard lock(inboxMutex);
  ended = true;
  for (const ArrivalPtr &arrival : inbox)
    report(FaultKind::UnwaitedCopy,
           say("%s by another core is never waited for by this one",
               arrival->name),
           arrival->place);
}

} // namespace opcsim::sw

#endif // OPC_SIM_ATHREAD_SIM_CPECOPIES_H
