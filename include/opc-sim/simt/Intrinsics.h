//===- Intrinsics.h - Barriers, fences, shuffles and votes ------*- C++ -*-===//
//
// The functions of kernels that all vendors of the family share. Masks have the
// type that the vendor gives them (OPCSIM_MASK), 64 bits where nothing is said.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_INTRINSICS_H
#define OPC_SIM_SIMT_INTRINSICS_H

#include "Executor.h"

#include <chrono>
#include <cstring>
#include <type_traits>

namespace opcsim::simt {

using Source = std::source_location;

/// The executor of the calling thread; the host has none.
inline Executor &inKernel(const char *call, const Place &place) {
  if (!Executor::current)
    fail(FaultKind::Unsupported, say("%s is called by the host", call), place);
  return *Executor::current;
}

inline unsigned blockBarrier(bool predicate, const char *call,
                             const Source &place) {
  return inKernel(call, place).barrier(predicate, place);
}

// Where a lane's value comes from.

/// Of `width` lanes that the wave is split into.
struct Segment {
  unsigned lane, first, width;

  Segment(unsigned lane, int width)
      : lane(lane), first(lane / static_cast<unsigned>(width) *
                          static_cast<unsigned>(width)),
        width(static_cast<unsigned>(width)) {}
};
inline unsigned sourceIndexed(const Segment &s, int source) {
  return s.first + (static_cast<unsigned>(source) & (s.width - 1));
}
inline unsigned sourceUp(const Segment &s, int delta) {
  int source = static_cast<int>(s.lane) - delta;
  return source < static_cast<int>(s.first) ? s.lane
                                            : static_cast<unsigned>(source);
}
inline unsigned sourceDown(const Segment &s, int delta) {
  unsigned source = s.lane + static_cast<unsigned>(delta);
  return source >= s.first + s.width ? s.lane : source;
}
inline unsigned sourceXor(const Segment &s, int mask) {
  unsigned source = s.lane ^ static_cast<unsigned>(mask);
  return source >= s.first + s.width ? s.lane : source;
}

/// Without a mask: whoever is there.
struct NoMask {};

inline void setMask(Contribution &, NoMask) {}
template <class Mask> void setMask(Contribution &part, Mask mask) {
  static_assert(std::is_integral_v<Mask>, "a mask of lanes is an integer");
  part.masked = true;
  part.mask = static_cast<std::make_unsigned_t<Mask>>(mask);
  // All ones of a narrow type means every lane it can name, no more.
}

template <class T, class Mask>
T shuffle(const char *call, unsigned (*source)(const Segment &, int), Mask mask,
          T value, int argument, int width, const Source &place) {
  static_assert(sizeof(T) <= sizeof(Contribution::value));
  Executor &executor = inKernel(call, place);
  if (width <= 0 || width > waveSize || (width & (width - 1)) != 0) {
    report(
        FaultKind::BadArgument,
        say("%s with a width of %d, for a wave of %d", call, width, waveSize),
        place);
    width = waveSize;
  }
  Contribution part;
  part.kind = Collective::Shuffle;
  part.call = call;
  setMask(part, mask);
  std::memcpy(part.value, &value, sizeof value);
  part.source = source(Segment(executor.laneInWave(), width), argument);
  const Outcome &outcome = executor.meet(part, place);
  std::memcpy(&value, outcome.value, sizeof value);
  return value;
}

template <class Mask>
const Outcome &vote(const char *call, Mask mask, bool predicate,
                    const Source &place) {
  Contribution part;
  part.kind = Collective::Vote;
  part.call = call;
  part.predicate = predicate;
  setMask(part, mask);
  return inKernel(call, place).meet(part, place);
}

template <class Mask>
void syncWave(const char *call, Mask mask, const Source &place) {
  Contribution part;
  part.call = call;
  setMask(part, mask);
  inKernel(call, place).meet(part, place);
}

/// A mask as an integer that has a bit for each lane.
template <class Result>
Result toMask(const char *call, LaneMask mask, const Source &place) {
  if (sizeof(Result) * 8 < static_cast<size_t>(waveSize))
    report(FaultKind::WrongMask,
           say("%s gives %zu bits for a wave of %d lanes", call,
               sizeof(Result) * 8, waveSize),
           place);
  return static_cast<Result>(mask);
}

} // namespace opcsim::simt

#define OPCSIM_PLACE                                                           \
  ::opcsim::simt::Source place = ::opcsim::simt::Source::current()

