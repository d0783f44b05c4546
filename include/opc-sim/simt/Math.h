//===- Math.h - Mathematical functions of kernels ---------------*- C++ -*-===//
//
// Those of the C library are taken as they are: results are exact to its last
// digit, which a device's need not be. The fast ones (__expf) are the same.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_MATH_H
#define OPC_SIM_SIMT_MATH_H

#include "Types.h"

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <type_traits>
// Functions of float under their names without std::, as devices have them.
#include <math.h>

#define OPCSIM_FAST1(name, expression)                                         \
  OPCSIM_ALWAYS_INLINE float name(float x) { return expression; }
#define OPCSIM_FAST2(name, expression)                                         \
  OPCSIM_ALWAYS_INLINE float name(float x, float y) { return expression; }

OPCSIM_FAST1(__expf, expf(x))
OPCSIM_FAST1(__exp10f, exp10f(x))
OPCSIM_FAST1(__logf, logf(x))
OPCSIM_FAST1(__log2f, log2f(x))
OPCSIM_FAST1(__log10f, log10f(x))
OPCSIM_FAST1(__sinf, sinf(x))
OPCSIM_FAST1(__cosf, cosf(x))
OPCSIM_FAST1(__tanf, tanf(x))
OPCSIM_FAST1(__fsqrt_rn, sqrtf(x))
OPCSIM_FAST1(__frcp_rn, 1.0f / x)
OPCSIM_FAST1(__frsqrt_rn, 1.0f / sqrtf(x))
OPCSIM_FAST1(__saturatef, x >= 0.0f ? (x > 1.0f ? 1.0f : x) : 0.0f)
OPCSIM_FAST1(rsqrtf, static_cast<float>(1.0 / sqrt(static_cast<double>(x))))
OPCSIM_FAST1(rcbrtf, 1.0f / cbrtf(x))
OPCSIM_FAST1(normcdff, 0.5f * erfcf(-x * 0.70710678118654752f))
OPCSIM_FAST1(sinpif, static_cast<float>(sin(M_PI *static_cast<double>(x))))
OPCSIM_FAST1(cospif, static_cast<float>(cos(M_PI *static_cast<double>(x))))
OPCSIM_FAST2(__powf, powf(x, y))
OPCSIM_FAST2(__fdividef, x / y)
OPCSIM_FAST2(fdividef, x / y)
OPCSIM_FAST2(__fadd_rn, x + y)
OPCSIM_FAST2(__fsub_rn, x - y)
OPCSIM_FAST2(__fmul_rn, x *y)
OPCSIM_FAST2(__fdiv_rn, x / y)

#undef OPCSIM_FAST1
#undef OPCSIM_FAST2

OPCSIM_ALWAYS_INLINE float __fmaf_rn(float x, float y, float z) {
  return fmaf(x, y, z);
}
OPCSIM_ALWAYS_INLINE double __fma_rn(double x, double y, double z) {
  return fma(x, y, z);
}
OPCSIM_ALWAYS_INLINE double rsqrt(double x) { return 1.0 / sqrt(x); }
OPCSIM_ALWAYS_INLINE float rsqrt(float x) { return rsqrtf(x); }
OPCSIM_ALWAYS_INLINE void __sincosf(float x, float *s, float *c) {
  *s = sinf(x);
  *c = cosf(x);
}

// min and max take what C++ converts to a common type.
template <class A, class B>
  requires(std::is_arithmetic_v<A> && std::is_arithmetic_v<B>)
OPCSIM_ALWAYS_INLINE std::common_type_t<A, B> min(A a, B b) {
  using T = std::common_type_t<A, B>;
  if constexpr (std::is_floating_point_v<T>)
    return std::fmin(static_cast<T>(a), static_cast<T>(b));
  return static_cast<T>(a) < static_cast<T>(b) ? static_cast<T>(a)
                                               : static_cast<T>(b);
}
template <class A, class B>
  requires(std::is_arithmetic_v<A> && std::is_arithmetic_v<B>)
OPCSIM_ALWAYS_INLINE std::common_type_t<A, B> max(A a, B b) {
  using T = std::common_type_t<A, B>;
  if constexpr (std::is_floating_point_v<T>)
    return std::fmax(static_cast<T>(a), static_cast<T>(b));
  return static_cast<T>(a) < static_cast<T>(b) ? static_cast<T>(b)
                                               : static_cast<T>(a);
}

// Integers.
OPCSIM_ALWAYS_INLINE int __popc(unsigned x) { return std::popcount(x); }
OPCSIM_ALWAYS_INLINE int __popcll(unsigned long long x) {
  return std::popcount(x);
}
OPCSIM_ALWAYS_INLINE int __clz(int x) {
  return std::countl_zero(static_cast<unsigned>(x));
}
OPCSIM_ALWAYS_INLINE int __clzll(long long x) {
  return std::countl_zero(static_cast<unsigned long long>(x));
}
OPCSIM_ALWAYS_INLINE int __ffs(int x) { return __builtin_ffs(x); }
OPCSIM_ALWAYS_INLINE int __ffsll(long long x) { return __builtin_ffsll(x); }
OPCSIM_ALWAYS_INLINE unsigned __brev(unsigned x) {
  return __builtin_bitreverse32(x);
}
OPCSIM_ALWAYS_INLINE int __mul24(int x, int y) {
  return ((x << 8) >> 8) * ((y << 8) >> 8);
}
OPCSIM_ALWAYS_INLINE int __mulhi(int x, int y) {
  return static_cast<int>((static_cast<long long>(x) * y) >> 32);
}
OPCSIM_ALWAYS_INLINE unsigned __umulhi(unsigned x, unsigned y) {
  return static_cast<unsigned>((static_cast<unsigned long long>(x) * y) >> 32);
}

// Bits of one type as another.
OPCSIM_ALWAYS_INLINE int __float_as_int(float x) {
  return std::bit_cast<int>(x);
}
OPCSIM_ALWAYS_INLINE unsigned __float_as_uint(float x) {
  return std::bit_cast<unsigned>(x);
}
OPCSIM_ALWAYS_INLINE float __int_as_float(int x) {
  return std::bit_cast<float>(x);
}
OPCSIM_ALWAYS_INLINE float __uint_as_float(unsigned x) {
  return std::bit_cast<float>(x);
}
OPCSIM_ALWAYS_INLINE long long __double_as_longlong(double x) {
  return std::bit_cast<long long>(x);
}
OPCSIM_ALWAYS_INLINE double __longlong_as_double(long long x) {
  return std::bit_cast<double>(x);
}

// Conversions, by the rounding in the name.
OPCSIM_ALWAYS_INLINE int __float2int_rn(float x) {
  return static_cast<int>(nearbyintf(x));
}
OPCSIM_ALWAYS_INLINE int __float2int_rz(float x) { return static_cast<int>(x); }
OPCSIM_ALWAYS_INLINE int __float2int_rd(float x) {
  return static_cast<int>(floorf(x));
}
OPCSIM_ALWAYS_INLINE int __float2int_ru(float x) {
  return static_cast<int>(ceilf(x));
}
OPCSIM_ALWAYS_INLINE float __int2float_rn(int x) {
  return static_cast<float>(x);
}

/// A load through a cache for what no one writes.
template <class T> OPCSIM_ALWAYS_INLINE T __ldg(const T *address) {
  return *address;
}

#endif // OPC_SIM_SIMT_MATH_H
