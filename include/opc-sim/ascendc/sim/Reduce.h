//===- Reduce.h - Reductions of a block, a repeat, a tensor ---*- C++ -*-===//
//
// Sums inside of a repeat are made pairwise, neighbours first; the sums of
// repeats are added in order (documented for the form that counts elements).
// Sums of halves stay at the greatest half instead of infinity.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_REDUCE_H
#define OPC_SIM_ASCENDC_SIM_REDUCE_H

#include "Elementwise.h"

namespace opcsim::ascend {

template <typename T> T addSaturating(T a, T b) {
  T sum = T(Value<T>(a) + Value<T>(b));
  if constexpr (std::is_same_v<T, half>)
    if (std::isinf(float(sum)) && std::isfinite(float(a)) &&
        std::isfinite(float(b)))
      return half(std::copysign(65504.0f, float(sum)));
  return sum;
}

/// The sum of neighbours, then of neighbouring sums.
template <typename T> T pairwiseSum(std::vector<T> values) {
  for (size_t count = values.size(); count > 1; count = (count + 1) / 2)
    for (size_t i = 0; i < (count + 1) / 2; ++i)
      values[i] = 2 * i + 1 < count
                      ? addSaturating(values[2 * i], values[2 * i + 1])
                      : values[2 * i];
  return values.empty() ? T(0) : values[0];
}

enum class Extreme { Max, Min };

/// The first greatest or least one.
template <typename T>
size_t extremeOf(const std::vector<T> &values, Extreme e) {
  size_t best = 0;
  for (size_t i = 1; i < values.size(); ++i)
    if (e == Extreme::Max ? Value<T>(values[best]) < Value<T>(values[i])
                          : Value<T>(values[i]) < Value<T>(values[best]))
      best = i;
  return best;
}

/// An index, as the bits of an element.
template <typename T> T indexBits(size_t index) {
  T result;
  if constexpr (sizeof(T) == 2) {
    auto word = static_cast<uint16_t>(index);
    std::memcpy(&result, &word, sizeof word);
  } else {
    auto word = static_cast<uint32_t>(index);
    std::memcpy(&result, &word, sizeof word);
  }
  return result;
}

template <typename T>
void reduceSum(const Local<T> &dst, const Local<T> &src, const Local<T> &tmp,
               int64_t count, std::source_location where) {
  Call call("ReduceSum", PIPE_V, where);
  constexpr size_t lanes = kRepeat / sizeof(T);
  checkType<T>(call, kFloats);
  call.count(count).in(src, count).out(tmp, divideUp(count, lanes));
  call.out(dst, 1, sizeof(T));
  if (!call)
    return;
  T *d = dst.data(), *a = src.data();
  call.run([=] {
    T sum{};
    for (int64_t i = 0; i < count; i += lanes) {
      int64_t end = std::min<int64_t>(count, i + lanes);
      T part = pairwiseSum(std::vector<T>(a + i, a + end));
      sum = i ? addSaturating(sum, part) : part;
    }
    *d = sum;
  });
}

template <typename T>
void reduceExtreme(const char *name, Extreme extreme, const Local<T> &dst,
                   const Local<T> &src, const Local<T> &tmp, int64_t count,
                   bool withIndex, std::source_location where) {
  Call call(name, PIPE_V, where);
  constexpr size_t lanes = kRepeat / sizeof(T);
  size_t repeats = divideUp(count, lanes);
  checkType<T>(call, kFloats);
  call.count(count).in(src, count);
  call.out(tmp, withIndex ? 2 * repeats : repeats);
  call.out(dst, withIndex ? 2 : 1, sizeof(T));
  if (!call)
    return;
  T *d = dst.data(), *a = src.data();
  call.run([=] {
    size_t best = extremeOf(std::vector<T>(a, a + count), extreme);
    T value = a[best];
    d[0] = value;
    if (withIndex)
      d[1] = indexBits<T>(best);
  });
}

/// The lanes of a repeat that are reduced together.
struct LaneGroup {
  size_t number; ///< of the group in the repeat
  size_t first;  ///< how many lanes of the repeat are before it
  std::vector<size_t> lanes;
};

/// Groups of neighbouring lanes that have any, of `groups` a repeat.
inline std::vector<LaneGroup> laneGroups(const LaneMask &mask, size_t lanes,
                                         size_t groups) {
  std::vector<LaneGroup> result;
  size_t taken = 0;
  for (size_t lane = 0; lane < lanes; ++lane) {
    if (!mask.has(lane))
      continue;
    size_t number = lane / (lanes / groups);
    if (result.empty() || result.back().number != number)
      result.push_back({number, taken, {}});
    result.back().lanes.push_back(lane);
    ++taken;
  }
  return result;
}

/// One result a group of lanes: what `f` makes of the lanes' values and of
/// their numbers in the repeat. `groups` a repeat, `width` elements a result.
template <typename T, typename F>
void reduceRepeats(const char *name, const Local<T> &dst, const Local<T> &src,
                   LaneMask mask, int repeats, size_t groups, size_t width,
                   size_t dstStride, int srcBlock, int srcRepeat,
                   std::source_location where, F f) {
  Call call(name, PIPE_V, where);
  checkType<T>(call, kFloats);
  checkRepeats<T>(call, mask, repeats);
  if (!call)
    return;
  auto from = lanesOf(mask, repeats, srcBlock, srcRepeat, sizeof(T));
  std::vector<LaneGroup> all = laneGroups(mask, kRepeat / sizeof(T), groups);
  call.inAt(src, from);
  for (const LaneGroup &group : all)
    call.outRuns(dst[group.number * width], width * sizeof(T), repeats,
                 dstStride * sizeof(T), sizeof(T));
  if (!call)
    return;
  T *d = dst.data(), *a = src.data();
  auto one = [=](size_t repeat, const LaneGroup &group) {
    size_t next = repeat * (from.size() / repeats) + group.first;
    std::vector<T> values;
    for (size_t i = 0; i < group.lanes.size(); ++i)
      values.push_back(a[from[next + i]]);
    f(d + repeat * dstStride + group.number * width, values, group.lanes);
  };
  call.run([=] {
    for (int repeat = 0; repeat < repeats; ++repeat)
      for (const LaneGroup &group : all)
        one(repeat, group);
  });
}

template <typename T>
void wholeExtreme(const char *name, Extreme extreme, const Local<T> &dst,
                  const Local<T> &src, LaneMask mask, int repeats,
                  int dstRepeat, int srcBlock, int srcRepeat,
                  AscendC::ReduceOrder order, std::source_location where) {
  using Order = AscendC::ReduceOrder;
  bool alone =
      order == Order::ORDER_ONLY_VALUE || order == Order::ORDER_ONLY_INDEX;
  size_t width = alone ? 1 : 2;
  reduceRepeats(name, dst, src, mask, repeats, 1, width, dstRepeat * width,
                srcBlock, srcRepeat, where,
                [=](T *to, const std::vector<T> &values,
                    const std::vector<size_t> &numbers) {
                  size_t best = extremeOf(values, extreme);
                  T index = indexBits<T>(numbers[best]);
                  bool first = order == Order::ORDER_VALUE_INDEX ||
                               order == Order::ORDER_ONLY_VALUE;
                  to[0] = first ? values[best] : index;
                  if (!alone)
                    to[1] = first ? index : values[best];
                });
}

} // namespace opcsim::ascend