inline void __syncthreads(OPCSIM_PLACE) {
  opcsim::simt::blockBarrier(false, "__syncthreads", place);
}
inline int __syncthreads_count(int predicate, OPCSIM_PLACE) {
  return static_cast<int>(
      opcsim::simt::blockBarrier(predicate != 0, "__syncthreads_count", place));
}
inline int __syncthreads_or(int predicate, OPCSIM_PLACE) {
  return opcsim::simt::blockBarrier(predicate != 0, "__syncthreads_or",
                                    place) != 0;
}
inline int __syncthreads_and(int predicate, OPCSIM_PLACE) {
  return opcsim::simt::blockBarrier(predicate == 0, "__syncthreads_and",
                                    place) == 0;
}

inline void __threadfence_block(OPCSIM_PLACE) {
  opcsim::simt::inKernel("__threadfence_block", place);
}
inline void __threadfence(OPCSIM_PLACE) {
  opcsim::simt::inKernel("__threadfence", place).fence();
}
inline void __threadfence_system(OPCSIM_PLACE) {
  opcsim::simt::inKernel("__threadfence_system", place).fence();
}

inline void __syncwarp(OPCSIM_PLACE) {
  opcsim::simt::syncWave("__syncwarp", opcsim::simt::NoMask(), place);
}
template <class Mask>
  requires std::is_integral_v<Mask>
void __syncwarp(Mask mask, OPCSIM_PLACE) {
  opcsim::simt::syncWave("__syncwarp", mask, place);
}

// With a mask of those who take part, and without.
#define OPCSIM_SHUFFLE(name, source, argument)                                 \
  template <class T, class Mask>                                               \
  T name##_sync(Mask mask, T value, argument a, int width = warpSize,          \
                OPCSIM_PLACE) {                                                \
    return opcsim::simt::shuffle(#name "_sync", opcsim::simt::source, mask,    \
                                 value, static_cast<int>(a), width, place);    \
  }                                                                            \
  template <class T>                                                           \
  T name(T value, argument a, int width = warpSize, OPCSIM_PLACE) {            \
    return opcsim::simt::shuffle(#name, opcsim::simt::source,                  \
                                 opcsim::simt::NoMask(), value,                \
                                 static_cast<int>(a), width, place);           \
  }

OPCSIM_SHUFFLE(__shfl, sourceIndexed, int)
OPCSIM_SHUFFLE(__shfl_up, sourceUp, unsigned)
OPCSIM_SHUFFLE(__shfl_down, sourceDown, unsigned)
OPCSIM_SHUFFLE(__shfl_xor, sourceXor, int)

#undef OPCSIM_SHUFFLE

#ifndef OPCSIM_MASK
#define OPCSIM_MASK unsigned long long
#endif

template <class Mask>
OPCSIM_MASK __ballot_sync(Mask mask, int predicate, OPCSIM_PLACE) {
  auto &got = opcsim::simt::vote("__ballot_sync", mask, predicate != 0, place);
  return opcsim::simt::toMask<OPCSIM_MASK>("__ballot_sync", got.votes, place);
}
template <class Mask> int __any_sync(Mask mask, int predicate, OPCSIM_PLACE) {
  return opcsim::simt::vote("__any_sync", mask, predicate != 0, place).votes !=
         0;
}
template <class Mask> int __all_sync(Mask mask, int predicate, OPCSIM_PLACE) {
  auto &got = opcsim::simt::vote("__all_sync", mask, predicate != 0, place);
  return got.votes == got.members;
}
inline OPCSIM_MASK __ballot(int predicate, OPCSIM_PLACE) {
  auto &got = opcsim::simt::vote("__ballot", opcsim::simt::NoMask(),
                                 predicate != 0, place);
  return opcsim::simt::toMask<OPCSIM_MASK>("__ballot", got.votes, place);
}
inline int __any(int predicate, OPCSIM_PLACE) {
  return opcsim::simt::vote("__any", opcsim::simt::NoMask(), predicate != 0,
                            place)
             .votes != 0;
}
inline int __all(int predicate, OPCSIM_PLACE) {
  auto &got = opcsim::simt::vote("__all", opcsim::simt::NoMask(),
                                 predicate != 0, place);
  return got.votes == got.members;
}
inline OPCSIM_MASK __activemask(OPCSIM_PLACE) {
  auto &got =
      opcsim::simt::vote("__activemask", opcsim::simt::NoMask(), true, place);
  return opcsim::simt::toMask<OPCSIM_MASK>("__activemask", got.members, place);
}

/// The lane of the calling thread in its wave.
inline unsigned __lane_id(OPCSIM_PLACE) {
  return opcsim::simt::inKernel("__lane_id", place).laneInWave();
}

inline long long clock64() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}
inline long long wall_clock64() { return clock64(); }

#endif // OPC_SIM_SIMT_INTRINSICS_H
