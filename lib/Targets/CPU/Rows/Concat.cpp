//===- Concat.cpp - tensors one after the other ---------------------------===//
//
// Each operand's part of the result is a nest of its own, with vectors along
// the last axis; element-wise ops after the concat follow in registers.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Schedules.h"

using namespace mlir;
namespace opc::cpu {
namespace {

class ConcatWriter {
public:
  ConcatWriter(KernelWriter &w, ConcatOp concat, const Dims &domain,
               int64_t axis)
      : w(w), l(w.l), concat(concat), domain(domain), axis(axis) {}

  // A unit is a position along all axes before the one that grows.
  void run() {
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      at = w.e.delinearize(unit, ArrayRef(domain).take_front(axis));
      Value start = l.index(0);
      for (auto [number, input] : llvm::enumerate(concat.getInputs())) {
        Value extent = w.e.expr(w.v.dims(input)[axis]);
        w.v.chooseAccess(concat, number);
        emitPart(start, extent);
        start = l.add(start, extent);
      }
    });
  }

private:
  void emitPart(Value start, Value extent) {
    size_t depth = at.size();
    if (depth + 1 == domain.size())
      return emitLine(start, l.add(start, extent));
    l.loop(start, l.add(start, extent), [&](Value i) {
      at.push_back(i);
      emitInner();
      at.pop_back();
    });
  }

  void emitInner() {
    if (at.size() + 1 == domain.size())
      return emitLine(l.index(0), w.e.expr(domain.back()));
    l.loop(l.index(0), w.e.expr(domain[at.size()]), [&](Value i) {
      at.push_back(i);
      emitInner();
      at.pop_back();
    });
  }

  void emitLine(Value first, Value last) {
    forVectors(w, first, last,
               [&](Value lane) { writeResults(w, alongLast(at, lane)); });
  }

  KernelWriter &w;
  LoopBuilder &l;
  ConcatOp concat;
  const Dims &domain;
  int64_t axis;
  SmallVector<Value> at;
};

/// [a, b, c, d] joined along axis 2 -> [a * b, c * d], where nothing but the
/// concat sees the axes.
Dims joined(const Dims &dims, int64_t axis, MLIRContext *context) {
  return {product(context, ArrayRef(dims).take_front(axis)),
          product(context, ArrayRef(dims).drop_front(axis))};
}

} // namespace

ScheduleResult scheduleConcat(KernelForm &kernel, const TargetDesc &desc) {
  MLIRContext *context = kernel.context();
  ShapeEnv &env = kernel.env;
  auto concat = kernel.soleRoot<ConcatOp>();
  if (!concat)
    return misfitOf<ConcatOp>(kernel, "no concat of inputs alone");
  bool alone = kernel.isSingle();
  Dims domain(env.dims(concat.getY()));
  int64_t axis = concat.getAxis();
  Dims merged = alone ? joined(domain, axis, context) : domain;
  AffineExpr units = product(context, ArrayRef(domain).take_front(axis));
  return writeKernel(
      kernel, machineOf(desc).lanes, units, /*grain=*/0, [&](KernelWriter &w) {
        if (alone) {
          concat.setAxis(1);
          w.v.setDims(concat.getY(), merged);
          for (Value input : concat.getInputs())
            w.v.setDims(input, joined(Dims(env.dims(input)), axis, context));
        }
        ConcatWriter(w, concat, merged, alone ? 1 : axis).run();
      });
}

} // namespace opc::cpu