namespace AscendC {

template <typename T, bool isSetMask = true>
void ReduceSum(const LocalTensor<T> &dst, const LocalTensor<T> &src,
               const LocalTensor<T> &sharedTmp, int32_t count, OPCSIM_HERE) {
  opcsim::ascend::reduceSum(dst, src, sharedTmp, count, where);
}

#define OPCSIM_EXTREME(Which)                                                  \
  template <typename T>                                                        \
  void Reduce##Which(const LocalTensor<T> &dst, const LocalTensor<T> &src,     \
                     const LocalTensor<T> &sharedTmp, int32_t count,           \
                     bool calIndex = false, OPCSIM_HERE) {                     \
    opcsim::ascend::reduceExtreme("Reduce" #Which,                             \
                                  opcsim::ascend::Extreme::Which, dst, src,    \
                                  sharedTmp, count, calIndex, where);          \
  }                                                                            \
  template <typename T, bool isSetMask = true>                                 \
  void WholeReduce##Which(                                                     \
      const LocalTensor<T> &dst, const LocalTensor<T> &src,                    \
      opcsim::ascend::LaneMask mask, int32_t repeats, int32_t dstRepStride,    \
      int32_t srcBlkStride, int32_t srcRepStride,                              \
      ReduceOrder order = ReduceOrder::ORDER_VALUE_INDEX, OPCSIM_HERE) {       \
    opcsim::ascend::wholeExtreme(                                              \
        "WholeReduce" #Which, opcsim::ascend::Extreme::Which, dst, src, mask,  \
        repeats, dstRepStride, srcBlkStride, srcRepStride, order, where);      \
  }                                                                            \
  template <typename T, bool isSetMask = true>                                 \
  void BlockReduce##Which(                                                     \
      const LocalTensor<T> &dst, const LocalTensor<T> &src, int32_t repeats,   \
      opcsim::ascend::LaneMask mask, int32_t dstRepStride,                     \
      int32_t srcBlkStride, int32_t srcRepStride, OPCSIM_HERE) {               \
    using namespace opcsim::ascend;                                            \
    reduceRepeats(                                                             \
        "BlockReduce" #Which, dst, src, mask, repeats, 8, 1, dstRepStride * 8, \
        srcBlkStride, srcRepStride, where,                                     \
        [](T *to, const std::vector<T> &values, const std::vector<size_t> &) { \
          *to = values[extremeOf(values, Extreme::Which)];                     \
        });                                                                    \
  }
