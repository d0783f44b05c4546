//===- Sync.h - Flags, barriers, and who a core is ------------*- C++ -*-===//

#ifndef OPC_SIM_ASCENDC_SIM_SYNC_H
#define OPC_SIM_ASCENDC_SIM_SYNC_H

#include "Launch.h"

namespace AscendC {

/// Source pipe and destination pipe of a flag.
enum class HardEvent : uint8_t {
#define OPCSIM_HARD_EVENTS(X)                                                  \
  X(MTE2, MTE1)                                                                \
  X(MTE1, MTE2)                                                                \
  X(MTE1, M)                                                                   \
  X(M, MTE1)                                                                   \
  X(MTE2, V)                                                                   \
  X(V, MTE2)                                                                   \
  X(MTE3, V)                                                                   \
  X(V, MTE3)                                                                   \
  X(M, V)                                                                      \
  X(V, M)                                                                      \
  X(V, V)                                                                      \
  X(MTE3, MTE1)                                                                \
  X(MTE1, MTE3)                                                                \
  X(MTE1, V)                                                                   \
  X(MTE2, M)                                                                   \
  X(M, MTE2)                                                                   \
  X(V, MTE1)                                                                   \
  X(M, FIX)                                                                    \
  X(FIX, M)                                                                    \
  X(MTE3, MTE2)                                                                \
  X(MTE2, MTE3)                                                                \
  X(S, V)                                                                      \
  X(V, S)                                                                      \
  X(S, MTE2)                                                                   \
  X(MTE2, S)                                                                   \
  X(S, MTE3)                                                                   \
  X(MTE3, S)                                                                   \
  X(MTE2, FIX)                                                                 \
  X(FIX, MTE2)                                                                 \
  X(FIX, S)                                                                    \
  X(M, S)                                                                      \
  X(FIX, MTE3)
#define OPCSIM_EVENT(from, to) from##_##to,
  OPCSIM_HARD_EVENTS(OPCSIM_EVENT)
#undef OPCSIM_EVENT
};

} // namespace AscendC

namespace opcsim::ascend {

/// The framework keeps events 6 and 7 for itself.
inline constexpr int kFreeEvents = 6;
inline constexpr int kEvents = 8;

struct EventPipes {
  pipe_t from, to;
};

/// By HardEvent.
inline constexpr EventPipes kEventPipes[] = {
#define OPCSIM_EVENT(from, to) {PIPE_##from, PIPE_##to},
    OPCSIM_HARD_EVENTS(OPCSIM_EVENT)
#undef OPCSIM_EVENT
};

/// The event of an id, or none, with a fault, where the id may not be used.
inline Event *eventOf(Core &core, EventPipes pipes, int id, const char *name,
                      std::source_location where) {
  const char *why = id < 0 || id >= kEvents ? "there are 0 to 7"
                    : id >= kFreeEvents     ? "the framework keeps 6 and 7"
                                            : nullptr;
  if (why) {
    report(FaultKind::BadFlag,
           say("%s<%s_%s>(%d): %s", name, kPipeNames[pipes.from],
               kPipeNames[pipes.to], id, why),
           where);
    return nullptr;
  }
  return &core.events[{pipes.from, pipes.to, id}];
}

} // namespace opcsim::ascend

