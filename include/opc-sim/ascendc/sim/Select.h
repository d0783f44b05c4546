//===- Select.h - Comparing and choosing ----------------------*- C++ -*-===//
//
// A comparison gives a bit an element, the first in the lowest bit of a byte.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_SELECT_H
#define OPC_SIM_ASCENDC_SIM_SELECT_H

#include "Elementwise.h"

namespace opcsim::ascend {

template <typename T> bool holds(AscendC::CMPMODE mode, T a, T b) {
  using Mode = AscendC::CMPMODE;
  switch (mode) {
  case Mode::LT:
    return a < b;
  case Mode::GT:
    return a > b;
  case Mode::EQ:
    return a == b;
  case Mode::LE:
    return a <= b;
  case Mode::GE:
    return a >= b;
  case Mode::NE:
    return a != b;
  }
  return false;
}

/// Bits of comparisons of `count` elements, which must fill repeats.
template <typename U, typename T, typename F>
void compare(const Local<U> &dst, const Local<T> &a, int64_t count, Call &call,
             F holdsAt) {
  checkType<T>(call, kFloats | I32);
  call.count(count).expect(
      count * sizeof(T) % kRepeat == 0, FaultKind::BadCount,
      say("%lld elements do not fill repeats of 256 bytes", (long long)count));
  call.in(a, count).out(dst, divideUp(count, 8));
  if (!call)
    return;
  auto *bits = reinterpret_cast<uint8_t *>(dst.data());
  call.run([=] {
    for (int64_t i = 0; i < count; ++i) {
      uint8_t bit = uint8_t(1 << (i % 8));
      bits[i / 8] = holdsAt(i) ? bits[i / 8] | bit : bits[i / 8] & ~bit;
    }
  });
}

/// `pick` gives the element where the bit is not set.
template <typename T, typename U, typename F>
void select(const Local<T> &dst, const Local<U> &mask, const Local<T> &a,
            int64_t count, Call &call, F pick) {
  checkType<T>(call, kFloats);
  call.count(count).in(mask, divideUp(count, 8 * sizeof(U))).in(a, count);
  call.out(dst, count);
  if (!call)
    return;
  T *d = dst.data(), *x = a.data();
  auto *bits = reinterpret_cast<uint8_t *>(mask.data());
  call.run([=] {
    for (int64_t i = 0; i < count; ++i)
      d[i] = (bits[i / 8] >> (i % 8)) & 1 ? x[i] : pick(i);
  });
}

} // namespace opcsim::ascend

namespace AscendC {

template <typename T, typename U>
void Compare(const LocalTensor<U> &dst, const LocalTensor<T> &src0,
             const LocalTensor<T> &src1, CMPMODE mode, uint32_t count,
             OPCSIM_HERE) {
  using namespace opcsim::ascend;
  static_assert(sizeof(U) == 1, "bits come in bytes");
  Call call("Compare", PIPE_V, where);
  call.in(src1, count);
  if (!call)
    return;
  T *a = src0.data(), *b = src1.data();
  compare(dst, src0, count, call, [=](int64_t i) {
    return holds(mode, Value<T>(a[i]), Value<T>(b[i]));
  });
}

template <typename T, typename U>
void CompareScalar(const LocalTensor<U> &dst, const LocalTensor<T> &src0,
                   T scalar, CMPMODE mode, uint32_t count, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  static_assert(sizeof(U) == 1, "bits come in bytes");
  Call call("CompareScalar", PIPE_V, where);
  T *a = src0.data();
  compare(dst, src0, count, call, [=](int64_t i) {
    return holds(mode, Value<T>(a[i]), Value<T>(scalar));
  });
}

/// The name of newer versions.
template <typename T, typename U>
void Compares(const LocalTensor<U> &dst, const LocalTensor<T> &src0, T scalar,
              CMPMODE mode, uint32_t count, OPCSIM_HERE) {
  CompareScalar(dst, src0, scalar, mode, count, where);
}

template <typename T, typename U>
void Select(const LocalTensor<T> &dst, const LocalTensor<U> &mask,
            const LocalTensor<T> &src0, const LocalTensor<T> &src1,
            SELMODE mode, uint32_t count, OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("Select", PIPE_V, where);
  call.expect(mode != SELMODE::VSEL_TENSOR_SCALAR_MODE,
              opcsim::FaultKind::BadArgument,
              "this mode takes a scalar, not a second tensor");
  call.in(src1, count);
  if (!call)
    return;
  T *b = src1.data();
  select(dst, mask, src0, count, call, [=](int64_t i) { return b[i]; });
}

template <typename T, typename U>
void Select(const LocalTensor<T> &dst, const LocalTensor<U> &mask,
            const LocalTensor<T> &src0, T scalar, SELMODE mode, uint32_t count,
            OPCSIM_HERE) {
  using namespace opcsim::ascend;
  Call call("Select", PIPE_V, where);
  call.expect(mode == SELMODE::VSEL_TENSOR_SCALAR_MODE,
              opcsim::FaultKind::BadArgument,
              "this mode takes a second tensor, not a scalar");
  select(dst, mask, src0, count, call, [=](int64_t) { return scalar; });
}

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_SELECT_H
