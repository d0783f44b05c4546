//===- NarrowIntegers.cpp - products of small integers on short operands --===//
//
//   %0 = opc.cast %x : ui8 -> i32
//   %1 = opc.sub %0, %zero                  // -255 ... 255
//   %y = opc.matmul %1, %w : i32, i32 -> i32
//     ->
//   %2 = opc.cast %1 : i32 -> i16
//   %3 = opc.cast %w : i32 -> i16
//   %y = opc.matmul %2, %3 : i16, i16 -> i32
//
// Quantised models multiply 8-bit numbers less their zero points: nine bits and
// a sign. Machines multiply and add two or more of these at once.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

namespace opc {
#define GEN_PASS_DEF_NARROWINTEGERSPASS
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"
} // namespace opc

using namespace mlir;
namespace opc {
namespace {

/// How many ops are followed to find a value's range, on all ways together;
/// beyond them it is its type's.
constexpr int mostOps = 256;

IntegerType integerOf(Value value) {
  return dyn_cast<IntegerType>(
      cast<RankedTensorType>(value.getType()).getElementType());
}

/// The least and the greatest value that an element can have.
struct Range {
  int64_t low, high;

  bool within(Range other) const {
    return low >= other.low && high <= other.high;
  }
  Range with(Range other) const {
    return {std::min(low, other.low), std::max(high, other.high)};
  }
};

Range rangeOfType(IntegerType type) {
  unsigned width = type.getWidth();
  bool isUnsigned = type.isUnsigned() || width == 1;
  APInt low =
      isUnsigned ? APInt::getMinValue(width) : APInt::getSignedMinValue(width);
  APInt high =
      isUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
  // Wider than the answer can be: never within what is asked for.
  constexpr int64_t all = std::numeric_limits<int64_t>::max();
  if (isUnsigned && width == 64)
    return {0, all};
  return isUnsigned
             ? Range{int64_t(low.getZExtValue()), int64_t(high.getZExtValue())}
             : Range{low.getSExtValue(), high.getSExtValue()};
}

Range rangeOf(Value value, ShapeEnv &env, int &left);

/// Sums and differences that stay within the type; others wrap.
Range rangeOfSum(Operation *op, bool minus, Range all, ShapeEnv &env,
                 int &left) {
  if (!all.within({INT32_MIN, INT32_MAX}))
    return all;
  Range x = rangeOf(op->getOperand(0), env, left);
  Range y = rangeOf(op->getOperand(1), env, left);
  if (minus)
    y = {-y.high, -y.low};
  Range sum{x.low + y.low, x.high + y.high};
  return sum.within(all) ? sum : all;
}

Range rangeOfCast(CastOp cast, Range all, ShapeEnv &env, int &left) {
  if (!integerOf(cast.getX()))
    return all;
  Range from = rangeOf(cast.getX(), env, left);
  return from.within(all) ? from : all;
}

/// Of all elements that a movement op may read.
Range rangeOfMoved(Operation *op, Range all, ShapeEnv &env, int &left) {
  const Accesses *accesses = env.accesses(op);
  if (!accesses || accesses->empty())
    return all;
  auto rangeAt = [&](const Access &access) {
    return rangeOf(op->getOperand(access.operand), env, left);
  };
  Range range = rangeAt(accesses->front());
  for (const Access &access : llvm::drop_begin(*accesses))
    range = range.with(rangeAt(access));
  return range;
}

Range rangeOf(Value value, ShapeEnv &env, int &left) {
  Range all = rangeOfType(integerOf(value));
  Operation *op = value.getDefiningOp();
  if (!op || left == 0)
    return all;
  --left;
  if (isa<AddOp, SubOp>(op))
    return rangeOfSum(op, isa<SubOp>(op), all, env, left);
  if (auto cast = dyn_cast<CastOp>(op))
    return rangeOfCast(cast, all, env, left);
  return isa<ScalarOp>(op) ? all : rangeOfMoved(op, all, env, left);
}

/// Products of one channel each have no neighbours to be added to.
bool isPerChannel(Operation *op) {
  auto conv = dyn_cast<ConvOp>(op);
  return conv &&
         cast<RankedTensorType>(conv.getW().getType()).getDimSize(1) == 1;
}

struct NarrowIntegersPass : impl::NarrowIntegersPassBase<NarrowIntegersPass> {
  using NarrowIntegersPassBase::NarrowIntegersPassBase;

  void runOnOperation() override {
    ShapeEnv env(&getContext());
    getOperation()->walk([&](Operation *op) {
      if (isa<MatmulOp, ConvOp>(op) && !isPerChannel(op) && !keeps(op))
        narrow(op, env);
    });
  }

  /// Whether a unit multiplies the op's bytes as they are.
  bool keeps(Operation *op) {
    auto isByte = [](Value value, bool isUnsigned) {
      IntegerType type = integerOf(value);
      return type && type.getWidth() == 8 && type.isUnsigned() == isUnsigned;
    };
    Value a = op->getOperand(0), b = op->getOperand(1);
    bool isA = isByte(a, true), isB = isByte(b, false);
    if (anySigns && isa<MatmulOp>(op))
      return (isA || isByte(a, false)) && (isB || isByte(b, true));
    return keepBytes && isA && isB;
  }

  void narrow(Operation *op, ShapeEnv &env) {
    SuccessorBuilder b(op);
    IntegerType type = b.getIntegerType(16);
    auto fits = [&](OpOperand &operand) {
      IntegerType from = integerOf(operand.get());
      int left = mostOps;
      return from &&
             rangeOf(operand.get(), env, left).within(rangeOfType(type));
    };
    IntegerType sum = integerOf(op->getResult(0));
    if (!sum || sum.getWidth() != 32 ||
        !llvm::all_of(op->getOpOperands(), fits))
      return;
    for (OpOperand &operand : op->getOpOperands()) {
      auto from = cast<RankedTensorType>(operand.get().getType());
      if (from.getElementType() != type)
        operand.set(CastOp::create(b, op->getLoc(), from.clone(type),
                                   operand.get(), /*saturate=*/false));
    }
  }
};

} // namespace
} // namespace opc
