//===- SimplifyNormalize.cpp - finds normalisation in its parts -----------===//
//
// Frameworks export layer normalisation as its formula; as one op it is read
// and written once. The result differs from the parts' only by rounding: both
// compute the mean first and then the mean of squared deviations, in at least
// f32.
//
//   d = x - mean(x);  y = d / sqrt(mean(d * d) + epsilon)
//     -> opc.normalize x {axes, epsilon, center = true}
//
//===----------------------------------------------------------------------===//
#include "SimplifyRules.h"

using namespace mlir;
using namespace opc;

namespace {
/// mean(x) along axes, written as a sum times or over a constant count.
struct Mean {
  Value x;
  SmallVector<int64_t> axes;
};
} // namespace

/// The number of elements along axes, where it is known.
static std::optional<int64_t> countOf(Value x, ArrayRef<int64_t> axes,
                                      ShapeEnv &env) {
  int64_t count = 1;
  for (int64_t axis : axes) {
    std::optional<int64_t> extent = constantOf(env.dim(x, axis));
    if (!extent)
      return std::nullopt;
    count *= *extent;
  }
  return count;
}

static std::optional<Mean> matchMean(Value value, ShapeEnv &env) {
  auto divide = value.getDefiningOp<DivOp>();
  auto sum = divide ? divide.getA().getDefiningOp<ReduceOp>() : ReduceOp();
  if (!sum || sum.getKind() != "sum" || !sum.getKeepdims())
    return std::nullopt;
  std::optional<int64_t> count = countOf(sum.getX(), sum.getAxes(), env);
  if (!count || splatOf(divide.getB()) != double(*count))
    return std::nullopt;
  return Mean{sum.getX(), SmallVector<int64_t>(sum.getAxes())};
}

/// epsilon where value is sqrt(mean(d * d) + epsilon) over `axes`.
static std::optional<double>
matchDeviation(Value value, Value d, ArrayRef<int64_t> axes, ShapeEnv &env) {
  auto root = value.getDefiningOp<SqrtOp>();
  auto add = root ? root.getX().getDefiningOp<AddOp>() : AddOp();
  if (!add)
    return std::nullopt;
  std::optional<double> epsilon = splatOf(add.getB());
  std::optional<Mean> variance =
      matchMean(epsilon ? add.getA() : add.getB(), env);
  if (!epsilon)
    epsilon = splatOf(add.getA());
  auto square = variance ? variance->x.getDefiningOp<MulOp>() : MulOp();
  if (!epsilon || !square || ArrayRef(variance->axes) != axes)
    return std::nullopt;
  return square.getA() == d && square.getB() == d ? epsilon : std::nullopt;
}

static Value raiseNormalize(Operation *op, OpBuilder &b, ShapeEnv &env) {
  auto divide = cast<DivOp>(op);
  auto deviation = divide.getA().getDefiningOp<SubOp>();
  if (!deviation || !isa<FloatType>(getElementTypeOrSelf(divide.getType())))
    return {};
  std::optional<Mean> mean = matchMean(deviation.getB(), env);
  if (!mean || mean->x != deviation.getA())
    return {};
  std::optional<double> epsilon =
      matchDeviation(divide.getB(), divide.getA(), mean->axes, env);
  if (!epsilon || !sameShape(mean->x, divide.getY(), env))
    return {};
  return NormalizeOp::create(b, op->getLoc(), divide.getType(), mean->x,
                             mean->axes, APFloat(*epsilon), true,
                             /*numerics=*/nullptr);
}

void opc::addNormalizeRules(SimplifyTable &table) {
  table["opc.div"].push_back(raiseNormalize);
}
