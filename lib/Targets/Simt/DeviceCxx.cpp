//===- DeviceCxx.cpp - C++ with qualifiers for devices --------------------===//
#include "opc/Targets/Simt/GridSpelling.h"

namespace opc::simt {

static constexpr llvm::StringLiteral kPrelude = R"c(
#if defined(__clang__)
#pragma clang fp contract(off)
#endif

// The bits of a value as another type.
template <typename To, typename From>
static __device__ inline To opc_bits(From x) {
  static_assert(sizeof(To) == sizeof(From), "as many bits");
  union { From from; To to; } both = {x};
  return both.to;
}

// NaN wins, and -0 is below 0.
template <typename T> static __device__ inline T opc_maximum(T x, T y) {
  return x != x || y != y ? x + y : x == y ? (T(1) / x < 0 ? y : x) : x > y ? x : y;
}
template <typename T> static __device__ inline T opc_minimum(T x, T y) {
  return x != x || y != y ? x + y : x == y ? (T(1) / x < 0 ? x : y) : x < y ? x : y;
}

template <typename T> static __device__ inline T opc_ones(T x) {
  T count = 0;
  for (unsigned i = 0; i < 8 * sizeof(T); ++i)
    count += (T)((x >> i) & 1);
  return count;
}
template <typename T> static __device__ inline T opc_leading_zeros(T x) {
  T count = 0;
  for (int i = 8 * (int)sizeof(T) - 1; i >= 0 && !((x >> i) & 1); --i)
    ++count;
  return count;
}
template <typename T> static __device__ inline T opc_trailing_zeros(T x) {
  return opc_ones((T)(~x & (x - 1)));
}

// Lanes that one item works on.
template <typename T, int N> struct alignas(N * sizeof(T)) opc_vector {
  T lanes[N];
  template <typename... Values>
  static __device__ inline opc_vector of(T first, Values... others) {
    opc_vector v = {{first, T(others)...}};
    if (sizeof...(others) == 0)
      for (int i = 1; i < N; ++i)
        v.lanes[i] = first;
    return v;
  }
};
typedef opc_vector<float, 4> opc_float4;
typedef opc_vector<int, 4> opc_int4;

#define OPC_LANES(R, T, HEAD, BODY) \
  template <int N> static __device__ inline opc_vector<R, N> HEAD { \
    opc_vector<R, N> r; \
    for (int i = 0; i < N; ++i) \
      r.lanes[i] = BODY; \
    return r; \
  }
#define OPC_INFIX(R, T, SIGN) \
  OPC_LANES(R, T, operator SIGN(opc_vector<T, N> x, opc_vector<T, N> y), x.lanes[i] SIGN y.lanes[i])
#define OPC_COMPARE(T, SIGN) \
  OPC_LANES(int, T, operator SIGN(opc_vector<T, N> x, opc_vector<T, N> y), -(x.lanes[i] SIGN y.lanes[i]))
#define OPC_UNARY(NAME) \
  OPC_LANES(float, float, NAME(opc_vector<float, N> x), NAME(x.lanes[i]))
#define OPC_BINARY(NAME) \
  OPC_LANES(float, float, NAME(opc_vector<float, N> x, opc_vector<float, N> y), NAME(x.lanes[i], y.lanes[i]))
OPC_INFIX(float, float, +)
OPC_INFIX(float, float, -)
OPC_INFIX(float, float, *)
OPC_INFIX(float, float, /)
OPC_INFIX(int, int, +)
OPC_INFIX(int, int, -)
OPC_INFIX(int, int, &)
OPC_INFIX(int, int, |)
OPC_INFIX(int, int, ^)
OPC_INFIX(int, int, <<)
OPC_INFIX(int, int, >>)
OPC_COMPARE(float, <)
OPC_COMPARE(float, <=)
OPC_COMPARE(float, >)
OPC_COMPARE(float, >=)
OPC_COMPARE(float, ==)
OPC_COMPARE(float, !=)
OPC_COMPARE(int, <)
OPC_COMPARE(int, ==)
OPC_UNARY(fabs)
OPC_UNARY(ceil)
OPC_UNARY(floor)
OPC_UNARY(rint)
OPC_UNARY(sqrt)
OPC_UNARY(trunc)
OPC_BINARY(copysign)
OPC_BINARY(fmax)
OPC_BINARY(fmin)
OPC_BINARY(opc_maximum)
OPC_BINARY(opc_minimum)
OPC_LANES(float, float, fma(opc_vector<float, N> x, opc_vector<float, N> y, opc_vector<float, N> z), fma(x.lanes[i], y.lanes[i], z.lanes[i]))
OPC_LANES(float, float, opc_select(opc_vector<int, N> which, opc_vector<float, N> x, opc_vector<float, N> y), which.lanes[i] ? x.lanes[i] : y.lanes[i])
OPC_LANES(int, int, opc_select(opc_vector<int, N> which, opc_vector<int, N> x, opc_vector<int, N> y), which.lanes[i] ? x.lanes[i] : y.lanes[i])
OPC_LANES(int, int, opc_shift_right(opc_vector<int, N> x, opc_vector<int, N> y), (int)((unsigned)x.lanes[i] >> y.lanes[i]))
OPC_LANES(int, float, opc_truncated(opc_vector<float, N> x), (int)x.lanes[i])
OPC_LANES(float, int, opc_rounded(opc_vector<int, N> x), (float)x.lanes[i])
#define opc_convert_opc_int4(x) opc_truncated(x)
#define opc_convert_opc_float4(x) opc_rounded(x)

template <int N, typename T>
static __device__ inline opc_vector<T, N> opc_load(const T *from) {
  opc_vector<T, N> v;
  for (int i = 0; i < N; ++i)
    v.lanes[i] = from[i];
  return v;
}
template <int N, typename T>
static __device__ inline void opc_store(opc_vector<T, N> v, T *to) {
  for (int i = 0; i < N; ++i)
    to[i] = v.lanes[i];
}
)c";

const GridSpelling kDeviceCxx = {
    .c = {.language = "",
          .suffix = "",
          .header = "",
          .prelude = kPrelude,
          .function = "static __device__ inline",
          .integers = {{"signed char", "short", "int", "long long"}},
          .unsignedIntegers = {{"unsigned char", "unsigned short", "unsigned",
                                "unsigned long long"}},
          .longSuffix = "LL",
          .vectorType = "opc_{0}{1}",
          .bits = "opc_bits<{0}>({1})",
          .splat = "{0}::of({1})",
          .lane = "{0}.lanes[{1}]",
          .vectorLoad = "opc_load<{0}>({1})",
          .vectorStore = "opc_store<{0}>({2}, {1})",
          .exchange = "(long long)atomicExch((unsigned long long *)({0}), "
                      "(unsigned long long)({1}))"},
    .kernel = "extern \"C\" __global__ void",
    .group = "__launch_bounds__({0})",
    .global = "",
    .alone = "__restrict__ ",
    .shared = "alignas(16) __shared__ ",
    .item = "(long long)threadIdx.x",
    .itsGroup = "(long long)blockIdx.x",
    .groups = "(long long)gridDim.x",
    .barrier = "__syncthreads()",
};

} // namespace opc::simt
