//===- WindowRange.cpp - windows that slide over spatial axes -------------===//
//
// See Window.h. Bounds are computed ahead of the loops, so that no tap is
// tested.
//
//===----------------------------------------------------------------------===//
#include "WindowRange.h"
#include "Scalar.h"

using namespace mlir;

namespace opc {

LayoutAxes layoutAxes(StringRef layout, size_t rank) {
  return layout == "NHWC" ? LayoutAxes{rank - 1, 1} : LayoutAxes{1, 2};
}

Value WindowRange::position(Value tap, KernelEmitter &e) const {
  return e.add(start, e.mul(tap, e.constant(dilation)));
}

/// ceil(x / y) for y > 0, and 0 for negative x.
static Value tapsBelow(Scalar x, int64_t y) {
  KernelEmitter &e = x.emitter();
  return e.ceilDiv(maximum(x, x.like(0)), e.constant(y));
}

WindowRange windowRange(const WindowAttrs &window, size_t axis, Value output,
                        Value taps, Value extent, KernelEmitter &e) {
  int64_t dilation = window.dilations[axis];
  Scalar start = Scalar(e, output) * window.strides[axis] - window.padLow[axis];
  if (window.padLow[axis] == 0 && window.padHigh[axis] == 0 &&
      KernelEmitter::constantValue(taps) == 1)
    return {e.constant(0), taps, start, dilation};
  Scalar first(e, tapsBelow(start.like(0) - start, dilation));
  Scalar last(e, tapsBelow(Scalar(e, extent) - start, dilation));
  Scalar bound = minimum(last, {e, taps});
  return {window.padLow[axis] == 0 ? e.constant(0) : Value(first), bound, start,
          dilation};
}

SmallVector<Value> foldWindow(
    ArrayRef<WindowRange> ranges, ValueRange initial, KernelEmitter &e,
    const std::function<SmallVector<Value>(ValueRange, ValueRange)> &body) {
  SmallVector<Value> taps;
  std::function<SmallVector<Value>(ValueRange)> level =
      [&](ValueRange carried) -> SmallVector<Value> {
    if (taps.size() == ranges.size())
      return body(taps, carried);
    const WindowRange &range = ranges[taps.size()];
    return e.fold(range.first, range.last, carried,
                  [&](Value tap, ValueRange inner) {
                    taps.push_back(tap);
                    SmallVector<Value> result = level(inner);
                    taps.pop_back();
                    return result;
                  });
  };
  return level(initial);
}

} // namespace opc
