//===- ReduceLoops.cpp - loops of reductions and running sums -------------===//
//
// Each element of a result is combined over the reduced axes in row-major
// order, into as many partial totals as the op's NumericPlan says.
//
//===----------------------------------------------------------------------===//
#include "CombinedAxes.h"
#include "Scalar.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Numerics/NumericPlan.h"

using namespace mlir;

namespace opc {
namespace {

Value constantOf(TypedAttr value, KernelEmitter &e) {
  return arith::ConstantOp::create(e.b, e.loc, value);
}

/// One element of the result of a reduction.
class Total {
public:
  Total(ReductionOp reduce, ValueRange kept, KernelEmitter &e)
      : reduce(reduce), axes(reduce, kept, e), e(e),
        plan(numericPlan(reduce, e.env)) {
    neutral = constantOf(reduce.neutralOf(plan.accumulator), e);
  }

  Value emit() {
    Value total = plan.chains == 1 ? inOrder() : inParts();
    return narrow({e, total}, elementType(reduce.getX()));
  }

private:
  /// The element of x at `inner` along the reduced axes, in the type of totals.
  Value elementAt(ValueRange inner) {
    Value x = axes.operand(0);
    return widen({e, axes.read(0, inner)}, elementType(x), plan.accumulator);
  }

  Value combine(Value total, Value next) {
    return reduce.emitCombine(e.b, e.loc, total, next);
  }

  Value inOrder() {
    return axes.fold(axes.extents().size(), neutral,
                     [&](ValueRange inner, ValueRange carried) {
                       return SmallVector<Value>{
                           combine(carried[0], elementAt(inner))};
                     })[0];
  }

  /// Combines partial total `at` with `next`.
  void combineInto(Value parts, Value at, Value next) {
    Value total = e.load(parts, at, plan.accumulator);
    e.storeFlat(combine(total, next), parts, at);
  }

  Value inParts() {
    ArrayRef<AffineExpr> line = axes.extents().take_back(plan.lineAxes);
    AffineExpr length = product(e.env.getContext(), line);
    std::optional<int64_t> known = opc::constantOf(length);
    // A line that is shorter leaves all others neutral.
    int64_t count = known && *known < plan.chains ? plan.rest : plan.chains;
    Value parts = e.scratch(plan.accumulator, count);
    e.loop(e.constant(0), e.constant(count),
           [&](Value part) { e.storeFlat(neutral, parts, part); });
    Value chains = e.constant(plan.chains), rest = e.constant(plan.rest);
    Value extent = e.expr(length);
    Value wholes = e.sub(extent, e.rem(extent, chains));
    e.nest(axes.extents(), [&](ValueRange inner) {
      Value at = e.linearize(inner.take_back(line.size()), line);
      Value isWhole = e.compare(arith::CmpIPredicate::slt, at, wholes);
      Scalar part =
          select({e, isWhole}, {e, e.rem(at, chains)}, {e, e.rem(at, rest)});
      combineInto(parts, part, elementAt(inner));
    });
    while (count > 1) {
      int64_t lower = (count + 1) / 2;
      e.loop(e.constant(0), e.constant(count - lower), [&](Value part) {
        Value upper = e.add(part, e.constant(lower));
        combineInto(parts, part, e.load(parts, upper, plan.accumulator));
      });
      count = lower;
    }
    return e.load(parts, e.constant(0), plan.accumulator);
  }

  ReductionOp reduce;
  CombinedAxes axes;
  KernelEmitter &e;
  NumericPlan plan;
  Value neutral;
};

Value reduceElement(Operation *op, ValueRange indices, KernelEmitter &e) {
  return Total(cast<ReductionOp>(op), indices, e).emit();
}

/// The step of a running sum or product.
Value combine(StringRef kind, Type element, Value total, Value next,
              KernelEmitter &e) {
  Type type = arithmeticType(element);
  Value wide = widen({e, next}, element, computeType(type));
  return emitArith(e.b, e.loc, arithOf(kind), type, {total, wide});
}

/// y[i] = x[0] + ... + x[i] along a line; without x[i] where exclusive; from
/// the end where reverse.
void cumulativeLine(Operation *op, ArrayRef<Value> line, KernelEmitter &e) {
  auto cumulative = cast<CumulativeOp>(op);
  Value x = cumulative.getX();
  Type element = elementType(x);
  size_t axis = cumulative.getAxis();
  Value extent = e.extent(x, axis);
  Value initial = constantOf(
      neutralElement(cumulative.getKind(), computeType(arithmeticType(element)),
                     /*isUnsigned=*/true),
      e);
  e.fold(e.constant(0), extent, initial, [&](Value step, ValueRange carried) {
    SmallVector<Value> at(line);
    at[axis] = cumulative.getReverse()
                   ? e.sub(e.sub(extent, e.constant(1)), step)
                   : step;
    Value next =
        combine(cumulative.getKind(), element, carried[0], e.element(x, at), e);
    Value written = cumulative.getExclusive() ? carried[0] : next;
    e.store(narrow({e, written}, element), cumulative.getY(), at);
    return SmallVector<Value>{next};
  });
}

} // namespace

void registerReduceLowerings(NestTable &nests) {
  nests[kReductionEntry] = perElement(reduceElement);
  nests["opc.cumulative"] = perLine(cumulativeLine);
}

} // namespace opc
