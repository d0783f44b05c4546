//===- ExpandConversions.cpp - Float conversions by integer steps ---------===//
//
// LLVM turns some truncations into calls of a compiler's support library, which
// a program of opc does not have:
//
//   %y = arith.truncf %x : f64 to f16
//   // becomes: round to f32 so that no information about ties is lost
//   %f = arith.truncf %x : f64 to f32
//   ... lowest bit of %f set when %f is not exact ("round to odd") ...
//   %y = arith.truncf %odd : f32 to f16
//
// Rounding to odd with at least two more bits than the final format makes the
// second rounding correct: S. Boldo, G. Melquiond, "Emulation of FMA and
// correctly rounded sums: proved algorithms using rounding to odd", 2008.
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace opc {
#define GEN_PASS_DEF_EXPANDCONVERSIONSPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;

namespace {

/// `like` with another element type.
Type withElement(Type like, Type element) {
  if (auto shaped = dyn_cast<ShapedType>(like))
    return shaped.clone(element);
  return element;
}

/// Builds integer and float steps on scalars or vectors of one shape.
struct Steps {
  ImplicitLocOpBuilder b;
  Type like;

  Type bits(unsigned width) {
    return withElement(like, b.getIntegerType(width));
  }
  Value constant(unsigned width, int64_t value) {
    Type type = bits(width);
    TypedAttr attr = b.getIntegerAttr(b.getIntegerType(width), value);
    if (auto shaped = dyn_cast<ShapedType>(type))
      attr = DenseElementsAttr::get(shaped, static_cast<Attribute>(attr));
    return arith::ConstantOp::create(b, attr);
  }

  /// f64 to f32, rounded to odd.
  Value roundToOdd(Value x) {
    Type f32 = withElement(like, b.getF32Type());
    Value nearest = arith::TruncFOp::create(b, f32, x);
    Value back = arith::ExtFOp::create(b, x.getType(), nearest);
    Value inexact =
        arith::CmpFOp::create(b, arith::CmpFPredicate::ONE, back, x);
    Value tooLarge = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT,
                                           Value(math::AbsFOp::create(b, back)),
                                           Value(math::AbsFOp::create(b, x)));
    Value word = arith::BitcastOp::create(b, bits(32), nearest);
    Value one = constant(32, 1);
    Value even = arith::CmpIOp::create(
        b, arith::CmpIPredicate::eq, Value(arith::AndIOp::create(b, word, one)),
        constant(32, 0));
    Value step = arith::SelectOp::create(b, tooLarge, constant(32, -1), one);
    Value moved = arith::AddIOp::create(b, word, step);
    Value move = arith::AndIOp::create(b, inexact, even);
    return arith::BitcastOp::create(
        b, f32, Value(arith::SelectOp::create(b, move, moved, word)));
  }

  /// f32 to bf16, to nearest even; NaN becomes a quiet NaN of the same sign.
  Value roundToBF16(Value x) {
    Value word = arith::BitcastOp::create(b, bits(32), x);
    Value sixteen = constant(32, 16);
    Value high = arith::ShRUIOp::create(b, word, sixteen);
    Value lowest = arith::AndIOp::create(b, high, constant(32, 1));
    Value bias = arith::AddIOp::create(b, lowest, constant(32, 0x7fff));
    Value sum = arith::AddIOp::create(b, word, bias);
    Value rounded = arith::ShRUIOp::create(b, sum, sixteen);
    Value quiet = arith::OrIOp::create(b, high, constant(32, 0x40));
    Value nan = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, x);
    Value result = arith::SelectOp::create(b, nan, quiet, rounded);
    return narrowed(result, b.getBF16Type());
  }

  /// bf16 to f32: its bits are the upper half.
  Value extendBF16(Value x) {
    return asFloat(
        Value(arith::ShLIOp::create(b, widened(x), constant(32, 16))));
  }

  /// f32 to f16, to nearest even; NaN becomes a quiet NaN of the same sign.
  Value roundToF16(Value x) {
    Value word = arith::BitcastOp::create(b, bits(32), x);
    Value sign = arith::AndIOp::create(b, word, constant(32, INT32_MIN));
    Value size = arith::XOrIOp::create(b, word, sign);
    // Subnormal results: a float whose last place is theirs rounds the sum.
    Value half = constant(32, 0x3f000000); // 0.5
    Value sum = arith::AddFOp::create(b, asFloat(size), asFloat(half));
    Value tiny = arith::SubIOp::create(
        b, Value(arith::BitcastOp::create(b, bits(32), sum)), half);
    // Normal ones: 13 bits go, the exponent's bias falls by 112.
    Value thirteen = constant(32, 13);
    Value lowest = arith::AndIOp::create(
        b, Value(arith::ShRUIOp::create(b, size, thirteen)), constant(32, 1));
    Value biased = arith::AddIOp::create(
        b, Value(arith::AddIOp::create(b, size, constant(32, 0xfff))), lowest);
    Value normal = arith::SubIOp::create(
        b, Value(arith::ShRUIOp::create(b, biased, thirteen)),
        constant(32, 112 << 10));
    Value payload = arith::AndIOp::create(
        b, Value(arith::ShRUIOp::create(b, size, thirteen)),
        constant(32, 0x3ff));
    Value nan = arith::OrIOp::create(b, payload, constant(32, 0x7e00));
    Value result = below(size, 0x38800000, tiny, normal);           // 2^-14
    result = below(size, 0x47800000, result, constant(32, 0x7c00)); // 2^16
    result = below(size, 0x7f800001, result, nan);
    Value upper = arith::ShRUIOp::create(b, sign, constant(32, 16));
    return narrowed(arith::OrIOp::create(b, result, upper), b.getF16Type());
  }

  /// f16 to f32, exactly: with the exponent where f32 has it, a product with
  /// 2^112 corrects its bias, of subnormal numbers, too.
  Value extendF16(Value x) {
    Value word = widened(x);
    Value size = arith::ShLIOp::create(
        b, Value(arith::AndIOp::create(b, word, constant(32, 0x7fff))),
        constant(32, 13));
    Value scaled = arith::MulFOp::create(
        b, asFloat(size), asFloat(constant(32, (127 + 112) << 23)));
    Value number = arith::BitcastOp::create(b, bits(32), scaled);
    Value special = arith::OrIOp::create(b, size, constant(32, 0x7f800000));
    Value result = below(size, 0x1f << 23, number, special);
    Value sign = arith::ShLIOp::create(
        b, Value(arith::AndIOp::create(b, word, constant(32, 0x8000))),
        constant(32, 16));
    return asFloat(Value(arith::OrIOp::create(b, result, sign)));
  }

  /// f32 to i64 or ui64, toward zero.
  Value shiftedMantissa(Value x) {
    constexpr int64_t bias = 127 + 23, mantissa = 0x7fffff, most = 63;
    Value word = arith::BitcastOp::create(b, bits(32), x);
    Value wide = arith::ExtUIOp::create(b, bits(64), word);
    Value field = arith::AndIOp::create(
        b, Value(arith::ShRUIOp::create(b, wide, constant(64, 23))),
        constant(64, 0xff));
    Value left = arith::SubIOp::create(b, field, constant(64, bias));
    Value zero = constant(64, 0), limit = constant(64, most);
    Value right = arith::SubIOp::create(b, zero, left);
    auto amount = [&](Value count) -> Value {
      Value least = arith::MaxSIOp::create(b, count, zero);
      return arith::MinSIOp::create(b, least, limit);
    };
    Value digits = arith::OrIOp::create(
        b, Value(arith::AndIOp::create(b, wide, constant(64, mantissa))),
        constant(64, mantissa + 1));
    // One of the two shifts is by nothing.
    Value size = arith::ShRUIOp::create(
        b, Value(arith::ShLIOp::create(b, digits, amount(left))),
        amount(right));
    Value isNegative = arith::CmpIOp::create(b, arith::CmpIPredicate::slt, word,
                                             constant(32, 0));
    Value negative = arith::SubIOp::create(b, zero, size);
    return arith::SelectOp::create(b, isNegative, negative, size);
  }

private:
  Value asFloat(Value word) {
    return arith::BitcastOp::create(b, withElement(like, b.getF32Type()), word);
  }
  /// The 16 bits of a narrow float as 32.
  Value widened(Value x) {
    Value half = arith::BitcastOp::create(b, bits(16), x);
    return arith::ExtUIOp::create(b, bits(32), half);
  }
  Value narrowed(Value word, Type element) {
    Value half = arith::TruncIOp::create(b, bits(16), word);
    return arith::BitcastOp::create(b, withElement(like, element), half);
  }
  /// `then` where x is less than `limit`, both without sign.
  Value below(Value x, int64_t limit, Value then, Value otherwise) {
    Value is = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, x,
                                     constant(32, limit));
    return arith::SelectOp::create(b, is, then, otherwise);
  }
};

