//===- Types.h - Number types, positions, pipes, chips --------*- C++ -*-===//
//
// Names of the documented interface that kernels use as types, and the sizes of
// the chips that can be asked for with OPCSIM_CHIP (910b, 950).
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_TYPES_H
#define OPC_SIM_ASCENDC_SIM_TYPES_H

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

using half = _Float16;

/// bfloat16: the upper half of a float, rounded to nearest even.
struct bfloat16_t {
  bfloat16_t() = default;
  bfloat16_t(float value) {
    uint32_t word = std::bit_cast<uint32_t>(value);
    if (std::isnan(value))
      bits = static_cast<uint16_t>((word >> 16) | 0x40);
    else
      bits = static_cast<uint16_t>((word + 0x7fff + ((word >> 16) & 1)) >> 16);
  }
  operator float() const {
    return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  }
  uint16_t bits = 0;
};

/// Pipes of a core, in the names of the interface.
enum pipe_t {
  PIPE_S,
  PIPE_V,
  PIPE_M,
  PIPE_MTE1,
  PIPE_MTE2,
  PIPE_MTE3,
  PIPE_FIX,
  PIPE_ALL
};

using event_t = int32_t;
inline constexpr event_t EVENT_ID0 = 0, EVENT_ID1 = 1, EVENT_ID2 = 2,
                         EVENT_ID3 = 3, EVENT_ID4 = 4, EVENT_ID5 = 5,
                         EVENT_ID6 = 6, EVENT_ID7 = 7;

namespace AscendC {

using TEventID = int32_t;

/// Where a tensor lies, as kernels say it.
enum class TPosition : uint8_t {
  GM,
  A1,
  A2,
  B1,
  B2,
  C1,
  C2,
  CO1,
  CO2,
  VECIN,
  VECOUT,
  VECCALC,
  LCM = VECCALC,
  SPM,
  SHM = SPM,
  TSCM,
  C2PIPE2GM,
  MAX
};
using QuePosition = TPosition;

enum class CMPMODE : uint8_t { LT, GT, EQ, LE, GE, NE };
enum class SELMODE : uint8_t {
  VSEL_CMPMASK_SPR,
  VSEL_TENSOR_SCALAR_MODE,
  VSEL_TENSOR_TENSOR_MODE
};
enum class RoundMode : uint8_t {
  CAST_NONE,
  CAST_RINT,
  CAST_FLOOR,
  CAST_CEIL,
  CAST_ROUND,
  CAST_TRUNC,
  CAST_ODD
};
enum class ReduceOrder : uint8_t {
  ORDER_VALUE_INDEX,
  ORDER_INDEX_VALUE,
  ORDER_ONLY_VALUE,
  ORDER_ONLY_INDEX
};

template <typename T, typename U>
inline constexpr bool IsSameType_v = std::is_same_v<T, U>;
template <typename T, typename U> struct IsSameType : std::is_same<T, U> {};

} // namespace AscendC

namespace opcsim::ascend {

inline constexpr size_t kPipes = PIPE_ALL;
inline constexpr const char *kPipeNames[kPipes + 1] = {
    "S", "V", "M", "MTE1", "MTE2", "MTE3", "FIX", "ALL"};

/// Memories of a core; global memory is none of them.
enum class Space : uint8_t { UB, L1, L0A, L0B, L0C, BT, FB, GM };
inline constexpr size_t kLocalSpaces = 7;
inline constexpr const char *kSpaceNames[] = {"UB",  "L1", "L0A", "L0B",
                                              "L0C", "BT", "FB",  "GM"};

/// Sizes of a chip in bytes. `fractalA` says how fractals lie in L0A: by rows
/// of fractals ('Z') or by columns ('N').
struct Chip {
  const char *name;
  size_t size[kLocalSpaces];
  size_t reservedUB;
  unsigned cubeCores;
  unsigned vectorPerCube;
  char fractalA;
};

// The 910B keeps 8 KB and 256 bytes of its unified buffer to itself; the 950's
// L0A lies by columns of fractals (migration guide 2201 to 3510).
inline constexpr Chip kChips[] = {
    {"910b",
     {192 << 10, 512 << 10, 64 << 10, 64 << 10, 128 << 10, 1 << 10, 2 << 10},
     (8 << 10) + 256,
     24,
     2,
     'Z'},
    {"950",
     {256 << 10, 512 << 10, 64 << 10, 64 << 10, 256 << 10, 4 << 10, 4 << 10},
     (8 << 10) + 256,
     32,
     2,
     'N'},
};

/// A block of memory, the unit of alignment and of strides.
inline constexpr size_t kBlock = 32;
/// Bytes that a vector instruction works on at once.
inline constexpr size_t kRepeat = 256;
/// A fractal of the cube unit: 16 rows of 32 bytes.
inline constexpr size_t kFractal = 512;
inline constexpr size_t kRows = 16;

inline constexpr size_t divideUp(size_t a, size_t b) { return (a + b - 1) / b; }
inline constexpr size_t roundUp(size_t a, size_t b) {
  return divideUp(a, b) * b;
}

constexpr Space spaceOf(AscendC::TPosition position) {
  using P = AscendC::TPosition;
  switch (position) {
  case P::VECIN:
  case P::VECOUT:
  case P::VECCALC:
    return Space::UB;
  case P::A1:
  case P::B1:
  case P::C1:
  case P::TSCM:
  case P::SPM:
    return Space::L1;
  case P::A2:
    return Space::L0A;
  case P::B2:
    return Space::L0B;
  case P::CO1:
    return Space::L0C;
  case P::C2:
    return Space::BT;
  case P::C2PIPE2GM:
    return Space::FB;
  default:
    return Space::GM;
  }
}

/// The pipe that fills a queue at a position, and the one that empties it.
constexpr pipe_t producerOf(AscendC::TPosition position) {
  using P = AscendC::TPosition;
  switch (position) {
  case P::VECIN:
  case P::A1:
  case P::B1:
  case P::C1:
  case P::TSCM:
    return PIPE_MTE2;
  case P::A2:
  case P::B2:
  case P::C2:
    return PIPE_MTE1;
  case P::CO1:
    return PIPE_M;
  default:
    return PIPE_V;
  }
}

constexpr pipe_t consumerOf(AscendC::TPosition position) {
  using P = AscendC::TPosition;
  switch (position) {
  case P::VECOUT:
    return PIPE_MTE3;
  case P::A1:
  case P::B1:
  case P::C1:
  case P::TSCM:
    return PIPE_MTE1;
  case P::A2:
  case P::B2:
  case P::C2:
    return PIPE_M;
  case P::CO1:
    return PIPE_FIX;
  default:
    return PIPE_V;
  }
}

/// Half and bfloat16 are computed in float and rounded once: exact for one
/// sum, product or quotient (24 bits are more than 2 * 11 + 2).
template <typename T>
using ComputeType =
    std::conditional_t<std::is_same_v<T, half> || std::is_same_v<T, bfloat16_t>,
                       float, T>;

} // namespace opcsim::ascend

#endif // OPC_SIM_ASCENDC_SIM_TYPES_H
