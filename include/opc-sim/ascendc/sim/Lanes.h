//===- Lanes.h - Which elements a vector instruction touches --*- C++ -*-===//
//
// The first elements of a tensor, or by repeats: each takes 8 blocks of 32
// bytes, some lanes of them, with strides in blocks between blocks and between
// repeats.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_LANES_H
#define OPC_SIM_ASCENDC_SIM_LANES_H

#include "Call.h"

namespace AscendC {

struct UnaryRepeatParams {
  UnaryRepeatParams() = default;
  UnaryRepeatParams(uint16_t dstBlk, uint16_t srcBlk, uint8_t dstRep,
                    uint8_t srcRep)
      : dstBlkStride(dstBlk), srcBlkStride(srcBlk), dstRepStride(dstRep),
        srcRepStride(srcRep) {}
  uint16_t dstBlkStride = 1, srcBlkStride = 1;
  uint16_t dstRepStride = 8, srcRepStride = 8;
};

struct BinaryRepeatParams {
  BinaryRepeatParams() = default;
  BinaryRepeatParams(uint8_t dstBlk, uint8_t src0Blk, uint8_t src1Blk,
                     uint8_t dstRep, uint8_t src0Rep, uint8_t src1Rep)
      : dstBlkStride(dstBlk), src0BlkStride(src0Blk), src1BlkStride(src1Blk),
        dstRepStride(dstRep), src0RepStride(src0Rep), src1RepStride(src1Rep) {}
  uint8_t dstBlkStride = 1, src0BlkStride = 1, src1BlkStride = 1;
  uint8_t dstRepStride = 8, src0RepStride = 8, src1RepStride = 8;
};

} // namespace AscendC

namespace opcsim::ascend {

/// The lanes of a repeat that take part: the first `count`, or those whose bits
/// are set.
struct LaneMask {
  LaneMask(uint64_t count) : count(count) {}
  LaneMask(const uint64_t *bits) : bits(bits) {}

  bool has(size_t lane) const {
    return bits ? (bits[lane / 64] >> (lane % 64)) & 1 : lane < count;
  }

  uint64_t count = 0;
  const uint64_t *bits = nullptr;
};

/// Offsets of the elements, of `elementSize` bytes each, that are touched.
inline std::vector<uint32_t> lanesOf(const LaneMask &mask, unsigned repeats,
                                     size_t blockStride, size_t repeatStride,
                                     size_t elementSize) {
  std::vector<uint32_t> offsets;
  size_t perBlock = kBlock / elementSize;
  size_t lanes = kRepeat / elementSize;
  for (size_t repeat = 0; repeat < repeats; ++repeat)
    for (size_t lane = 0; lane < lanes; ++lane)
      if (mask.has(lane))
        offsets.push_back(static_cast<uint32_t>(
            (repeat * repeatStride + lane / perBlock * blockStride) * perBlock +
            lane % perBlock));
  return offsets;
}

/// A mask counts what fits into a repeat, and repeats are 1 to 255.
template <typename T>
void checkRepeats(Call &call, const LaneMask &mask, unsigned repeats) {
  call.count(repeats, 255, "repeat");
  if (!mask.bits)
    call.count(static_cast<int64_t>(mask.count), kRepeat / sizeof(T), "mask");
}

/// Types that an operation takes, as bits.
enum TypeBit : unsigned {
  F32 = 1,
  F16 = 2,
  BF16 = 4,
  I8 = 8,
  U8 = 16,
  I16 = 32,
  U16 = 64,
  I32 = 128,
  U32 = 256,
  I64 = 512,
  U64 = 1024
};

template <typename T> constexpr unsigned typeBit() {
  if constexpr (std::is_same_v<T, float>)
    return F32;
  else if constexpr (std::is_same_v<T, half>)
    return F16;
  else if constexpr (std::is_same_v<T, bfloat16_t>)
    return BF16;
  else if constexpr (std::is_signed_v<T>)
    return sizeof(T) == 1   ? I8
           : sizeof(T) == 2 ? I16
           : sizeof(T) == 4 ? I32
                            : I64;
  else
    return sizeof(T) == 1   ? U8
           : sizeof(T) == 2 ? U16
           : sizeof(T) == 4 ? U32
                            : U64;
}

inline constexpr unsigned kFloats = F32 | F16;
inline constexpr unsigned kNumbers = kFloats | I16 | I32;

/// The 950's vector unit computes in bfloat16 too.
template <typename T> void checkType(Call &call, unsigned types) {
  if ((types & F16) && call.core.chip.fractalA == 'N')
    types |= BF16;
  call.expect(types & typeBit<T>(), FaultKind::Unsupported,
              "it does not take this type of elements");
}

} // namespace opcsim::ascend

#endif // OPC_SIM_ASCENDC_SIM_LANES_H
