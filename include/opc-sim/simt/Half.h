//===- Half.h - half, bfloat16 and their pairs ------------------*- C++ -*-===//
//
// Arithmetic rounds each result to the type, as the devices do.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_HALF_H
#define OPC_SIM_SIMT_HALF_H

#include "Math.h"

namespace opcsim::simt {

struct HalfFormat {
  using Storage = _Float16;
  static constexpr float widen(Storage x) { return static_cast<float>(x); }
  static constexpr Storage round(float x) { return static_cast<Storage>(x); }
};

/// The upper half of a float.
struct BFloatFormat {
  using Storage = uint16_t;
  static constexpr float widen(Storage x) {
    return std::bit_cast<float>(uint32_t{x} << 16);
  }
  /// To nearest, ties to even; a NaN stays one.
  static constexpr Storage round(float x) {
    auto bits = std::bit_cast<uint32_t>(x);
    if (x != x)
      return static_cast<Storage>(bits >> 16 | 0x40);
    return static_cast<Storage>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
};

/// Rounded to odd, after which a second rounding, to fewer bits, gives what one
/// rounding would (Boldo, Melquiond 2008).
constexpr float oddFloat(double x) {
  auto nearest = static_cast<float>(x);
  auto bits = std::bit_cast<uint32_t>(nearest);
  double back = nearest;
  if (back == x || back != back || back - back != 0)
    return nearest;
  bool isLarger = (back > x) == (back > 0);
  return std::bit_cast<float>((isLarger && back != 0 ? bits - 1 : bits) | 1);
}

/// A floating-point type of 16 bits.
template <class Format> struct Small {
  typename Format::Storage value;

  Small() = default;
  OPCSIM_ALWAYS_INLINE constexpr Small(float other)
      : value(Format::round(other)) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  OPCSIM_ALWAYS_INLINE constexpr Small(T other)
      : Small(oddFloat(static_cast<double>(other))) {}
  OPCSIM_ALWAYS_INLINE constexpr operator float() const {
    return Format::widen(value);
  }

#define OPCSIM_ARITHMETIC(op)                                                  \
  friend OPCSIM_ALWAYS_INLINE Small operator op(Small a, Small b) {            \
    return Small(float(a) op float(b));                                        \
  }                                                                            \
  OPCSIM_ALWAYS_INLINE Small &operator op## = (Small other) {                  \
    return *this = *this op other;                                             \
  }
#define OPCSIM_COMPARISON(op)                                                  \
  friend OPCSIM_ALWAYS_INLINE bool operator op(Small a, Small b) {             \
    return float(a) op float(b);                                               \
  }
  OPCSIM_ARITHMETIC(+)
  OPCSIM_ARITHMETIC(-)
  OPCSIM_ARITHMETIC(*)
  OPCSIM_ARITHMETIC(/)
  OPCSIM_COMPARISON(==)
  OPCSIM_COMPARISON(!=)
  OPCSIM_COMPARISON(<)
  OPCSIM_COMPARISON(<=)
  OPCSIM_COMPARISON(>)
  OPCSIM_COMPARISON(>=)
#undef OPCSIM_ARITHMETIC
#undef OPCSIM_COMPARISON
  OPCSIM_ALWAYS_INLINE Small operator-() const { return Small(-float(*this)); }
  OPCSIM_ALWAYS_INLINE Small operator+() const { return *this; }
};

template <class T> struct alignas(4) Pair {
  T x, y;

  Pair() = default;
  OPCSIM_ALWAYS_INLINE Pair(T x, T y) : x(x), y(y) {}

#define OPCSIM_ARITHMETIC(op)                                                  \
  friend OPCSIM_ALWAYS_INLINE Pair operator op(Pair a, Pair b) {               \
    return {a.x op b.x, a.y op b.y};                                           \
  }
  OPCSIM_ARITHMETIC(+)
  OPCSIM_ARITHMETIC(-)
  OPCSIM_ARITHMETIC(*)
  OPCSIM_ARITHMETIC(/)
#undef OPCSIM_ARITHMETIC
};

/// One rounding, of the exact product and sum. The product is exact in double;
/// the sum is rounded to odd there.
template <class Format>
Small<Format> fused(Small<Format> a, Small<Format> b, Small<Format> c) {
  double product =
      static_cast<double>(float(a)) * static_cast<double>(float(b));
  double addend = float(c), sum = product + addend;
  double part = sum - product;
  double error = (product - (sum - part)) + (addend - part);
  auto bits = std::bit_cast<uint64_t>(sum);
  if (std::isfinite(sum) && error != 0 && bits % 2 == 0)
    bits += (error > 0) == (sum > 0) ? 1 : -1;
  return Small<Format>(oddFloat(std::bit_cast<double>(bits)));
}

} // namespace opcsim::simt

