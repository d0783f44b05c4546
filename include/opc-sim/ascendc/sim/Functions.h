//===- Functions.h - Functions of the library on vectors ------*- C++ -*-===//
//
// Those that the documentation makes of vector instructions. Here each is one
// operation, exact to the rounding of its result.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_FUNCTIONS_H
#define OPC_SIM_ASCENDC_SIM_FUNCTIONS_H

#include "Elementwise.h"

namespace AscendC {

// Functions of the library: name, what they make of `a`.
#define OPCSIM_MATH_OPS(X)                                                     \
  X(Tanh, std::tanh(a))                                                        \
  X(Erf, std::erf(a))                                                          \
  X(Sigmoid, 1 / (1 + std::exp(-a)))                                           \
  X(Sin, std::sin(a))                                                          \
  X(Cos, std::cos(a))                                                          \
  X(Floor, std::floor(a))                                                      \
  X(Ceil, std::ceil(a))                                                        \
  X(Silu, a / (1 + std::exp(-a)))

#define OPCSIM_MATH(Name, expression)                                          \
  template <typename T, bool isReuseSource = false>                            \
  void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src,              \
            uint32_t count, OPCSIM_HERE) {                                     \
    using namespace opcsim::ascend;                                            \
    unary(#Name, kFloats, dst, src, int64_t(count), where,                     \
          [](auto a) { return expression; });                                  \
  }                                                                            \
  template <typename T, bool isReuseSource = false>                            \
  void Name(const LocalTensor<T> &dst, const LocalTensor<T> &src,              \
            const LocalTensor<uint8_t> &, uint32_t count, OPCSIM_HERE) {       \
    Name<T, isReuseSource>(dst, src, count, where);                            \
  }
OPCSIM_MATH_OPS(OPCSIM_MATH)
#undef OPCSIM_MATH

/// src0 * src1 * sigmoid(beta * src1).
template <typename T, bool isReuseSource = false>
void SwiGLU(const LocalTensor<T> &dst, const LocalTensor<T> &src0,
            const LocalTensor<T> &src1, const float &beta, uint32_t count,
            OPCSIM_HERE) {
  using namespace opcsim::ascend;
  binary("SwiGLU", kFloats, dst, src0, src1, int64_t(count), false, where,
         [beta](auto a, auto b, auto) {
           return a * b / (1 + std::exp(-beta * b));
         });
}

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_FUNCTIONS_H