/// The types whose conversions are expanded; elsewhere there is hardware.
struct Narrow {
  bool halves;

  bool has(Type element) const {
    return element.isBF16() || (halves && element.isF16());
  }
  Value round(Steps &steps, Value x, Type element) const {
    return element.isBF16() ? steps.roundToBF16(x) : steps.roundToF16(x);
  }
};

struct ExpandTruncation : OpRewritePattern<arith::TruncFOp> {
  ExpandTruncation(MLIRContext *context, Narrow narrow)
      : OpRewritePattern(context), narrow(narrow) {}
  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Type from = getElementTypeOrSelf(op.getIn());
    Type to = getElementTypeOrSelf(op.getType());
    if (to.isF32() || (!from.isF64() && !narrow.has(to)))
      return rewriter.notifyMatchFailure(op, "has hardware");
    Steps steps{{op.getLoc(), rewriter}, op.getType()};
    Value x = op.getIn();
    if (from.isF64())
      x = steps.roundToOdd(x);
    else if (!from.isF32())
      x = arith::ExtFOp::create(
          steps.b, withElement(op.getType(), steps.b.getF32Type()), x);
    if (narrow.has(to))
      rewriter.replaceOp(op, narrow.round(steps, x, to));
    else
      rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), x);
    return success();
  }

  const Narrow narrow;
};

