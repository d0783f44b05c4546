//===- NumericPlan.cpp - in which type and order an op adds up ------------===//
#include "opc/Numerics/NumericPlan.h"

using namespace mlir;
using namespace opc;

namespace {

/// Bytes of the partial totals of a reduction: four vectors of the widest
/// machine, eight of half of that. Fewer do not hide the latency of adding.
constexpr int64_t kBytesOfTotals = 256;
/// Partial totals of what does not fill these: more would idle on short lines.
constexpr int64_t kRestOfLine = 16;
/// A row of results that is no longer than this leaves most multiply-adds of a
/// core idle, were each result one chain of them.
constexpr int64_t kShortRowBytes = 96;

int64_t bytesOf(Type type) { return type.getIntOrFloatBitWidth() / 8; }

/// f16 and bf16 add up in f32.
Type nativeAccumulator(Type element) {
  if (!isa<FloatType>(element))
    return IntegerType::get(element.getContext(),
                            element.getIntOrFloatBitWidth());
  bool isHalf = element.getIntOrFloatBitWidth() < 32;
  return isHalf ? Float32Type::get(element.getContext()) : element;
}

/// The last of the reduced axes that count as one: no axis that is kept lies
/// between them or behind. Axes of extent 1 lie nowhere.
unsigned lineAxesOf(ReductionOp reduce, ShapeEnv &env) {
  const Dims dims(env.dims(reduce.getX()));
  unsigned axes = 0;
  for (int64_t axis = int64_t(dims.size()) - 1; axis >= 0; --axis) {
    bool isReduced = llvm::is_contained(reduce.getAxes(), axis);
    if (!isReduced && constantOf(dims[axis]) != 1)
      return axes;
    axes += isReduced;
  }
  return axes;
}

NumericPlan planReduction(ReductionOp reduce, NumericsAttr contract,
                          ShapeEnv &env) {
  NumericPlan plan;
  plan.accumulator = reduce.accumulatorType();
  plan.anyOrder = honouredFields(reduce) == 0;
  bool isBlocked = !contract || contract.getOrder() == SumOrder::Blocked;
  unsigned line = lineAxesOf(reduce, env);
  if (plan.anyOrder || !isBlocked || line == 0)
    return plan;
  plan.lineAxes = line;
  int64_t stated = contract ? contract.getChains() : 0;
  plan.chains = stated ? stated : kBytesOfTotals / bytesOf(plan.accumulator);
  plan.rest = std::min(plan.chains, kRestOfLine);
  return plan;
}

/// A convolution that multiplies the matrices of pixels and weights.
bool isPointwise(Operation *op) {
  auto conv = dyn_cast<ConvOp>(op);
  if (!conv || conv.getGroup() != 1)
    return false;
  auto all = [](ArrayRef<int64_t> values, int64_t value) {
    return llvm::all_of(values, [&](int64_t v) { return v == value; });
  };
  auto w = cast<RankedTensorType>(conv.getW().getType());
  return all(w.getShape().drop_front(2), 1) && all(conv.getStrides(), 1) &&
         all(conv.getPadLow(), 0) && all(conv.getPadHigh(), 0);
}

/// How many results share the elements of one row, where that is known.
std::optional<int64_t> columnsOf(Operation *op, ShapeEnv &env) {
  if (isa<MatmulOp, PackedMatmulOp, PackedQuantizedMatmulOp>(op))
    return constantOf(env.dims(op->getResult(0)).back());
  if (isPointwise(op))
    return constantOf(env.dims(op->getOperand(1)).front());
  return std::nullopt;
}

NumericPlan planProduct(Operation *op, NumericsAttr contract, ShapeEnv &env) {
  Value y = op->getResult(0);
  NumericPlan plan;
  Type native = nativeAccumulator(getElementTypeOrSelf(y));
  bool isWide = contract && contract.getAcc() == Accumulator::F64;
  plan.accumulator = isWide ? Float64Type::get(op->getContext()) : native;
  plan.anyOrder = !isa<FloatType>(native);
  plan.fused = !contract || contract.getFma() == MultiplyAdd::On;
  if (plan.anyOrder ||
      (contract && contract.getOrder() == SumOrder::Sequential))
    return plan;
  // Other convolutions have other pixels to hide the latency of adding.
  std::optional<int64_t> columns = columnsOf(op, env);
  bool isShort = columns && *columns * bytesOf(native) <= kShortRowBytes;
  int64_t stated = contract ? contract.getChains() : 0;
  plan.chains = stated ? stated : isShort ? 2 : 1;
  return plan;
}

} // namespace

NumericPlan opc::numericPlan(Operation *op, ShapeEnv &env) {
  NumericsAttr contract = numericsOf(op);
  if (auto reduce = dyn_cast<ReductionOp>(op))
    return planReduction(reduce, contract, env);
  return planProduct(op, contract, env);
}
