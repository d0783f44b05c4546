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
    Value half = arith::TruncIOp::create(b, bits(16), result);
    return arith::BitcastOp::create(b, withElement(like, b.getBF16Type()),
                                    half);
  }
};

struct ExpandTruncation : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    Type from = getElementTypeOrSelf(op.getIn());
    Type to = getElementTypeOrSelf(op.getType());
    if (!from.isF64() && !to.isBF16())
      return rewriter.notifyMatchFailure(op, "has hardware");
    if (to.isF32())
      return rewriter.notifyMatchFailure(op, "has hardware");
    Steps steps{{op.getLoc(), rewriter}, op.getType()};
    Value x = op.getIn();
    if (from.isF64())
      x = steps.roundToOdd(x);
    else if (!from.isF32())
      x = arith::ExtFOp::create(
          steps.b, withElement(op.getType(), steps.b.getF32Type()), x);
    if (to.isBF16())
      rewriter.replaceOp(op, steps.roundToBF16(x));
    else
      rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, op.getType(), x);
    return success();
  }
};

/// bf16 to f32 on the bits. LLVM moves a plain extension behind exact functions
/// (floor, ceil, round), which then are functions of bf16 that nothing has.
struct ExpandExtension : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getIn()).isBF16())
      return rewriter.notifyMatchFailure(op, "has hardware");
    Steps steps{{op.getLoc(), rewriter}, op.getType()};
    Value half = arith::BitcastOp::create(steps.b, steps.bits(16), op.getIn());
    Value word = arith::ExtUIOp::create(steps.b, steps.bits(32), half);
    Value high = arith::ShLIOp::create(steps.b, word, steps.constant(32, 16));
    Type f32 = withElement(op.getType(), steps.b.getF32Type());
    Value wide = arith::BitcastOp::create(steps.b, f32, high);
    if (wide.getType() != op.getType())
      wide = arith::ExtFOp::create(steps.b, op.getType(), wide);
    rewriter.replaceOp(op, wide);
    return success();
  }
};

/// Integers become bf16 by way of f32, rounded twice, as libraries do.
template <typename Op> struct ExpandFromInteger : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isBF16())
      return rewriter.notifyMatchFailure(op, "has hardware");
    Steps steps{{op.getLoc(), rewriter}, op.getType()};
    Type f32 = withElement(op.getType(), steps.b.getF32Type());
    Value wide = Op::create(steps.b, f32, op.getIn());
    rewriter.replaceOp(op, steps.roundToBF16(wide));
    return success();
  }
};

/// Choosing between bf16 moves bits; LLVM would go by way of f32 and back.
struct ExpandSelect : OpRewritePattern<arith::SelectOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(arith::SelectOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!isa<FloatType, VectorType>(type) ||
        !getElementTypeOrSelf(type).isBF16())
      return rewriter.notifyMatchFailure(op, "has hardware");
    Steps steps{{op.getLoc(), rewriter}, type};
    Type bits = steps.bits(16);
    Value x = arith::BitcastOp::create(steps.b, bits, op.getTrueValue());
    Value y = arith::BitcastOp::create(steps.b, bits, op.getFalseValue());
    Value chosen = arith::SelectOp::create(steps.b, op.getCondition(), x, y);
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, type, chosen);
    return success();
  }
};

struct ExpandConversions
    : opc::impl::ExpandConversionsPassBase<ExpandConversions> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ExpandExtension, ExpandTruncation, ExpandSelect,
                 ExpandFromInteger<arith::SIToFPOp>,
                 ExpandFromInteger<arith::UIToFPOp>>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
