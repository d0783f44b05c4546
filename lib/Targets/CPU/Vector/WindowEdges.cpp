//===- WindowEdges.cpp - windows that hang over an image's edges ----------===//
#include "opc/Targets/CPU/Vector/WindowEdges.h"

using namespace mlir;
namespace opc::cpu {

std::pair<Value, Value> clippedTaps(const LoopBuilder &l,
                                    const WindowAxis &axis, Value at,
                                    Value extent) {
  Value zero = l.index(0);
  Value start = l.sub(l.mul(at, axis.stride), l.index(axis.padLow));
  // First tap with start + tap * dilation >= 0, then the first beyond extent.
  Value begin = l.ceilDiv(l.max(l.sub(zero, start), zero), axis.dilation);
  Value left = l.max(l.sub(extent, start), zero);
  Value end = l.min(l.ceilDiv(left, axis.dilation), l.index(axis.taps));
  return {l.min(begin, end), end};
}

void forInsideAndEdges(const LoopBuilder &l, const WindowAxis &axis,
                       Value extent, Value outputs, int64_t tile,
                       const TileSplit::Body &inside,
                       llvm::function_ref<void(Value)> edge) {
  int64_t window = (axis.taps - 1) * axis.dilation + 1;
  Value first =
      l.min(l.index((axis.padLow + axis.stride - 1) / axis.stride), outputs);
  // The last one inside starts at most at `room`.
  Value room = l.sub(extent, l.index(window - axis.padLow));
  Value last =
      l.div(l.max(l.add(room, axis.stride), l.index(0)), l.index(axis.stride));
  last = l.max(l.min(last, outputs), first);
  if (axis.padLow == 0 && axis.padHigh == 0)
    last = outputs;

  // Too few for a tile of unknown number: all count as edges.
  Value count = l.sub(last, first);
  if (!constantIndex(count)) {
    Value few = l.less(count, l.index(tile));
    first = l.select(few, outputs, first);
    last = l.select(few, outputs, last);
    count = l.sub(last, first);
    l.loop(l.index(0), l.ceilDiv(count, tile), [&](Value part) {
      Value start = l.add(first, l.mul(part, tile));
      inside(l.min(start, l.sub(last, l.index(tile))), tile);
    });
  } else {
    auto tiles = TileSplit::unknown(count, tile);
    tiles.emitParts(
        l.b, l.loc, l.index(0), tiles.count(l.b, l.loc),
        [&](Value start, int64_t size) { inside(l.add(first, start), size); });
  }
  // One loop for both edges: the body is large.
  l.loop(l.index(0), l.sub(outputs, l.sub(last, first)), [&](Value number) {
    Value after = l.add(number, l.sub(last, first));
    edge(l.select(l.less(number, first), number, after));
  });
}

} // namespace opc::cpu
