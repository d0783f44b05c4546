//===- Elementwise.h - Vector instructions, element by element *- C++ -*-===//
//
// Each in two forms: the first elements of tensors, and repeats with a mask.
// Functions are the C library's, in float, rounded once.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_ELEMENTWISE_H
#define OPC_SIM_ASCENDC_SIM_ELEMENTWISE_H

#include "Lanes.h"

namespace opcsim::ascend {

template <typename T> using Value = ComputeType<T>;
template <typename T> using Local = AscendC::LocalTensor<T>;

template <typename T, typename F>
void unary(const char *name, unsigned types, const Local<T> &dst,
           const Local<T> &src, int64_t count, std::source_location where,
           F f) {
  Call call(name, PIPE_V, where);
  checkType<T>(call, types);
  call.count(count).in(src, count).out(dst, count);
  if (!call)
    return;
  T *d = dst.data(), *a = src.data();
  call.run([=] {
    for (int64_t i = 0; i < count; ++i)
      d[i] = T(f(Value<T>(a[i])));
  });
}

template <typename T, typename F>
void unary(const char *name, unsigned types, const Local<T> &dst,
           const Local<T> &src, LaneMask mask, unsigned repeats,
           const AscendC::UnaryRepeatParams &p, std::source_location where,
           F f) {
  Call call(name, PIPE_V, where);
  checkType<T>(call, types);
  checkRepeats<T>(call, mask, repeats);
  if (!call)
    return;
  auto to = lanesOf(mask, repeats, p.dstBlkStride, p.dstRepStride, sizeof(T));
  auto from = lanesOf(mask, repeats, p.srcBlkStride, p.srcRepStride, sizeof(T));
  call.inAt(src, from).outAt(dst, to);
  if (!call)
    return;
  T *d = dst.data(), *a = src.data();
  call.run([=] {
    for (size_t i = 0; i < to.size(); ++i)
      d[to[i]] = T(f(Value<T>(a[from[i]])));
  });
}

/// `f` sees the destination's old element too; `reads` says that it uses it.
template <typename T, typename S, typename F>
void binary(const char *name, unsigned types, const Local<T> &dst,
            const Local<S> &a, const Local<S> &b, int64_t count, bool reads,
            std::source_location where, F f) {
  Call call(name, PIPE_V, where);
  checkType<S>(call, types);
  call.count(count).in(a, count).in(b, count).out(dst, count);
  if (reads)
    call.in(dst, count);
  if (!call)
    return;
  T *d = dst.data();
  S *x = a.data(), *y = b.data();
  call.run([=] {
    for (int64_t i = 0; i < count; ++i)
      d[i] = T(f(Value<S>(x[i]), Value<S>(y[i]), Value<T>(d[i])));
  });
}

template <typename T, typename S, typename F>
void binary(const char *name, unsigned types, const Local<T> &dst,
            const Local<S> &a, const Local<S> &b, LaneMask mask,
            unsigned repeats, const AscendC::BinaryRepeatParams &p, bool reads,
            std::source_location where, F f) {
  Call call(name, PIPE_V, where);
  checkType<S>(call, types);
  checkRepeats<S>(call, mask, repeats);
  if (!call)
    return;
  auto to = lanesOf(mask, repeats, p.dstBlkStride, p.dstRepStride, sizeof(T));
  auto ia = lanesOf(mask, repeats, p.src0BlkStride, p.src0RepStride, sizeof(S));
  auto ib = lanesOf(mask, repeats, p.src1BlkStride, p.src1RepStride, sizeof(S));
  call.inAt(a, ia).inAt(b, ib).outAt(dst, to);
  if (reads)
    call.inAt(dst, to);
  if (!call)
    return;
  T *d = dst.data();
  S *x = a.data(), *y = b.data();
  call.run([=] {
    for (size_t i = 0; i < to.size(); ++i)
      d[to[i]] =
          T(f(Value<S>(x[ia[i]]), Value<S>(y[ib[i]]), Value<T>(d[to[i]])));
  });
}

} // namespace opcsim::ascend