using __half = opcsim::simt::Small<opcsim::simt::HalfFormat>;
using half = __half;
using __half2 = opcsim::simt::Pair<__half>;
using half2 = __half2;

namespace opcsim::simt {
using BFloat = Small<BFloatFormat>;
using BFloat2 = Pair<BFloat>;
} // namespace opcsim::simt

// Functions of both types: the prefix h, and pairs of lanes.
#define OPCSIM_SMALL(type, pair)                                               \
  OPCSIM_ALWAYS_INLINE type __hadd(type a, type b) { return a + b; }           \
  OPCSIM_ALWAYS_INLINE type __hsub(type a, type b) { return a - b; }           \
  OPCSIM_ALWAYS_INLINE type __hmul(type a, type b) { return a * b; }           \
  OPCSIM_ALWAYS_INLINE type __hdiv(type a, type b) { return a / b; }           \
  OPCSIM_ALWAYS_INLINE type __hneg(type a) { return -a; }                      \
  OPCSIM_ALWAYS_INLINE type __habs(type a) { return a < type(0) ? -a : a; }    \
  OPCSIM_ALWAYS_INLINE type __hmax(type a, type b) {                           \
    return type(fmaxf(float(a), float(b)));                                    \
  }                                                                            \
  OPCSIM_ALWAYS_INLINE type __hmin(type a, type b) {                           \
    return type(fminf(float(a), float(b)));                                    \
  }                                                                            \
  OPCSIM_ALWAYS_INLINE type __hfma(type a, type b, type c) {                   \
    return opcsim::simt::fused(a, b, c);                                       \
  }                                                                            \
  OPCSIM_ALWAYS_INLINE bool __hlt(type a, type b) { return a < b; }            \
  OPCSIM_ALWAYS_INLINE bool __hgt(type a, type b) { return a > b; }            \
  OPCSIM_ALWAYS_INLINE bool __hle(type a, type b) { return a <= b; }           \
  OPCSIM_ALWAYS_INLINE bool __hge(type a, type b) { return a >= b; }           \
  OPCSIM_ALWAYS_INLINE bool __heq(type a, type b) { return a == b; }           \
  OPCSIM_ALWAYS_INLINE bool __hne(type a, type b) { return a != b; }           \
  OPCSIM_ALWAYS_INLINE bool __hisnan(type a) { return a != a; }                \
  OPCSIM_ALWAYS_INLINE type hexp(type a) { return type(expf(float(a))); }      \
  OPCSIM_ALWAYS_INLINE type hlog(type a) { return type(logf(float(a))); }      \
  OPCSIM_ALWAYS_INLINE type hsqrt(type a) { return type(sqrtf(float(a))); }    \
  OPCSIM_ALWAYS_INLINE type hrsqrt(type a) { return type(rsqrtf(float(a))); }  \
  OPCSIM_ALWAYS_INLINE type hrcp(type a) { return type(1.0f / float(a)); }     \
  OPCSIM_ALWAYS_INLINE type hsin(type a) { return type(sinf(float(a))); }      \
  OPCSIM_ALWAYS_INLINE type hcos(type a) { return type(cosf(float(a))); }      \
  OPCSIM_ALWAYS_INLINE type hceil(type a) { return type(ceilf(float(a))); }    \
  OPCSIM_ALWAYS_INLINE type hfloor(type a) { return type(floorf(float(a))); }  \
  OPCSIM_ALWAYS_INLINE pair __hadd2(pair a, pair b) { return a + b; }          \
  OPCSIM_ALWAYS_INLINE pair __hsub2(pair a, pair b) { return a - b; }          \
  OPCSIM_ALWAYS_INLINE pair __hmul2(pair a, pair b) { return a * b; }          \
  OPCSIM_ALWAYS_INLINE pair __h2div(pair a, pair b) { return a / b; }          \
  OPCSIM_ALWAYS_INLINE pair __hfma2(pair a, pair b, pair c) {                  \
    return {__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y)};                     \
  }                                                                            \
  OPCSIM_ALWAYS_INLINE pair __hmax2(pair a, pair b) {                          \
    return {__hmax(a.x, b.x), __hmax(a.y, b.y)};                               \
  }                                                                            \
  OPCSIM_ALWAYS_INLINE pair h2exp(pair a) { return {hexp(a.x), hexp(a.y)}; }   \
  OPCSIM_ALWAYS_INLINE pair h2rcp(pair a) { return {hrcp(a.x), hrcp(a.y)}; }

