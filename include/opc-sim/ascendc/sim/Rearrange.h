//===- Rearrange.h - Transposes, gathers, indices -------------*- C++ -*-===//

#ifndef OPC_SIM_ASCENDC_SIM_REARRANGE_H
#define OPC_SIM_ASCENDC_SIM_REARRANGE_H

#include "Elementwise.h"

namespace AscendC {

struct TransDataTo5HDParams {
  TransDataTo5HDParams() = default;
  TransDataTo5HDParams(bool dstHigh, bool srcHigh, uint8_t repeat,
                       uint16_t dstRep, uint16_t srcRep)
      : dstHighHalf(dstHigh), srcHighHalf(srcHigh), repeatTimes(repeat),
        dstRepStride(dstRep), srcRepStride(srcRep) {}
  bool dstHighHalf = false, srcHighHalf = false;
  uint8_t repeatTimes = 1;
  uint16_t dstRepStride = 0, srcRepStride = 0;
};

struct GatherMaskParams {
  uint8_t src0BlockStride = 1;
  uint16_t repeatTimes = 1;
  uint16_t src0RepeatStride = 8;
  uint8_t src1RepeatStride = 8;
};

struct BrcbRepeatParams {
  BrcbRepeatParams() = default;
  BrcbRepeatParams(uint16_t block, uint16_t repeat)
      : dstBlkStride(block), dstRepStride(repeat) {}
  uint16_t dstBlkStride = 1, dstRepStride = 8;
};

/// 16 rows of 16 elements of two bytes.
template <typename T>
void Transpose(const LocalTensor<T> &dst, const LocalTensor<T> &src,
               OPCSIM_HERE) {
  using namespace opcsim::ascend;
  static_assert(sizeof(T) == 2, "elements of two bytes");
  Call call("Transpose", PIPE_V, where);
  call.in(src, 256).out(dst, 256);
  if (!call)
    return;
  T *d = dst.data(), *a = src.data();
  call.run([=] {
    std::vector<T> old(a, a + 256);
    for (size_t i = 0; i < 256; ++i)
      d[i] = old[i % 16 * 16 + i / 16];
  });
}

/// 16 rows of a block each, anywhere, become the columns: of elements of two
/// bytes 16 rows of a block; of four bytes 8 rows of two blocks, in lists
/// {row 0 left, row 0 right, row 1 left, ...}. Strides of repeats are blocks.
template <typename T>
void TransDataTo5HD(const LocalTensor<T> (&dst)[16],
                    const LocalTensor<T> (&src)[16],
                    const TransDataTo5HDParams &params, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  static_assert(sizeof(T) == 2 || sizeof(T) == 4,
                "elements of two or four bytes");
  constexpr size_t perBlock = kBlock / sizeof(T);
  Call call("TransDataTo5HD", PIPE_V, where);
  size_t repeats = params.repeatTimes;
  call.count(params.repeatTimes, 255, "repeat");
  T *to[16], *from[16];
  for (size_t i = 0; i < 16; ++i) {
    call.inRuns(src[i], kBlock, repeats, params.srcRepStride * kBlock);
    call.outRuns(dst[i], kBlock, repeats, params.dstRepStride * kBlock);
    to[i] = dst[i].data();
    from[i] = src[i].data();
  }
  auto lists = std::to_array(to);
  auto sources = std::to_array(from);
  call.run([=] {
    for (size_t r = 0; r < repeats; ++r) {
      T old[16][perBlock];
      for (size_t i = 0; i < 16; ++i)
        std::copy_n(sources[i] + r * params.srcRepStride * perBlock, perBlock,
                    old[i]);
      for (size_t i = 0; i < 16 * perBlock; ++i) {
        size_t row = i / 16, column = i % 16;
        size_t list = row * (16 / perBlock) + column / perBlock;
        T *base = lists[list] + r * params.dstRepStride * perBlock;
        base[column % perBlock] = old[column][row];
      }
    }
  });
}

/// dst[i] is the element `base + offsets[i]` bytes from the start of `src`.
template <typename T>
void Gather(const LocalTensor<T> &dst, const LocalTensor<T> &src,
            const LocalTensor<uint32_t> &offsets, uint32_t base, uint32_t count,
            OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("Gather", PIPE_V, where);
  call.count(count).in(offsets, count).in(src, src.GetSize()).out(dst, count);
  if (!call)
    return;
  T *d = dst.data(), *a = src.data();
  uint32_t *o = offsets.data();
  uint64_t bytes = src.bytes;
  call.run([=] {
    for (uint32_t i = 0; i < count; ++i) {
      uint64_t at = uint64_t(base) + o[i];
      if (at + sizeof(T) <= bytes && at % sizeof(T) == 0)
        d[i] = a[at / sizeof(T)];
      else
        report(opcsim::FaultKind::OutOfBounds,
               opcsim::say("Gather of byte %llu of a tensor of %llu bytes",
                           (unsigned long long)at, (unsigned long long)bytes),
               where);
    }
  });
}

/// The elements of whole repeats that a built-in pattern takes, side by side:
/// 1 and 2 the even and the odd ones, 3 to 6 one of four, 7 all. Their number
/// goes to `taken`.
template <typename T>
void GatherMask(const LocalTensor<T> &dst, const LocalTensor<T> &src,
                uint8_t pattern, bool reduceMode, uint32_t,
                const GatherMaskParams &params, uint64_t &taken, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("GatherMask", PIPE_V, where);
  call.expect(pattern >= 1 && pattern <= 7, opcsim::FaultKind::BadArgument,
              opcsim::say("there is no pattern %u", pattern));
  call.expect(!reduceMode, opcsim::FaultKind::Unsupported,
              "the mode that counts elements");
  call.count(params.repeatTimes, 255, "repeat");
  size_t period = pattern <= 2 ? 2 : pattern <= 6 ? 4 : 1;
  size_t first = pattern <= 2 ? pattern - 1 : pattern <= 6 ? pattern - 3 : 0;
  auto all =
      lanesOf(LaneMask(kRepeat / sizeof(T)), params.repeatTimes,
              params.src0BlockStride, params.src0RepeatStride, sizeof(T));
  std::vector<uint32_t> from;
  for (size_t i = first; i < all.size(); i += period)
    from.push_back(all[i]);
  call.inAt(src, all).out(dst, from.size());
  taken = from.size();
  if (!call)
    return;
  T *d = dst.data(), *a = src.data();
  call.run([=] {
    for (size_t i = 0; i < from.size(); ++i)
      d[i] = a[from[i]];
  });
}

/// Eight elements a repeat become eight blocks of one value each.
template <typename T>
void Brcb(const LocalTensor<T> &dst, const LocalTensor<T> &src, uint8_t repeats,
          const BrcbRepeatParams &params, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  constexpr size_t perBlock = kBlock / sizeof(T);
  Call call("Brcb", PIPE_V, where);
  call.count(repeats, 255, "repeat").in(src, repeats * 8);
  std::vector<uint32_t> to;
  for (size_t i = 0; i < repeats * 8 * perBlock; ++i) {
    size_t block = i / perBlock;
    to.push_back(uint32_t(
        (block / 8 * params.dstRepStride + block % 8 * params.dstBlkStride) *
            perBlock +
        i % perBlock));
  }
  call.outAt(dst, to);
  if (!call)
    return;
  T *d = dst.data(), *a = src.data();
  call.run([=] {
    for (size_t i = 0; i < to.size(); ++i)
      d[to[i]] = a[i / perBlock];
  });
}

/// first, first + diff, first + 2 * diff, ...
template <typename T>
void ArithProgression(const LocalTensor<T> &dst, T first, T diff, int32_t count,
                      OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("ArithProgression", PIPE_V, where);
  call.count(count).out(dst, count);
  if (!call)
    return;
  T *d = dst.data();
  call.run([=] {
    for (int32_t i = 0; i < count; ++i)
      d[i] = T(Value<T>(first) + Value<T>(diff) * i);
  });
}

template <typename T>
void CreateVecIndex(const LocalTensor<T> &dst, T first, uint32_t count,
                    OPCSIM_HERE) {
  ArithProgression<T>(dst, first, T(1), int32_t(count), where);
}

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_REARRANGE_H
