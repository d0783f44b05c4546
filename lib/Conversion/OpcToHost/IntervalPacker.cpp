//===- IntervalPacker.cpp - Buffers of known size in one block ------------===//
//
// Largest first; each goes into the smallest gap that holds it between those
// already placed that live at the same time ("Efficient Memory Management for
// Deep Neural Net Inference", Pisarchyk and Lee, 2020, greedy by size). Time is
// cut into spans that list their buffers, so that looking for neighbours does
// not visit all of them.
//
//===----------------------------------------------------------------------===//
#include "IntervalPacker.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

using namespace opc;
using llvm::SmallVector;

namespace {
class Packer {
public:
  explicit Packer(llvm::MutableArrayRef<PackedInterval> intervals);
  int64_t run();

private:
  /// Those already placed that live with `interval`, by offset.
  SmallVector<unsigned> neighbours(const PackedInterval &interval);
  int64_t bestOffset(const PackedInterval &interval);
  size_t spanOf(int64_t time) const { return (time - start) / kSpan; }

  static constexpr int64_t kSpan = 32;
  llvm::MutableArrayRef<PackedInterval> intervals;
  int64_t start = 0;
  std::vector<SmallVector<unsigned>> spans;
  std::vector<unsigned> seenBy; ///< the last query that met each interval
  unsigned query = 0;
};
} // namespace

Packer::Packer(llvm::MutableArrayRef<PackedInterval> intervals)
    : intervals(intervals), seenBy(intervals.size(), 0) {
  int64_t stop = 0;
  start = intervals.empty() ? 0 : std::numeric_limits<int64_t>::max();
  for (const PackedInterval &interval : intervals) {
    start = std::min(start, interval.begin);
    stop = std::max(stop, interval.end);
  }
  spans.resize(spanOf(stop) + 1);
}

SmallVector<unsigned> Packer::neighbours(const PackedInterval &interval) {
  ++query;
  SmallVector<unsigned> result;
  for (size_t span = spanOf(interval.begin); span <= spanOf(interval.end);
       ++span)
    for (unsigned other : spans[span]) {
      bool meets = intervals[other].begin <= interval.end &&
                   intervals[other].end >= interval.begin;
      if (meets && std::exchange(seenBy[other], query) != query)
        result.push_back(other);
    }
  llvm::sort(result, [&](unsigned a, unsigned b) {
    return intervals[a].offset < intervals[b].offset;
  });
  return result;
}

int64_t Packer::bestOffset(const PackedInterval &interval) {
  int64_t end = 0, best = -1;
  int64_t bestGap = std::numeric_limits<int64_t>::max();
  for (unsigned other : neighbours(interval)) {
    int64_t gap = intervals[other].offset - end;
    if (gap >= interval.size && gap < bestGap) {
      best = end;
      bestGap = gap;
    }
    end = std::max(end, intervals[other].offset + intervals[other].size);
  }
  return best < 0 ? end : best;
}

int64_t Packer::run() {
  std::vector<unsigned> order(intervals.size());
  std::iota(order.begin(), order.end(), 0);
  llvm::sort(order, [&](unsigned a, unsigned b) {
    const PackedInterval &x = intervals[a], &y = intervals[b];
    return std::tuple(-x.size, x.begin, a) < std::tuple(-y.size, y.begin, b);
  });
  int64_t total = 0;
  for (unsigned index : order) {
    PackedInterval &interval = intervals[index];
    interval.offset = bestOffset(interval);
    total = std::max(total, interval.offset + interval.size);
    for (size_t span = spanOf(interval.begin); span <= spanOf(interval.end);
         ++span)
      spans[span].push_back(index);
  }
  return total;
}

int64_t opc::packIntervals(llvm::MutableArrayRef<PackedInterval> intervals) {
  return Packer(intervals).run();
}