/// bf16 to f32 on the bits. LLVM moves a plain extension behind exact functions
/// (floor, ceil, round), which then are functions of bf16 that nothing has.
struct ExpandExtension : OpRewritePattern<arith::ExtFOp> {
  ExpandExtension(MLIRContext *context, Narrow narrow)
      : OpRewritePattern(context), narrow(narrow) {}
  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    Type from = getElementTypeOrSelf(op.getIn());
    if (!narrow.has(from))
      return rewriter.notifyMatchFailure(op, "has hardware");
    Steps steps{{op.getLoc(), rewriter}, op.getType()};
    Value wide = from.isBF16() ? steps.extendBF16(op.getIn())
                               : steps.extendF16(op.getIn());
    if (wide.getType() != op.getType())
      wide = arith::ExtFOp::create(steps.b, op.getType(), wide);
    rewriter.replaceOp(op, wide);
    return success();
  }

  const Narrow narrow;
};

/// Integers become narrow by way of f32: of bf16 rounded twice, as libraries
/// do; of f16 exactly, since those that f32 rounds are infinite.
template <typename Op> struct ExpandFromInteger : OpRewritePattern<Op> {
  ExpandFromInteger(MLIRContext *context, Narrow narrow)
      : OpRewritePattern<Op>(context), narrow(narrow) {}
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    Type to = getElementTypeOrSelf(op.getType());
    if (!narrow.has(to))
      return rewriter.notifyMatchFailure(op, "has hardware");
    Steps steps{{op.getLoc(), rewriter}, op.getType()};
    Type f32 = withElement(op.getType(), steps.b.getF32Type());
    Value wide = Op::create(steps.b, f32, op.getIn());
    rewriter.replaceOp(op, narrow.round(steps, wide, to));
    return success();
  }

  const Narrow narrow;
};

