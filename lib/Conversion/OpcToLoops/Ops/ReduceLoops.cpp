//===- ReduceLoops.cpp - loops of reductions and running sums
//------------------===//
//
// One accumulator for each element of the result, over the reduced axes in
// row-major order.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "Scalar.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

Value constantOf(TypedAttr value, KernelEmitter &e) {
  return arith::ConstantOp::create(e.b, e.loc, value);
}

Value reduceElement(Operation *op, ValueRange indices, KernelEmitter &e) {
  auto reduce = cast<ReductionOp>(op);
  Value x = reduce.getX();
  Type element = elementType(x), kept = reduce.accumulatorType();
  const Dims dims = e.env.dims(x);
  Dims reduced;
  for (int64_t axis : reduce.getAxes())
    reduced.push_back(dims[axis]);
  Value initial = constantOf(reduce.neutralOf(kept), e);
  SmallVector<Value> total =
      e.foldNest(reduced, initial, [&](ValueRange inner, ValueRange carried) {
        SmallVector<Value> from;
        size_t outer = 0, next = 0;
        for (size_t axis = 0; axis < dims.size(); ++axis) {
          bool isReduced = llvm::is_contained(reduce.getAxes(), int64_t(axis));
          from.push_back(isReduced ? inner[next++] : indices[outer]);
          outer += !isReduced || reduce.getKeepdims();
        }
        Value wide = widen({e, e.element(x, from)}, element, kept);
        return SmallVector<Value>{
            reduce.emitCombine(e.b, e.loc, carried[0], wide)};
      });
  return narrow({e, total[0]}, element);
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
  nests["opc.reduce"] = perElement(reduceElement);
  nests["opc.fold"] = perElement(reduceElement);
  nests["opc.cumulative"] = perLine(cumulativeLine);
}

} // namespace opc
