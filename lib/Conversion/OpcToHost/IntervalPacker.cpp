//===- IntervalPacker.cpp - Buffers of known size in one block ------------===//
//
// Largest first; each goes into the smallest gap that holds it between those
// already placed that live at the same time ("Efficient Memory Management for
// Deep Neural Net Inference", Pisarchyk and Lee, 2020, greedy by size). Time is
// cut into spans that list their buffers, so that looking for neighbours does
// not visit all of them. Where very many live at a time (all parts of a tensor
// that is split into thousands), gaps are no longer looked for: a buffer goes
// above whatever its spans hold.
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
  int64_t topOf(const PackedInterval &interval);
  void place(unsigned index);
  size_t spanOf(int64_t time) const { return (time - start) / kSpan; }

  struct Span {
    SmallVector<unsigned> placed; ///< while there are few
    int64_t top = 0;              ///< the end of all that were placed
    bool isCrowded() const { return placed.size() >= kCrowd; }
  };
  /// The spans in which an interval lives.
  llvm::MutableArrayRef<Span> spansOf(const PackedInterval &interval) {
    size_t first = spanOf(interval.begin), last = spanOf(interval.end);
    return llvm::MutableArrayRef(spans).slice(first, last - first + 1);
  }

  static constexpr int64_t kSpan = 32;
  static constexpr size_t kCrowd = 512; ///< models have some tens at a time
  llvm::MutableArrayRef<PackedInterval> intervals;
  int64_t start = 0;
  std::vector<Span> spans;
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
  for (const Span &span : spansOf(interval))
    for (unsigned other : span.placed) {
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

int64_t Packer::topOf(const PackedInterval &interval) {
  int64_t top = 0;
  for (const Span &span : spansOf(interval))
    top = std::max(top, span.top);
  return top;
}

void Packer::place(unsigned index) {
  PackedInterval &interval = intervals[index];
  bool isCrowded = llvm::any_of(
      spansOf(interval), [](const Span &span) { return span.isCrowded(); });
  interval.offset = isCrowded ? topOf(interval) : bestOffset(interval);
  for (Span &span : spansOf(interval)) {
    span.top = std::max(span.top, interval.offset + interval.size);
    if (!span.isCrowded())
      span.placed.push_back(index);
  }
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
    place(index);
    total = std::max(total, intervals[index].offset + intervals[index].size);
  }
  return total;
}

int64_t opc::packIntervals(llvm::MutableArrayRef<PackedInterval> intervals) {
  return Packer(intervals).run();
}