namespace AscendC {

// Name, types, what it makes of `a`.
#define OPCSIM_UNARY_OPS(X)                                                    \
  X(Exp, kFloats, std::exp(a))                                                 \
  X(Ln, kFloats, std::log(a))                                                  \
  X(Abs, kNumbers, a < 0 ? -a : a)                                             \
  X(Reciprocal, kFloats, 1 / a)                                                \
  X(Rsqrt, kFloats, 1 / std::sqrt(a))                                          \
  X(Sqrt, kFloats, std::sqrt(a))                                               \
  X(Relu, kFloats | I32, a > 0 ? a : decltype(a)(0))                           \
  X(Not, I16 | U16, ~a)

// Name, types, what it makes of `a`, `b` and the destination's `d`, and whether
// it uses `d`.
#define OPCSIM_BINARY_OPS(X)                                                   \
  X(Add, kNumbers, a + b, false)                                               \
  X(Sub, kNumbers, a - b, false)                                               \
  X(Mul, kNumbers, a *b, false)                                                \
  X(Div, kFloats, a / b, false)                                                \
  X(Max, kNumbers, a < b ? b : a, false)                                       \
  X(Min, kNumbers, b < a ? b : a, false)                                       \
  X(And, I16 | U16, a & b, false)                                              \
  X(Or, I16 | U16, a | b, false)                                               \
  X(AddRelu, kFloats | I16, a + b > 0 ? a + b : decltype(a)(0), false)         \
  X(SubRelu, kFloats | I16, a - b > 0 ? a - b : decltype(a)(0), false)

#define OPCSIM_TERNARY_OPS(X)                                                  \
  X(MulAddDst, kFloats, std::fma(a, b, d), true)                               \
  X(FusedMulAdd, kFloats, std::fma(a, d, b), true)                             \
  X(FusedMulAddRelu, kFloats, std::fmax(std::fma(a, d, b), 0), true)

// Name, types, what it makes of `a` and the scalar `s`.
#define OPCSIM_SCALAR_OPS(X)                                                   \
  X(Adds, kNumbers, a + s)                                                     \
  X(Muls, kNumbers, a *s)                                                      \
  X(Maxs, kNumbers, a < s ? s : a)                                             \
  X(Mins, kNumbers, s < a ? s : a)                                             \
  X(LeakyRelu, kFloats, a > 0 ? a : a * s)                                     \
  X(ShiftLeft, I16 | U16 | I32 | U32, a << s)                                  \
  X(ShiftRight, I16 | U16 | I32 | U32, a >> s)

#define OPCSIM_UNARY(Name, types, expression)                                  \
  template <typename T, bool isSetMask = true>                                 \
  void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src,              \
            int32_t count, OPCSIM_HERE) {                                      \
    using namespace opcsim::ascend;                                            \
    unary(#Name, types, dst, src, int64_t(count), where,                       \
          [](auto a) { return expression; });                                  \
  }                                                                            \
  template <typename T, bool isSetMask = true>                                 \
  void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src,              \
            opcsim::ascend::LaneMask mask, uint8_t repeats,                    \
            const UnaryRepeatParams &params, OPCSIM_HERE) {                    \
    using namespace opcsim::ascend;                                            \
    unary(#Name, types, dst, src, mask, repeats, params, where,                \
          [](auto a) { return expression; });                                  \
  }

#define OPCSIM_BINARY(Name, types, expression, reads)                          \
  OPCSIM_BINARY_OF(typename T, T, Name, types, expression, reads)
/// The destination may be of another type.
#define OPCSIM_TERNARY(Name, types, expression, reads)                         \
  OPCSIM_BINARY_OF(OPCSIM_TWO_TYPES, S, Name, types, expression, reads)
#define OPCSIM_TWO_TYPES typename T, typename S

