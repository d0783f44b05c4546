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

  /// Adds a read of this thread to a cell. A cell has room for one reader: of
  /// several, the bytes are kept that all of them have read.
  void read(Cell &cell, unsigned mask, bool atomic) const {
    const Stamp before = cell.read;
    const bool allAtomic = atomic && (before.flags & kReadAtomic);
    uint32_t flags = atomic ? kReadAtomic : 0;
    if (before.segment < executor.firstOfLaunch) {
      cell.read = stamp(mask, flags);
      return;
    }
    const uint32_t many = stillMany(before);
    if (isMine(before) && !many) {
      cell.read = stamp(before.mask | mask, allAtomic ? kReadAtomic : 0);
      return;
    }
    const uint32_t others = many | othersIn(before);
    const unsigned both = before.mask & mask;
    if (others && both) {
      cell.read = stamp(both, others | (allAtomic ? kReadAtomic : 0));
      return;
    }
    if (!many) // else it says more than this read does
      cell.read = stamp(mask, flags);
  }

  void write(Cell &cell, unsigned mask, bool atomic) const {
    const Stamp before = cell.write;
    unsigned all = isMine(before) ? mask | before.mask : mask;
    cell.write = stamp(all, (before.flags & kWrittenBytes) | mask |
                                (atomic ? kAtomic : 0));
  }

private:
  /// Whether it is of this wave, which has met since.
  bool metSince(const Stamp &then) const {
    return then.thread / wave() == thread / wave() && then.epoch != epoch;
  }
  /// The flags of earlier reads that nothing has ordered before this thread.
  uint32_t stillMany(const Stamp &then) const {
    uint32_t flags = then.flags & kManyBlocks;
    if (then.segment == executor.segment)
      flags |=
          then.flags & (metSince(then) ? kManyWaves : kManyWaves | kManyLanes);
    return flags;
  }
  /// Which flag the reader of `then` is to this thread.
  uint32_t othersIn(const Stamp &then) const {
    if (then.segment < executor.firstOfBlock)
      return kManyBlocks;
    if (then.segment < executor.segment || then.thread == thread ||
        metSince(then))
      return 0;
    return then.thread / wave() == thread / wave() ? kManyLanes : kManyWaves;
  }
  static uint32_t wave() { return static_cast<uint32_t>(waveSize); }

  Executor &executor;
  uint32_t thread, epoch;
};

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_RACES_H