namespace AscendC {

template <HardEvent event> void SetFlag(TEventID id, OPCSIM_HERE) {
  using namespace opcsim;
  auto &core = ascend::currentCore("SetFlag", where);
  ascend::EventPipes pipes = ascend::kEventPipes[size_t(event)];
  ascend::Event *found = ascend::eventOf(core, pipes, id, "SetFlag", where);
  if (!found)
    return;
  if (found->pending()) {
    report(FaultKind::UnmatchedSet,
           say("SetFlag<%s_%s>(%d): it is set already, and nothing has waited "
               "for it",
               ascend::kPipeNames[pipes.from], ascend::kPipeNames[pipes.to],
               id),
           where);
    return;
  }
  core.setEvent(*found, pipes.from, "SetFlag", where);
}

template <HardEvent event> void WaitFlag(TEventID id, OPCSIM_HERE) {
  using namespace opcsim;
  auto &core = ascend::currentCore("WaitFlag", where);
  ascend::EventPipes pipes = ascend::kEventPipes[size_t(event)];
  ascend::Event *found = ascend::eventOf(core, pipes, id, "WaitFlag", where);
  if (found && !core.waitEvent(*found, pipes.to, "WaitFlag", where))
    report(FaultKind::UnmatchedWait,
           say("WaitFlag<%s_%s>(%d): it was not set",
               ascend::kPipeNames[pipes.from], ascend::kPipeNames[pipes.to],
               id),
           where);
}

/// What was issued to the pipe is done before what follows in it; for PIPE_ALL,
/// before what follows in any pipe.
template <pipe_t pipe> void PipeBarrier(OPCSIM_HERE) {
  if (pipe == PIPE_ALL)
    opcsim::ascend::currentCore("PipeBarrier", where)
        .drain("PipeBarrier", where);
}

/// Flags of two pipes of one's choice.
template <pipe_t From, pipe_t To> class TQueSync {
public:
  void SetFlag(TEventID id, OPCSIM_HERE) {
    auto &core = opcsim::ascend::currentCore("SetFlag", where);
    auto *event =
        opcsim::ascend::eventOf(core, {From, To}, id, "SetFlag", where);
    if (event)
      core.setEvent(*event, From, "SetFlag", where);
  }
  void WaitFlag(TEventID id, OPCSIM_HERE) {
    auto &core = opcsim::ascend::currentCore("WaitFlag", where);
    auto *event =
        opcsim::ascend::eventOf(core, {From, To}, id, "WaitFlag", where);
    if (event && !core.waitEvent(*event, To, "WaitFlag", where))
      report(opcsim::FaultKind::UnmatchedWait, "WaitFlag: it was not set",
             where);
  }
};

enum class CacheLine { SINGLE_CACHE_LINE, ENTIRE_DATA_CACHE };
enum class DcciDst {
  CACHELINE_ALL,
  CACHELINE_UB,
  CACHELINE_OUT,
  CACHELINE_ATOMIC
};

/// The scalar unit's cache goes back to memory. Here it has none.
template <typename T, CacheLine line,
          DcciDst destination = DcciDst::CACHELINE_OUT>
void DataCacheCleanAndInvalid(const GlobalTensor<T> &, OPCSIM_HERE) {
  opcsim::ascend::currentCore("DataCacheCleanAndInvalid", where);
}

inline int64_t GetBlockIdx(OPCSIM_HERE) {
  return opcsim::ascend::currentCore("GetBlockIdx", where).index;
}
inline int64_t GetBlockNum(OPCSIM_HERE) {
  return opcsim::ascend::currentCore("GetBlockNum", where).launch.blocks;
}
inline int64_t GetSubBlockIdx(OPCSIM_HERE) {
  return opcsim::ascend::currentCore("GetSubBlockIdx", where).sub;
}
inline int64_t GetTaskRation(OPCSIM_HERE) {
  auto &core = opcsim::ascend::currentCore("GetTaskRation", where);
  return core.launch.mixed ? core.chip.vectorPerCube : 1;
}
inline int64_t GetSubBlockNum(OPCSIM_HERE) { return GetTaskRation(where); }
inline constexpr int64_t GetDataBlockSizeInBytes() {
  return opcsim::ascend::kBlock;
}

/// All vector cores, or all cores, have done what they issued so far.
template <bool isAIVOnly = true> void SyncAll(OPCSIM_HERE) {
  using namespace opcsim;
  auto &core = ascend::currentCore("SyncAll", where);
  auto &launch = core.launch;
  unsigned atOnce = core.chip.cubeCores * core.chip.vectorPerCube;
  if (launch.blocks > atOnce)
    fail(FaultKind::Deadlock,
         say("SyncAll in a kernel of %u blocks: %s runs %u at once",
             launch.blocks, core.chip.name, atOnce),
         where);
  unsigned members =
      !launch.mixed ? launch.blocks
                    : launch.blocks * (core.chip.vectorPerCube + !isAIVOnly);
  launch.crossCore.barrier(core, isAIVOnly, members, "SyncAll", where);
}

/// The form whose flags are in global memory, which must hold zeros.
template <bool isAIVOnly = true, typename Global, typename Local>
void SyncAll(const Global &, const Local &, int32_t = 0, OPCSIM_HERE) {
  SyncAll<isAIVOnly>(where);
}

namespace detail {
inline bool crossFlag(int mode, int id, const char *name,
                      std::source_location where) {
  if (mode <= 2 && id >= 0 && id < opcsim::ascend::CrossCore::kFlags)
    return true;
  report(opcsim::FaultKind::BadFlag,
         opcsim::say("%s(%d) of mode %d: flags are 0 to 10, modes 0 to 2", name,
                     id, mode),
         where);
  return false;
}
} // namespace detail

template <uint8_t modeId, pipe_t pipe>
void CrossCoreSetFlag(uint16_t id, OPCSIM_HERE) {
  auto &core = opcsim::ascend::currentCore("CrossCoreSetFlag", where);
  if (detail::crossFlag(modeId, id, "CrossCoreSetFlag", where))
    core.launch.crossCore.set(core, modeId, pipe, id, where);
}
template <uint8_t modeId = 0, pipe_t pipe = PIPE_S>
void CrossCoreWaitFlag(uint16_t id, OPCSIM_HERE) {
  auto &core = opcsim::ascend::currentCore("CrossCoreWaitFlag", where);
  if (!detail::crossFlag(modeId, id, "CrossCoreWaitFlag", where))
    return;
  if (pipe != PIPE_S)
    core.launch.crossCore.wait(core, pipe, id, where);
  else
    core.launch.crossCore.waitAll(core, id, where);
}

/// Whether the running core is a cube core; asking makes the kernel a mixed
/// one, unless something else has decided before.
inline bool isCubeCore(OPCSIM_HERE) {
  auto &core = opcsim::ascend::currentCore("ASCEND_IS_AIC", where);
  core.launch.mix(core);
  return core.type == opcsim::ascend::CoreType::Cube;
}

enum KernelMetaType {
  KERNEL_TYPE_AIV_ONLY,
  KERNEL_TYPE_AIC_ONLY,
  KERNEL_TYPE_MIX_AIV_1_0,
  KERNEL_TYPE_MIX_AIC_1_0,
  KERNEL_TYPE_MIX_AIC_1_1,
  KERNEL_TYPE_MIX_AIC_1_2
};

inline void declareKernelType(KernelMetaType type, OPCSIM_HERE) {
  using opcsim::ascend::CoreType;
  auto &core = opcsim::ascend::currentCore("KERNEL_TASK_TYPE", where);
  if (type == KERNEL_TYPE_MIX_AIC_1_2)
    core.launch.mix(core);
  else if (type == KERNEL_TYPE_MIX_AIC_1_1)
    report(opcsim::FaultKind::Unsupported,
           "kernels of one vector core a cube core", where);
  else if (core.type == CoreType::Undecided)
    core.type = type == KERNEL_TYPE_AIV_ONLY || type == KERNEL_TYPE_MIX_AIV_1_0
                    ? CoreType::Vector
                    : CoreType::Cube;
}

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_SYNC_H