#define OPCSIM_BINARY_OF(Types, S, Name, types, expression, reads)             \
  template <Types, bool isSetMask = true>                                      \
  void Name(const LocalTensor<T> &dst, const LocalTensor<S> &src0,             \
            const LocalTensor<S> &src1, int32_t count, OPCSIM_HERE) {          \
    using namespace opcsim::ascend;                                            \
    binary(#Name, types, dst, src0, src1, int64_t(count), reads, where,        \
           []([[maybe_unused]] auto a, auto b, [[maybe_unused]] auto d) {      \
             return expression;                                                \
           });                                                                 \
  }                                                                            \
  template <Types, bool isSetMask = true>                                      \
  void Name(const LocalTensor<T> &dst, const LocalTensor<S> &src0,             \
            const LocalTensor<S> &src1, opcsim::ascend::LaneMask mask,         \
            uint8_t repeats, const BinaryRepeatParams &params, OPCSIM_HERE) {  \
    using namespace opcsim::ascend;                                            \
    binary(#Name, types, dst, src0, src1, mask, repeats, params, reads, where, \
           []([[maybe_unused]] auto a, auto b, [[maybe_unused]] auto d) {      \
             return expression;                                                \
           });                                                                 \
  }

#define OPCSIM_SCALAR(Name, types, expression)                                 \
  template <typename T, typename U, bool isSetMask = true>                     \
  void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, U scalar,    \
            int32_t count, OPCSIM_HERE) {                                      \
    using namespace opcsim::ascend;                                            \
    auto s = static_cast<Value<T>>(static_cast<T>(scalar));                    \
    unary(#Name, types, dst, src, int64_t(count), where,                       \
          [s](auto a) { return expression; });                                 \
  }                                                                            \
  template <typename T, typename U, bool isSetMask = true>                     \
  void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src, U scalar,    \
            opcsim::ascend::LaneMask mask, uint8_t repeats,                    \
            const UnaryRepeatParams &params, OPCSIM_HERE) {                    \
    using namespace opcsim::ascend;                                            \
    auto s = static_cast<Value<T>>(static_cast<T>(scalar));                    \
    unary(#Name, types, dst, src, mask, repeats, params, where,                \
          [s](auto a) { return expression; });                                 \
  }

OPCSIM_UNARY_OPS(OPCSIM_UNARY)
OPCSIM_BINARY_OPS(OPCSIM_BINARY)
OPCSIM_TERNARY_OPS(OPCSIM_TERNARY)
OPCSIM_SCALAR_OPS(OPCSIM_SCALAR)
#undef OPCSIM_UNARY
#undef OPCSIM_BINARY
#undef OPCSIM_TERNARY
#undef OPCSIM_TWO_TYPES
#undef OPCSIM_BINARY_OF
#undef OPCSIM_SCALAR

/// dst += src * scalar, fused.
template <typename T, typename S>
void Axpy(const LocalTensor<T> &dst, const LocalTensor<S> &src, S scalar,
          int32_t count, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  auto s = static_cast<Value<T>>(scalar);
  binary("Axpy", kFloats, dst, src, src, int64_t(count), true, where,
         [s](auto a, auto, auto d) { return std::fma(Value<T>(a), s, d); });
}

/// Every element is the scalar.
template <typename T, bool isSetMask = true>
void Duplicate(const LocalTensor<T> &dst, T scalar, int32_t count,
               OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("Duplicate", PIPE_V, where);
  call.count(count).out(dst, count);
  if (!call)
    return;
  T *d = dst.data();
  call.run([=] { std::fill_n(d, count, scalar); });
}

template <typename T, bool isSetMask = true>
void Duplicate(const LocalTensor<T> &dst, T scalar,
               opcsim::ascend::LaneMask mask, uint8_t repeats,
               uint16_t dstBlockStride, uint8_t dstRepeatStride, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("Duplicate", PIPE_V, where);
  checkRepeats<T>(call, mask, repeats);
  if (!call)
    return;
  auto to = lanesOf(mask, repeats, dstBlockStride, dstRepeatStride, sizeof(T));
  call.outAt(dst, to);
  if (!call)
    return;
  T *d = dst.data();
  call.run([=] {
    for (uint32_t i : to)
      d[i] = scalar;
  });
}

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_ELEMENTWISE_H
