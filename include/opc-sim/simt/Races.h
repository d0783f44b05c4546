//===- Races.h - Which accesses of threads nothing orders -------*- C++ -*-===//
//
// Blocks run one after another, so that segments grow with time: of two
// accesses, the segment of the earlier one says what lies between. Between
// blocks of one launch nothing does, whichever ran first.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_RACES_H
#define OPC_SIM_SIMT_RACES_H

#include "Executor.h"

#include <optional>

namespace opcsim::simt {

// Flags of Cell::read: who else has read in the same segment, or launch.
inline constexpr uint32_t kManyLanes = 1;
inline constexpr uint32_t kManyWaves = 2;
inline constexpr uint32_t kManyBlocks = 4;
inline constexpr uint32_t kReadAtomic = 8;

/// What is wrong with an access, after an earlier one.
struct Unordered {
  FaultKind kind = FaultKind::Race;
  std::string other; ///< "thread (1,0,0)", "another block"
};

class Ordering {
public:
  explicit Ordering(Executor &executor)
      : executor(executor), thread(static_cast<uint32_t>(executor.thread())),
        epoch(executor.wave().epoch & 0x1fff) {}

  Stamp stamp(unsigned mask, uint32_t flags) const {
    Stamp stamp;
    stamp.segment = executor.segment;
    stamp.epoch = epoch;
    stamp.thread = thread;
    stamp.mask = mask & 0xf;
    stamp.flags = flags & 0x1f;
    return stamp;
  }
  bool isMine(const Stamp &then) const {
    return then.segment == executor.segment && then.thread == thread &&
           then.epoch == epoch;
  }

  /// What makes `then` and an access of this thread now a race.
  std::optional<Unordered> after(const Stamp &then, unsigned mask,
                                 bool isRead) const {
    if (!(then.mask & mask) || then.segment < executor.firstOfLaunch)
      return std::nullopt;
    bool otherBlock = then.segment < executor.firstOfBlock ||
                      (isRead && (then.flags & kManyBlocks));
    if (otherBlock && !executor.otherBlocksOrdered)
      return Unordered{FaultKind::Race, "another block"};
    if (then.segment != executor.segment)
      return std::nullopt;
    if (isRead && (then.flags & kManyWaves))
      return Unordered{FaultKind::Race, "several threads"};
    bool sameWave = then.thread / wave() == thread / wave();
    bool alone = !(isRead && (then.flags & kManyLanes));
    if ((then.thread == thread && alone) || (sameWave && then.epoch != epoch))
      return std::nullopt;
    return Unordered{sameWave ? FaultKind::WaveRace : FaultKind::Race,
                     "thread " + text(executor.indexOf(then.thread))};
  }

  /// Adds a read of this thread to a cell.
  void read(Cell &cell, unsigned mask, bool atomic) const {
    const Stamp before = cell.read;
    if (isMine(before) && !atomic && !(before.flags & kReadAtomic)) {
      cell.read.mask = (before.mask | mask) & 0xf;
      return;
    }
    uint32_t flags = atomic ? kReadAtomic : 0;
    bool inLaunch = before.segment >= executor.firstOfLaunch;
    if (inLaunch && (before.segment < executor.firstOfBlock ||
                     (before.flags & kManyBlocks)))
      flags |= kManyBlocks;
    if (before.segment == executor.segment) {
      flags |= before.flags & (kManyLanes | kManyWaves);
      if (before.thread / wave() != thread / wave())
        flags |= kManyWaves;
      else if (before.thread != thread)
        flags |= kManyLanes;
      if (!(before.flags & kReadAtomic))
        flags &= ~kReadAtomic;
      mask |= before.mask;
    }
    cell.read = stamp(mask, flags);
  }

  void write(Cell &cell, unsigned mask, bool atomic) const {
    const Stamp before = cell.write;
    unsigned all = isMine(before) ? mask | before.mask : mask;
    cell.write = stamp(all, (before.flags & kWrittenBytes) | mask |
                                (atomic ? kAtomic : 0));
  }

private:
  static uint32_t wave() { return static_cast<uint32_t>(waveSize); }

  Executor &executor;
  uint32_t thread, epoch;
};

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_RACES_H
