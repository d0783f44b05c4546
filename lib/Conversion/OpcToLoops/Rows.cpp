//===- Rows.cpp - work units that are rows of a result --------------------===//
//
// See Rows.h.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"

using namespace mlir;

namespace opc {

Type elementType(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getElementType();
}

/// How many leading axes a unit is chosen from. The last axis is a loop of its
/// own, unless too few units would remain.
static size_t unitAxes(ArrayRef<AffineExpr> dims, MLIRContext *context) {
  constexpr int64_t enoughUnits = 64;
  if (dims.empty())
    return 0;
  auto outer = constantOf(product(context, dims.drop_back()));
  return outer && *outer < enoughUnits ? dims.size() : dims.size() - 1;
}

AffineExpr rowUnits(ArrayRef<AffineExpr> dims, ShapeEnv &env) {
  MLIRContext *context = env.getContext();
  return product(context, dims.take_front(unitAxes(dims, context)));
}

void emitRows(ArrayRef<AffineExpr> dims, Value begin, Value end,
              KernelEmitter &e, const KernelEmitter::NestBody &body) {
  size_t axes = unitAxes(dims, e.env.getContext());
  e.loop(begin, end, [&](Value unit) {
    SmallVector<Value> outer = e.delinearize(unit, dims.take_front(axes));
    e.nest(dims.drop_front(axes), [&](ValueRange inner) {
      SmallVector<Value> indices(outer);
      llvm::append_range(indices, inner);
      body(indices);
    });
  });
}

NestLowering perElement(
    std::function<Value(Operation *, ValueRange, KernelEmitter &)> element) {
  return {[](Operation *op, ShapeEnv &env) {
            return rowUnits(env.dims(op->getResult(0)), env);
          },
          [element](Operation *op, Value begin, Value end, KernelEmitter &e) {
            Value result = op->getResult(0);
            emitRows(e.env.dims(result), begin, end, e,
                     [&](ValueRange indices) {
                       e.store(element(op, indices, e), result, indices);
                     });
          }};
}

static Dims withoutChannels(Operation *op, ShapeEnv &env) {
  Dims dims(env.dims(op->getResult(0)));
  dims.erase(dims.begin() + 1);
  return dims;
}

NestLowering
perPoint(std::function<void(Operation *, ValueRange, KernelEmitter &)> point) {
  return {[](Operation *op, ShapeEnv &env) {
            return rowUnits(withoutChannels(op, env), env);
          },
          [point](Operation *op, Value begin, Value end, KernelEmitter &e) {
            emitRows(withoutChannels(op, e.env), begin, end, e,
                     [&](ValueRange at) { point(op, at, e); });
          }};
}

/// The extents of the first operand around its attribute `axis`.
static Dims dimsAroundAxis(Operation *op, ShapeEnv &env, int64_t &axis) {
  axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
  Dims dims(env.dims(op->getOperand(0)));
  dims.erase(dims.begin() + axis);
  return dims;
}

NestLowering perLine(LineBody line) {
  return {[](Operation *op, ShapeEnv &env) {
            int64_t axis;
            return product(env.getContext(), dimsAroundAxis(op, env, axis));
          },
          [line](Operation *op, Value begin, Value end, KernelEmitter &e) {
            int64_t axis;
            Dims dims = dimsAroundAxis(op, e.env, axis);
            e.loop(begin, end, [&](Value unit) {
              SmallVector<Value> indices = e.delinearize(unit, dims);
              indices.insert(indices.begin() + axis, Value());
              line(op, indices, e);
            });
          }};
}

NestLowering atOnce(std::function<void(Operation *, KernelEmitter &)> emit) {
  return {[](Operation *, ShapeEnv &env) { return env.constant(1); },
          [emit](Operation *op, Value begin, Value end, KernelEmitter &e) {
            e.when(e.compare(arith::CmpIPredicate::slt, begin, end),
                   [&] { emit(op, e); });
          }};
}

} // namespace opc
