//===- Convert.h - Cast between number types ------------------*- C++ -*-===//

#ifndef OPC_SIM_ASCENDC_SIM_CONVERT_H
#define OPC_SIM_ASCENDC_SIM_CONVERT_H

#include "Elementwise.h"

#include <limits>

namespace opcsim::ascend {

/// To an integral value, as the mode says.
inline double roundBy(AscendC::RoundMode mode, double value) {
  using Mode = AscendC::RoundMode;
  switch (mode) {
  case Mode::CAST_FLOOR:
    return std::floor(value);
  case Mode::CAST_CEIL:
    return std::ceil(value);
  case Mode::CAST_ROUND:
    return std::round(value);
  case Mode::CAST_TRUNC:
    return std::trunc(value);
  case Mode::CAST_ODD: {
    double down = std::floor(value);
    bool exact = down == value;
    return exact || std::fmod(down, 2) != 0 ? down : down + 1;
  }
  default:
    return std::nearbyint(value);
  }
}

/// Bits of the fraction, the least normal exponent and the greatest number.
struct FloatFormat {
  int fraction, leastExponent;
  double greatest;
};

template <typename T> constexpr FloatFormat formatOf() {
  if constexpr (std::is_same_v<T, half>)
    return {10, -14, 65504.0};
  else if constexpr (std::is_same_v<T, bfloat16_t>)
    return {7, -126, 0x1.fep127};
  else
    return {23, -126, 0x1.fffffep127};
}

/// Rounds to the format's numbers; too great ones become the greatest.
template <typename T> T toFormat(AscendC::RoundMode mode, double value) {
  if (!std::isfinite(value) || value == 0)
    return T(static_cast<float>(value));
  constexpr FloatFormat format = formatOf<T>();
  int exponent = std::max(std::ilogb(value), format.leastExponent);
  double unit = std::ldexp(1.0, exponent - format.fraction);
  double rounded = roundBy(mode, value / unit) * unit;
  rounded = std::fmin(std::fmax(rounded, -format.greatest), format.greatest);
  return T(static_cast<float>(rounded));
}

template <typename To, typename From>
To convert(AscendC::RoundMode mode, From from) {
  if constexpr (std::is_integral_v<To> && std::is_integral_v<From>) {
    using Limits = std::numeric_limits<To>;
    auto wide = static_cast<int64_t>(from);
    return static_cast<To>(
        std::clamp<int64_t>(wide, Limits::min(), Limits::max()));
  } else if constexpr (std::is_integral_v<To>) {
    double value = roundBy(mode, static_cast<float>(from));
    if (std::isnan(value))
      return 0;
    using Limits = std::numeric_limits<To>;
    if (value >= static_cast<double>(Limits::max()))
      return Limits::max();
    if (value <= static_cast<double>(Limits::min()))
      return Limits::min();
    return static_cast<To>(value);
  } else if constexpr (std::is_same_v<To, From>) {
    return To(static_cast<float>(roundBy(mode, static_cast<float>(from))));
  } else if constexpr (std::is_integral_v<From>) {
    return toFormat<To>(mode, static_cast<double>(from));
  } else {
    return toFormat<To>(mode, static_cast<double>(static_cast<float>(from)));
  }
}

/// Types that each type is cast to.
inline constexpr struct {
  unsigned from, to;
} kCasts[] = {
    {F32, F32 | F16 | BF16 | I16 | I32 | I64},
    {F16, F32 | I8 | U8 | I16 | I32},
    {BF16, F32 | I32},
    {I8, F16},
    {U8, F16},
    {I16, F16 | F32},
    {I32, F32 | I16 | I64},
    {I64, F32 | I32},
};

inline bool isCast(unsigned from, unsigned to) {
  for (const auto &row : kCasts)
    if (row.from == from)
      return row.to & to;
  return false;
}

template <typename To, typename From>
bool checkCast(Call &call, AscendC::RoundMode mode) {
  call.expect(isCast(typeBit<From>(), typeBit<To>()), FaultKind::Unsupported,
              "it does not take this pair of types");
  call.expect(!std::is_same_v<To, From> ||
                  mode != AscendC::RoundMode::CAST_NONE,
              FaultKind::BadArgument, "a cast to the same type wants a mode");
  return bool(call);
}

} // namespace opcsim::ascend

namespace AscendC {

template <typename To, typename From>
void Cast(const LocalTensor<To> &dst, const LocalTensor<From> &src,
          RoundMode mode, uint32_t count, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("Cast", PIPE_V, where);
  checkCast<To, From>(call, mode);
  call.count(count).in(src, count).out(dst, count);
  if (!call)
    return;
  To *d = dst.data();
  From *a = src.data();
  call.run([=] {
    // In place and wider, later elements would be overwritten: hardware reads
    // a repeat before it writes, so read all.
    std::vector<From> values(a, a + count);
    for (uint32_t i = 0; i < count; ++i)
      d[i] = convert<To>(mode, values[i]);
  });
}

template <typename To, typename From, bool isSetMask = true>
void Cast(const LocalTensor<To> &dst, const LocalTensor<From> &src,
          RoundMode mode, opcsim::ascend::LaneMask mask, uint8_t repeats,
          const UnaryRepeatParams &p, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  using Wide = std::conditional_t<(sizeof(To) > sizeof(From)), To, From>;
  Call call("Cast", PIPE_V, where);
  checkCast<To, From>(call, mode);
  checkRepeats<Wide>(call, mask, repeats);
  if (!call)
    return;
  // A repeat is as many elements as the wider type has in 256 bytes.
  auto offsets = [&](size_t size, size_t block, size_t repeat) {
    std::vector<uint32_t> result;
    for (size_t r = 0; r < repeats; ++r)
      for (size_t lane = 0; lane < kRepeat / sizeof(Wide); ++lane)
        if (mask.has(lane))
          result.push_back(uint32_t(
              (r * repeat + lane / (kBlock / size) * block) * (kBlock / size) +
              lane % (kBlock / size)));
    return result;
  };
  auto to = offsets(sizeof(To), p.dstBlkStride, p.dstRepStride);
  auto from = offsets(sizeof(From), p.srcBlkStride, p.srcRepStride);
  call.inAt(src, from).outAt(dst, to);
  if (!call)
    return;
  To *d = dst.data();
  From *a = src.data();
  call.run([=] {
    for (size_t i = 0; i < to.size(); ++i)
      d[to[i]] = convert<To>(mode, a[from[i]]);
  });
}

inline float ToFloat(bfloat16_t value) { return value; }
inline bfloat16_t ToBfloat16(float value) { return value; }

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_CONVERT_H
