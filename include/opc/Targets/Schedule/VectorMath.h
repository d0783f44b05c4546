//===- VectorMath.h - functions of float vectors ----------------*- C++ -*-===//
//
// Straight-line code for the functions that activations and normalisations use,
// on vectors of f32. Errors are in units in the last place against float64, and
// hold for all inputs: scripts/every_float.py tries each, unittests/Targets/CPU
// four million at every run. Zeros keep their sign, and infinities and NaN give
// what C's functions give.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_SCHEDULE_VECTORMATH_H
#define OPC_TARGETS_SCHEDULE_VECTORMATH_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"

namespace opc {

class VectorMath {
public:
  /// `scalef`: whether 512-bit vectors have the AVX-512 instruction of that
  /// name.
  VectorMath(mlir::OpBuilder &b, mlir::Location loc, mlir::Type type,
             bool scalef)
      : b(b), loc(loc), type(type), scalef(scalef) {}

  mlir::Value exp(mlir::Value x);   ///< 1.1 ulp; where exp(x) < FLT_MIN: 0
  mlir::Value expm1(mlir::Value x); ///< 1.5 ulp
  mlir::Value log(mlir::Value x);   ///< 1 ulp
  mlir::Value log1p(mlir::Value x); ///< 1.5 ulp
  mlir::Value tanh(mlir::Value x);  ///< 6 ulp, just below 1
  mlir::Value erf(mlir::Value x);   ///< 6.5 ulp, just below 1
  mlir::Value erfc(mlir::Value x);  ///< 7 ulp; where it is below 1e-39: 0
  mlir::Value sin(mlir::Value x);   ///< 2 ulp, for |x| <= mostAngle
  mlir::Value cos(mlir::Value x);   ///< 2 ulp, for |x| <= mostAngle
  mlir::Value asin(mlir::Value x);  ///< 2.5 ulp
  mlir::Value acos(mlir::Value x);  ///< 1.5 ulp
  mlir::Value atan(mlir::Value x);  ///< 2 ulp
  /// x times the share of a normal distribution below x; 8 ulp, 0 where it is
  /// above -1e-35.
  mlir::Value gelu(mlir::Value x);
  /// The same with the share as tanh approximates it; 128 ulp, 0 likewise.
  mlir::Value geluTanh(mlir::Value x);
  /// Beyond it the distance from a multiple of pi / 2 needs more digits of pi.
  static constexpr double mostAngle = 1e5;

private:
  mlir::Value c(double value);
  mlir::Value ci(int32_t value);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, mlir::Value y);
  mlir::Value fma(mlir::Value x, mlir::Value y, mlir::Value z);
  mlir::Value abs(mlir::Value x);
  mlir::Value copySign(mlir::Value x, mlir::Value sign);
  mlir::Value less(mlir::Value x, mlir::Value y);
  mlir::Value select(mlir::Value which, mlir::Value x, mlir::Value y);
  /// NaN stays NaN.
  mlir::Value clamp(mlir::Value x, double low, double high);
  mlir::Value toBits(mlir::Value x);
  mlir::Value toFloat(mlir::Value bits);
  /// c[0] + c[1] x + c[2] x^2 ...
  mlir::Value polynomial(mlir::Value x, llvm::ArrayRef<double> coefficients);
  /// The same of x and its square: half as many steps wait for each other.
  mlir::Value inPairs(mlir::Value x, mlir::Value square,
                      llvm::ArrayRef<double> coefficients);
  /// x P(x^2) / Q(x^2) for |x| <= limit, beyond it +-1.
  mlir::Value oddRational(mlir::Value x, double limit, llvm::ArrayRef<double> p,
                          llvm::ArrayRef<double> q);
  /// x = n log(2) + r, |r| <= log(2) / 2; exp(r) - 1 = r + r^2 Q(r).
  struct Reduced {
    mlir::Value n, expm1;
  };
  Reduced reduce(mlir::Value x);
  /// sin(x + quarter * pi / 2).
  mlir::Value sineOf(mlir::Value x, int32_t quarter);
  /// `multiple` * pi / 2 - x.
  mlir::Value differenceFromHalfPi(mlir::Value x, double multiple);
  /// The arc sine of |x| where that is `small`, else half of the arc cosine.
  struct ArcSine {
    mlir::Value small, value;
  };
  ArcSine arcSine(mlir::Value x);
  /// |x|, but not more than `most`; NaN stays NaN.
  mlir::Value magnitudeUpTo(mlir::Value x, double most);
  /// A product near which a whole n >= 0 lies.
  struct Octaves {
    mlir::Value n;    ///< As a float.
    mlir::Value bits; ///< n in the lowest bits of an integer.
  };
  Octaves octaves(mlir::Value x, mlir::Value y);
  /// p / 2^n; 0 far below the range of floats.
  mlir::Value halved(mlir::Value p, const Octaves &n);
  /// power * p / q is the share of a normal distribution, of the variance
  /// 1 / unit, that lies beyond a >= 0. Where a^2 unit / 2 is more than 87 the
  /// power has no digits; it may not be more than 162.
  struct NormalTail {
    mlir::Value power, p, q;
  };
  NormalTail normalTail(mlir::Value a, int unit);
  /// x or 0 less the share that lies beyond |x|: what a function gives that is
  /// nearly x above 0 and nearly 0 below.
  mlir::Value withoutTail(mlir::Value x, mlir::Value power, mlir::Value part);
  /// 2^n for whole n in [-126, 127].
  mlir::Value powerOfTwo(mlir::Value n);
  /// Whether 2^n costs one instruction.
  bool hasScalef() const;
  mlir::Value scaled(mlir::Value p, mlir::Value n, mlir::Value keep);

  mlir::OpBuilder &b;
  mlir::Location loc;
  mlir::Type type;
  bool scalef;
};

/// Whether an op of dialect math is one of these functions, of f32.
bool hasFunctionForm(mlir::Operation *op);
/// What such an op is of `x`, built at the insertion point.
mlir::Value functionForm(mlir::Operation *op, mlir::Value x, mlir::OpBuilder &b,
                         bool scalef = false);

} // namespace opc

#endif // OPC_TARGETS_SCHEDULE_VECTORMATH_H