OPCSIM_EXTREME(Max)
OPCSIM_EXTREME(Min)
#undef OPCSIM_EXTREME

template <typename T, bool isSetMask = true>
void WholeReduceSum(const LocalTensor<T> &dst, const LocalTensor<T> &src,
                    opcsim::ascend::LaneMask mask, int32_t repeats,
                    int32_t dstRepStride, int32_t srcBlkStride,
                    int32_t srcRepStride, OPCSIM_HERE) {
  opcsim::ascend::reduceRepeats(
      "WholeReduceSum", dst, src, mask, repeats, 1, 1, dstRepStride,
      srcBlkStride, srcRepStride, where,
      [](T *to, const std::vector<T> &values, const std::vector<size_t> &) {
        *to = opcsim::ascend::pairwiseSum(values);
      });
}

template <typename T, bool isSetMask = true>
void RepeatReduceSum(const LocalTensor<T> &dst, const LocalTensor<T> &src,
                     int32_t repeats, int32_t mask, int32_t,
                     int32_t srcBlkStride, int32_t dstRepStride,
                     int32_t srcRepStride, OPCSIM_HERE) {
  WholeReduceSum<T>(dst, src, mask, repeats, dstRepStride, srcBlkStride,
                    srcRepStride, where);
}

template <typename T, bool isSetMask = true>
void BlockReduceSum(const LocalTensor<T> &dst, const LocalTensor<T> &src,
                    int32_t repeats, opcsim::ascend::LaneMask mask,
                    int32_t dstRepStride, int32_t srcBlkStride,
                    int32_t srcRepStride, OPCSIM_HERE) {
  opcsim::ascend::reduceRepeats(
      "BlockReduceSum", dst, src, mask, repeats, 8, 1, dstRepStride * 8,
      srcBlkStride, srcRepStride, where,
      [](T *to, const std::vector<T> &values, const std::vector<size_t> &) {
        *to = opcsim::ascend::pairwiseSum(values);
      });
}

template <typename T, bool isSetMask = true>
void PairReduceSum(const LocalTensor<T> &dst, const LocalTensor<T> &src,
                   int32_t repeats, opcsim::ascend::LaneMask mask,
                   int32_t dstRepStride, int32_t srcBlkStride,
                   int32_t srcRepStride, OPCSIM_HERE) {
  size_t pairs = opcsim::ascend::kRepeat / sizeof(T) / 2;
  opcsim::ascend::reduceRepeats(
      "PairReduceSum", dst, src, mask, repeats, pairs, 1, dstRepStride * pairs,
      srcBlkStride, srcRepStride, where,
      [](T *to, const std::vector<T> &values, const std::vector<size_t> &) {
        *to = opcsim::ascend::pairwiseSum(values);
      });
}

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_REDUCE_H
