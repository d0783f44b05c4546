//===- Pointwise.cpp - kernels of element-wise and movement ops -----------===//
//
// Vectors along the last axis, with a masked rest. Where every operand is either
// full or broadcast over neighbouring axes alike, those axes are walked as one:
//
//   [N, C, H, W] + [1, C, 1, 1]  ->  [N, C, H * W] + [1, C, 1]
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/MergedAxes.h"
#include "opc/Targets/CPU/Schedules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
namespace opc::cpu {
namespace {

/// Elements of the last axis that are one unit of work.
constexpr int64_t chunk = 2048;

/// Whether the elements of `value`, with these steps of a lane along each axis,
/// come as vectors: no op needs to be computed lane by lane.
bool fitsLanes(Value value, ArrayRef<int64_t> steps, ShapeEnv &env) {
  Operation *op = value.getDefiningOp();
  bool uniform = llvm::all_of(steps, [](int64_t step) { return step == 0; });
  if (!op || uniform)
    return true;
  if (auto constant = dyn_cast<ConstantOp>(op))
    return isSplat(constant);
  auto fromBroadcast = [&](Value operand) {
    const Dims &dims = env.dims(operand);
    SmallVector<int64_t> own(steps.take_back(dims.size()));
    for (auto [extent, step] : llvm::zip(dims, own))
      step = constantOf(extent) == 1 ? 0 : step;
    return fitsLanes(operand, own, env);
  };
  if (isa<ScalarOp, BroadcastOp>(op))
    return llvm::all_of(op->getOperands(), fromBroadcast);
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    SmallVector<int64_t> own(steps.size());
    for (auto [axis, from] : llvm::enumerate(transpose.getPerm()))
      own[from] = steps[axis];
    return fitsLanes(transpose.getX(), own, env);
  }
  if (auto slice = dyn_cast<SliceOp>(op)) {
    SmallVector<int64_t> own(steps);
    for (auto [step, stride] : llvm::zip(own, slice.getSteps()))
      step *= stride;
    return fitsLanes(slice.getX(), own, env);
  }
  if (auto pad = dyn_cast<PadOp>(op))
    return pad.getMode() == "constant" && !pad.getX().getDefiningOp() &&
           steps.back() == 1 &&
           llvm::all_of(steps.drop_back(), [](int64_t s) { return s == 0; });
  return false;
}

/// Writes the loops over one domain.
class PointwiseWriter {
public:
  PointwiseWriter(KernelWriter &w, const Dims &domain, int64_t unitElements)
      : w(w), domain(domain), unitElements(unitElements) {}

  void run() {
    w.l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) { emitUnit(unit); });
  }

private:
  void emitUnit(Value unit) {
    LoopBuilder &l = w.l;
    Value inner = w.e.expr(domain.back());
    Value chunks = l.ceilDiv(inner, unitElements);
    std::optional<int64_t> known = constantIndex(chunks);
    outer = w.e.delinearize(known == 1 ? unit : l.div(unit, chunks),
                            ArrayRef(domain).drop_back());
    Value first = known == 1 ? l.index(0) : l.mul(l.rem(unit, chunks), unitElements);
    Value last = l.min(inner, l.add(first, unitElements));
    if (known == 1)
      last = inner;
    Value full = l.sub(last, l.rem(l.sub(last, first), l.index(w.v.lanes)));
    l.loop(first, full, w.v.lanes, [&](Value at) { emitVector(at); });
    l.branch(l.less(full, last), [&] {
      w.v.setCount(l.sub(last, full));
      emitVector(full);
    });
    w.v.setCount({});
  }

  // All values before all stores: an output may lie over an input.
  void emitVector(Value at) {
    LaneIndices indices;
    for (Value index : outer)
      indices.push_back({index, 0});
    indices.push_back({at, 1});
    SmallVector<Value> elements;
    for (Value result : w.kernel.results)
      elements.push_back(w.v.vector(result, indices));
    for (auto [result, element] : llvm::zip(w.kernel.results, elements))
      w.v.store(element, result, indices);
  }

  KernelWriter &w;
  const Dims &domain;
  int64_t unitElements;
  SmallVector<Value> outer;
};

bool accepts(func::FuncOp kernel, ShapeEnv &env) {
  ValueRange results = returnedValues(kernel);
  llvm::SmallPtrSet<void *, 4> different;
  for (Operation &op : kernel.getBody().front().without_terminator())
    if (!indexedLowering(&op))
      return false;
  for (Value result : results) {
    const Dims &dims = env.dims(result);
    if (dims.empty() || dims != env.dims(results.front()) ||
        !result.getDefiningOp() || isa<ConstantOp>(result.getDefiningOp()) ||
        !different.insert(result.getAsOpaquePointer()).second)
      return false;
    SmallVector<int64_t> steps(dims.size(), 0);
    steps.back() = 1;
    if (!fitsLanes(result, steps, env))
      return false;
  }
  return !results.empty();
}

} // namespace

LogicalResult schedulePointwise(func::FuncOp kernel, const TargetDesc &desc) {
  ShapeEnv env(kernel.getContext());
  if (!accepts(kernel, env))
    return failure();
  Value first = returnedValues(kernel).front();
  Dims original = env.dims(first);
  MergedAxes axes = MergedAxes::ofKernel(kernel, original, env);
  const Dims &domain = axes.domain();
  std::optional<int64_t> inner = constantOf(domain.back());
  int64_t unitElements = inner && *inner <= 2 * chunk ? std::max<int64_t>(*inner, 1) : chunk;
  AffineExpr units =
      product(kernel.getContext(), ArrayRef(domain).drop_back()) *
      domain.back().ceilDiv(unitElements);
  if (axes.elementwise())
    allowInPlace(kernel, env);
  return writeKernel(
      kernel, env, machineOf(desc).lanes, units, /*grain=*/0,
      [&](KernelWriter &w) {
        axes.apply(w.v);
        PointwiseWriter(w, domain, unitElements).run();
      });
}

} // namespace opc::cpu
