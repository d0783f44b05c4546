//===- FaultKinds.h - Every fault that a simulation names -------*- C++ -*-===//
#ifndef OPC_SIM_CORE_FAULTKINDS_H
#define OPC_SIM_CORE_FAULTKINDS_H

namespace opcsim {

// Kind, name, what it means.
#define OPCSIM_FAULT_KINDS(X)                                                  \
  X(OutOfBounds, "out-of-bounds", "an access outside of what was allocated")   \
  X(UseAfterFree, "use-after-free", "an access to memory that was freed")      \
  X(DoubleFree, "double-free", "memory is freed twice")                        \
  X(BadFree, "bad-free", "what is freed was never allocated")                  \
  X(NullPointer, "null-pointer", "an access through a null pointer")           \
  X(HostPointer, "host-pointer", "a kernel accesses memory of the host")       \
  X(DevicePointer, "device-pointer", "the host accesses memory of the device") \
  X(Uninitialised, "uninitialised-read", "what is read was never written")     \
  X(Misaligned, "misaligned", "an address that the access does not allow")     \
  X(SpaceOverflow, "space-overflow", "more memory than the space has")         \
  X(Race, "race", "two threads access one place, one writes, nothing orders")  \
  X(WaveRace, "wave-race",                                                     \
    "lanes of one wave rely on running in step: no barrier orders them")       \
  X(MissingWait, "missing-wait",                                               \
    "the destination of a copy is used before the copy is waited for")         \
  X(EarlyReuse, "early-reuse",                                                 \
    "the source of a copy is overwritten before the copy is waited for")       \
  X(UnwaitedCopy, "unwaited-copy", "a copy is never waited for")               \
  X(MissingSync, "missing-sync",                                               \
    "the host uses a result before it waited for the device")                  \
  X(UnmatchedSet, "unmatched-set", "a flag is set that nothing waits for")     \
  X(UnmatchedWait, "unmatched-wait", "a wait for what is never set")           \
  X(BadFlag, "bad-flag", "a flag or event that may not be used")               \
  X(QueueMisuse, "queue-misuse", "a queue is used in a wrong order")           \
  X(Deadlock, "deadlock", "no one can go on")                                  \
  X(BarrierDivergence, "barrier-divergence",                                   \
    "threads wait at different barriers, or some have ended")                  \
  X(WrongMask, "wrong-mask", "a mask of lanes that does not fit the wave")     \
  X(InactiveLane, "inactive-lane", "the value of a lane that takes no part")   \
  X(LaunchLimit, "launch-limit", "a launch that the device does not take")     \
  X(SharedLimit, "shared-limit", "a block wants more shared memory than is")   \
  X(SharedOverflow, "shared-overflow", "an access outside of shared memory")   \
  X(BadCopyShape, "bad-copy-shape", "a copy of a shape that is not allowed")   \
  X(BadCount, "bad-count", "a count or repeat that is not allowed")            \
  X(BadLayout, "bad-layout", "data in another layout than is expected")        \
  X(WrongCore, "wrong-core", "the kind of core that cannot do this")           \
  X(WildAccess, "wild-access", "an access to an address with no memory")       \
  X(BadHandle, "bad-handle", "a stream, event or device that does not exist")  \
  X(BadArgument, "bad-argument", "an argument that the call does not take")    \
  X(Unsupported, "unsupported", "what the simulation does not do")

enum class FaultKind {
#define OPCSIM_KIND(kind, name, meaning) kind,
  OPCSIM_FAULT_KINDS(OPCSIM_KIND)
#undef OPCSIM_KIND
};

struct FaultInfo {
  const char *name;
  const char *meaning;
};

/// By FaultKind.
inline constexpr FaultInfo kFaultInfo[] = {
#define OPCSIM_INFO(kind, name, meaning) {name, meaning},
    OPCSIM_FAULT_KINDS(OPCSIM_INFO)
#undef OPCSIM_INFO
};

inline constexpr const FaultInfo &info(FaultKind kind) {
  return kFaultInfo[static_cast<int>(kind)];
}

} // namespace opcsim

#endif // OPC_SIM_CORE_FAULTKINDS_H
