//===- AscendCPrelude.cpp - helpers of emitted kernels --------------------===//
//
// Functions of numbers for the scalar unit, which has no library: what the
// compiler knows as a builtin, and what is made of that.
//
//===----------------------------------------------------------------------===//
#include "AscendC.h"

namespace opc::ascend {

const llvm::StringLiteral kPrelude = R"c(
#if defined(__clang__)
#pragma clang fp contract(off)
#endif

template <typename To, typename From> __aicore__ inline To opc_bits(From x) {
  union {
    From from;
    To to;
  } both = {x};
  return both.to;
}
__aicore__ inline float opc_bits_float(int32_t x) { return opc_bits<float>(x); }
__aicore__ inline int32_t opc_bits_int32_t(float x) { return opc_bits<int32_t>(x); }

__aicore__ inline bool opc_isnan(float x) { return x != x; }
__aicore__ inline bool opc_isinf(float x) {
  return (opc_bits<uint32_t>(x) & 0x7fffffffu) == 0x7f800000u;
}
__aicore__ inline bool opc_isfinite(float x) {
  return (opc_bits<uint32_t>(x) & 0x7f800000u) != 0x7f800000u;
}
__aicore__ inline float opc_fabs(float x) {
  return opc_bits<float>(opc_bits<uint32_t>(x) & 0x7fffffffu);
}
__aicore__ inline float opc_copysign(float x, float y) {
  return opc_bits<float>((opc_bits<uint32_t>(x) & 0x7fffffffu) |
                         (opc_bits<uint32_t>(y) & 0x80000000u));
}
__aicore__ inline float opc_fma(float x, float y, float z) { return __builtin_fmaf(x, y, z); }
__aicore__ inline float opc_sqrt(float x) { return __builtin_sqrtf(x); }
__aicore__ inline float opc_rsqrt(float x) { return 1.0f / opc_sqrt(x); }

// From 2^23 on there are only integers.
__aicore__ inline float opc_trunc(float x) {
  return opc_fabs(x) < 8388608.0f ? opc_copysign((float)(int32_t)x, x) : x;
}
__aicore__ inline float opc_floor(float x) {
  const float t = opc_trunc(x);
  return t > x ? t - 1.0f : t;
}
__aicore__ inline float opc_ceil(float x) {
  const float t = opc_trunc(x);
  return t < x ? opc_copysign(t + 1.0f, x) : t;
}
__aicore__ inline float opc_rint(float x) {
  if (!(opc_fabs(x) < 8388608.0f))
    return x;
  const float magic = opc_copysign(8388608.0f, x);
  return opc_copysign((x + magic) - magic, x);
}
__aicore__ inline float opc_round(float x) {
  const float t = opc_trunc(x);
  return opc_fabs(x - t) < 0.5f ? t : t + opc_copysign(1.0f, x);
}

// Copies of `rows` rows of `columns` elements, which begin every `pitch` in the unified
// buffer and every `stride` in global memory. One call has up to 4095 rows; gaps are in
// blocks of 32 bytes there and in bytes here.
template <typename T>
__aicore__ inline void opc_copy_in(const LocalTensor<T> &to, int64_t pitch, const GlobalTensor<T> &from,
                                   int64_t stride, int64_t rows, int64_t columns) {
  if (pitch == columns && stride == columns) {
    columns *= rows;
    rows = 1;
  }
  const uint32_t bytes = columns * sizeof(T);
  const uint32_t gap = pitch * sizeof(T) / 32 - (bytes + 31) / 32;
  for (int64_t row = 0; row < rows && columns > 0; row += 4095) {
    const uint16_t count = rows - row < 4095 ? rows - row : 4095;
    const DataCopyExtParams shape(count, bytes, (stride - columns) * sizeof(T), count > 1 ? gap : 0, 0);
    DataCopyPad(to[row * pitch], from[row * stride], shape, DataCopyPadExtParams<T>(false, 0, 0, T(0)));
  }
}
template <typename T>
__aicore__ inline void opc_copy_out(const LocalTensor<T> &from, int64_t pitch, const GlobalTensor<T> &to,
                                    int64_t stride, int64_t rows, int64_t columns) {
  if (pitch == columns && stride == columns) {
    columns *= rows;
    rows = 1;
  }
  const uint32_t bytes = columns * sizeof(T);
  const uint32_t gap = pitch * sizeof(T) / 32 - (bytes + 31) / 32;
  for (int64_t row = 0; row < rows && columns > 0; row += 4095) {
    const uint16_t count = rows - row < 4095 ? rows - row : 4095;
    const DataCopyExtParams shape(count, bytes, count > 1 ? gap : 0, (stride - columns) * sizeof(T), 0);
    DataCopyPad(to[row * stride], from[row * pitch], shape);
  }
}

// NaN wins, and -0 is below 0.
template <typename T> __aicore__ inline T opc_maximum(T x, T y) {
  if (x != x || y != y)
    return x + y;
  return x == y ? (1 / x < 0 ? y : x) : x > y ? x : y;
}
template <typename T> __aicore__ inline T opc_minimum(T x, T y) {
  if (x != x || y != y)
    return x + y;
  return x == y ? (1 / x < 0 ? x : y) : x < y ? x : y;
}
__aicore__ inline float opc_fmax(float x, float y) { return x != x || x < y ? y : x; }
__aicore__ inline float opc_fmin(float x, float y) { return x != x || y < x ? y : x; }
template <typename T> __aicore__ inline T opc_abs(T x) { return x < 0 ? -x : x; }
template <typename T> __aicore__ inline T opc_ones(T x) {
  T count = 0;
  for (uint64_t rest = sizeof(T) == 4 ? (uint32_t)x : (uint64_t)x; rest; rest &= rest - 1)
    ++count;
  return count;
}
)c";

} // namespace opc::ascend