OPCSIM_SMALL(__half, __half2)
OPCSIM_SMALL(opcsim::simt::BFloat, opcsim::simt::BFloat2)

#undef OPCSIM_SMALL

OPCSIM_ALWAYS_INLINE __half __float2half(float x) { return __half(x); }
OPCSIM_ALWAYS_INLINE __half __float2half_rn(float x) { return __half(x); }
OPCSIM_ALWAYS_INLINE float __half2float(__half x) { return float(x); }
OPCSIM_ALWAYS_INLINE __half2 make_half2(__half x, __half y) { return {x, y}; }
OPCSIM_ALWAYS_INLINE __half2 __halves2half2(__half x, __half y) {
  return {x, y};
}
OPCSIM_ALWAYS_INLINE __half2 __half2half2(__half x) { return {x, x}; }
OPCSIM_ALWAYS_INLINE __half2 __float2half2_rn(float x) {
  return {__half(x), __half(x)};
}
OPCSIM_ALWAYS_INLINE __half2 __floats2half2_rn(float x, float y) {
  return {__half(x), __half(y)};
}
OPCSIM_ALWAYS_INLINE __half2 __float22half2_rn(float2 v) {
  return {__half(v.x), __half(v.y)};
}
OPCSIM_ALWAYS_INLINE float2 __half22float2(__half2 v) {
  return {float(v.x), float(v.y)};
}
OPCSIM_ALWAYS_INLINE __half __low2half(__half2 v) { return v.x; }
OPCSIM_ALWAYS_INLINE __half __high2half(__half2 v) { return v.y; }
OPCSIM_ALWAYS_INLINE float __low2float(__half2 v) { return float(v.x); }
OPCSIM_ALWAYS_INLINE float __high2float(__half2 v) { return float(v.y); }
OPCSIM_ALWAYS_INLINE unsigned short __half_as_ushort(__half x) {
  return std::bit_cast<unsigned short>(x);
}
OPCSIM_ALWAYS_INLINE __half __ushort_as_half(unsigned short x) {
  return std::bit_cast<__half>(x);
}
OPCSIM_ALWAYS_INLINE __half __int2half_rn(int x) { return __half(x); }
OPCSIM_ALWAYS_INLINE int __half2int_rn(__half x) {
  return static_cast<int>(nearbyintf(float(x)));
}

OPCSIM_ALWAYS_INLINE opcsim::simt::BFloat __float2bfloat16(float x) {
  return opcsim::simt::BFloat(x);
}
OPCSIM_ALWAYS_INLINE opcsim::simt::BFloat __float2bfloat16_rn(float x) {
  return opcsim::simt::BFloat(x);
}
OPCSIM_ALWAYS_INLINE float __bfloat162float(opcsim::simt::BFloat x) {
  return float(x);
}
OPCSIM_ALWAYS_INLINE opcsim::simt::BFloat2 __floats2bfloat162_rn(float x,
                                                                 float y) {
  return {opcsim::simt::BFloat(x), opcsim::simt::BFloat(y)};
}
OPCSIM_ALWAYS_INLINE float2 __bfloat1622float2(opcsim::simt::BFloat2 v) {
  return {float(v.x), float(v.y)};
}

#endif // OPC_SIM_SIMT_HALF_H
