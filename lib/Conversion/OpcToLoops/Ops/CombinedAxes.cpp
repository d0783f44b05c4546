//===- CombinedAxes.cpp - loops over what an element combines -------------===//
#include "CombinedAxes.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {

CombinedAxes::CombinedAxes(Operation *op, ValueRange indices, KernelEmitter &e)
    : op(op), indices(indices), e(e),
      iteration(cast<IterationOp>(op).getIteration(e.env)) {}

SmallVector<Value> CombinedAxes::place(unsigned number, ValueRange positions) {
  SmallVector<Value> all(indices);
  llvm::append_range(all, positions);
  return llvm::map_to_vector(
      iteration.accesses[number].at,
      [&](AffineExpr expr) { return e.expr(expr, all); });
}

Value CombinedAxes::read(unsigned number, ValueRange positions) {
  return e.element(operand(number), place(number, positions));
}

Value stepsBelow(Value x, int64_t y, KernelEmitter &e) {
  return e.ceilDiv(e.max(x, e.constant(0)), e.constant(y));
}

/// Whether an expression over positions and extents, which are none, is never
/// negative: it has no term that is.
static bool isNeverNegative(AffineExpr expr) {
  if (auto fixed = dyn_cast<AffineConstantExpr>(expr))
    return fixed.getValue() >= 0;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  return !binary ||
         (isNeverNegative(binary.getLHS()) && isNeverNegative(binary.getRHS()));
}

CombinedAxes::Range CombinedAxes::range(size_t axis) {
  Range result{e.constant(0), e.expr(iteration.combined[axis])};
  size_t all = indices.size() + iteration.combined.size();
  SmallVector<int64_t> along(all, 0);
  along[indices.size() + axis] = 1;
  MLIRContext *context = e.env.getContext();
  AffineExpr position = getAffineDimExpr(indices.size() + axis, context);
  AffineExpr zero = getAffineConstantExpr(0, context);
  for (const Access &access : iteration.accesses)
    for (unsigned guarded : access.guarded) {
      AffineExpr at = access.at[guarded];
      std::optional<int64_t> step = stepOf(at, along);
      assert(step && *step >= 0 && "a guarded index moves forward");
      if (*step == 0)
        continue;
      AffineExpr first = at.replace(position, zero);
      Value start = e.expr(first, indices);
      Value extent = e.extent(op->getOperand(access.operand), guarded);
      result.last =
          e.min(stepsBelow(e.sub(extent, start), *step, e), result.last);
      if (!isNeverNegative(first))
        result.first = e.max(result.first,
                             stepsBelow(e.sub(e.constant(0), start), *step, e));
    }
  return result;
}

SmallVector<Value> CombinedAxes::fold(size_t axes, ValueRange initial,
                                      const Fold &body) {
  SmallVector<Range> ranges;
  for (size_t axis = 0; axis < axes; ++axis)
    ranges.push_back(range(axis));
  SmallVector<Value> positions;
  std::function<SmallVector<Value>(ValueRange)> level =
      [&](ValueRange carried) -> SmallVector<Value> {
    if (positions.size() == axes)
      return body(positions, carried);
    const Range &range = ranges[positions.size()];
    return e.fold(range.first, range.last, carried,
                  [&](Value position, ValueRange inner) {
                    positions.push_back(position);
                    SmallVector<Value> result = level(inner);
                    positions.pop_back();
                    return result;
                  });
  };
  return level(initial);
}

} // namespace opc