/// Choosing between narrow floats moves bits; LLVM would go by way of f32 and
/// back.
struct ExpandSelect : OpRewritePattern<arith::SelectOp> {
  ExpandSelect(MLIRContext *context, Narrow narrow)
      : OpRewritePattern(context), narrow(narrow) {}
  LogicalResult matchAndRewrite(arith::SelectOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!isa<FloatType, VectorType>(type) ||
        !narrow.has(getElementTypeOrSelf(type)))
      return rewriter.notifyMatchFailure(op, "has hardware");
    Steps steps{{op.getLoc(), rewriter}, type};
    Type bits = steps.bits(16);
    Value x = arith::BitcastOp::create(steps.b, bits, op.getTrueValue());
    Value y = arith::BitcastOp::create(steps.b, bits, op.getFalseValue());
    Value chosen = arith::SelectOp::create(steps.b, op.getCondition(), x, y);
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, type, chosen);
    return success();
  }

  const Narrow narrow;
};

/// f32 to 64-bit integers: the mantissa, shifted. (LLVM takes a way by f64 for
/// the one that it gets wrong.) Values are in range.
template <typename Op> struct ExpandToLong : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!isa<VectorType>(op.getType()) ||
        !getElementTypeOrSelf(op.getIn()).isF32() ||
        !getElementTypeOrSelf(op.getType()).isInteger(64))
      return rewriter.notifyMatchFailure(op, "has hardware");
    Steps steps{{op.getLoc(), rewriter}, op.getType()};
    rewriter.replaceOp(op, steps.shiftedMantissa(op.getIn()));
    return success();
  }
};

/// 64-bit integers to f32, rounded once: what f64 does not hold loses its last
/// bits, of which the next says whether there were any.
template <typename Op> struct ExpandFromLong : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!isa<VectorType>(op.getType()) ||
        !getElementTypeOrSelf(op.getIn()).isInteger(64) ||
        !getElementTypeOrSelf(op.getType()).isF32())
      return rewriter.notifyMatchFailure(op, "has hardware");
    Steps steps{{op.getLoc(), rewriter}, op.getType()};
    ImplicitLocOpBuilder &b = steps.b;
    constexpr bool isSigned = std::is_same_v<Op, arith::SIToFPOp>;
    constexpr int64_t exact = int64_t(1) << 53, lost = 0xfff;
    Value x = op.getIn(), zero = steps.constant(64, 0);
    Value last = arith::AndIOp::create(b, x, steps.constant(64, lost));
    Value any = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, last, zero);
    Value sticky = arith::SelectOp::create(
        b, any, steps.constant(64, (lost + 1) / 2), zero);
    Value cut = arith::OrIOp::create(
        b, Value(arith::XOrIOp::create(b, x, last)), sticky);
    Value fits = x;
    if (isSigned)
      fits = arith::AddIOp::create(b, x, steps.constant(64, exact));
    Value holds =
        arith::CmpIOp::create(b, arith::CmpIPredicate::ult, fits,
                              steps.constant(64, isSigned ? 2 * exact : exact));
    Value number = arith::SelectOp::create(b, holds, x, cut);
    Type f64 = withElement(op.getType(), b.getF64Type());
    Value wide = Op::create(b, f64, number);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), wide);
    return success();
  }
};

struct ExpandConversions
    : opc::impl::ExpandConversionsPassBase<ExpandConversions> {
  using ExpandConversionsPassBase::ExpandConversionsPassBase;
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandExtension, ExpandTruncation, ExpandSelect,
                 ExpandFromInteger<arith::SIToFPOp>,
                 ExpandFromInteger<arith::UIToFPOp>>(&getContext(),
                                                     Narrow{halves});
    if (longs)
      patterns.add<ExpandToLong<arith::FPToSIOp>, ExpandToLong<arith::FPToUIOp>,
                   ExpandFromLong<arith::SIToFPOp>,
                   ExpandFromLong<arith::UIToFPOp>>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
