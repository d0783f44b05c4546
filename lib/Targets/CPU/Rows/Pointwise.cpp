//===- Pointwise.cpp - kernels of element-wise and movement ops -----------===//
//
// Vectors along the last axis, with a masked rest. Where every operand is
// either full or broadcast over neighbouring axes alike, those axes are walked
// as one:
//
//   [N, C, H, W] + [1, C, 1, 1]  ->  [N, C, H * W] + [1, C, 1]
//
// Where only the run knows whether an operand is broadcast along an axis, a run
// that finds it is not takes a version that walks this axis with its
// neighbours.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Schedules.h"

using namespace mlir;
namespace opc::cpu {
namespace {

/// Elements of the last axis that are one unit of work.
constexpr int64_t chunk = 2048;

bool isUniform(ArrayRef<int64_t> steps) {
  return llvm::all_of(steps, [](int64_t step) { return step == 0; });
}

/// Whether elements that are guarded come as a masked load: they are in memory
/// one after the other, and all lanes share what stands in for them.
bool fitsMask(Operation *op, const Accesses &accesses,
              ArrayRef<int64_t> steps) {
  if (accesses.size() != 2 ||
      op->getOperand(accesses[0].operand).getDefiningOp())
    return false;
  auto at = stepsOf(accesses[0], steps), other = stepsOf(accesses[1], steps);
  return at && other && isUniform(*other) && at->back() == 1 &&
         isUniform(ArrayRef(*at).drop_back());
}

/// Whether the elements of `value`, with these steps of a lane along each axis,
/// come as vectors: no op needs to be computed lane by lane.
bool fitsLanes(Value value, ArrayRef<int64_t> steps, ShapeEnv &env) {
  Operation *op = value.getDefiningOp();
  if (!op || isUniform(steps))
    return true;
  if (auto constant = dyn_cast<ConstantOp>(op))
    return isSplat(constant);
  const Accesses *accesses = env.accesses(op);
  if (!accesses)
    return false;
  bool isGuarded = llvm::any_of(
      *accesses, [](const Access &access) { return !access.guarded.empty(); });
  if (isGuarded)
    return fitsMask(op, *accesses, steps);
  return llvm::all_of(*accesses, [&](const Access &access) {
    auto own = stepsOf(access, steps);
    return own && fitsLanes(op->getOperand(access.operand), *own, env);
  });
}

/// What one unit covers: elements of the last axis and, where these are few,
/// rows of the axis before it (0: that axis is not divided).
struct UnitShape {
  int64_t elements = chunk, rows = 0;

  static UnitShape of(const Dims &domain) {
    std::optional<int64_t> inner = constantOf(domain.back());
    UnitShape shape;
    if (!inner || *inner > 2 * chunk)
      return shape;
    shape.elements = std::max<int64_t>(*inner, 1);
    if (domain.size() > 1 && shape.elements < chunk / 4)
      shape.rows = chunk / shape.elements;
    return shape;
  }

  AffineExpr units(const Dims &domain, MLIRContext *context) const {
    AffineExpr chunks = domain.back().ceilDiv(elements);
    if (rows == 0)
      return product(context, ArrayRef(domain).drop_back()) * chunks;
    return product(context, ArrayRef(domain).drop_back(2)) *
           domain[domain.size() - 2].ceilDiv(rows) * chunks;
  }
};

/// Writes the loops over one domain, of which `parts` says what each axis is
/// made of: elements are found along these.
class PointwiseWriter {
public:
  PointwiseWriter(KernelWriter &w, const Dims &domain, UnitShape shape,
                  ArrayRef<Dims> parts)
      : w(w), domain(domain), shape(shape), parts(parts) {}

  void run() {
    w.l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) { emitUnit(unit); });
  }

private:
  void emitUnit(Value unit) {
    LoopBuilder &l = w.l;
    if (shape.rows > 0)
      return emitRows(unit);
    Value inner = w.e.expr(domain.back());
    Value chunks = l.ceilDiv(inner, shape.elements);
    bool whole = constantIndex(chunks) == 1;
    outer = w.e.delinearize(whole ? unit : l.div(unit, chunks),
                            ArrayRef(domain).drop_back());
    if (whole)
      return emitLine(l.index(0), inner);
    Value first = l.mul(l.rem(unit, chunks), shape.elements);
    emitLine(first, l.min(inner, l.add(first, shape.elements)));
  }

  /// Whole lines of the last axis, some of them a unit.
  void emitRows(Value unit) {
    LoopBuilder &l = w.l;
    Value rows = w.e.expr(domain[domain.size() - 2]);
    Value blocks = l.ceilDiv(rows, shape.rows);
    SmallVector<Value> around =
        w.e.delinearize(l.div(unit, blocks), ArrayRef(domain).drop_back(2));
    Value first = l.mul(l.rem(unit, blocks), shape.rows);
    l.loop(first, l.min(rows, l.add(first, shape.rows)), [&](Value row) {
      outer = around;
      outer.push_back(row);
      emitLine(l.index(0), w.e.expr(domain.back()));
    });
  }

  /// Elements [first, last) of the last axis: of each line of its parts.
  void emitLine(Value first, Value last) {
    LoopBuilder &l = w.l;
    SmallVector<Value> around;
    for (auto [index, extents] : llvm::zip(outer, parts))
      llvm::append_range(around, w.e.delinearize(index, extents));
    ArrayRef<AffineExpr> lines = ArrayRef(parts.back()).drop_back();
    if (lines.empty())
      return emitVectors(around, first, last);
    Value length = w.e.expr(parts.back().back());
    Value end = l.add(l.div(l.sub(last, l.index(1)), length), 1);
    l.loop(l.div(first, length), end, [&](Value line) {
      SmallVector<Value> at(around);
      llvm::append_range(at, w.e.delinearize(line, lines));
      Value start = l.mul(line, length);
      emitVectors(at, l.max(l.sub(first, start), l.index(0)),
                  l.min(l.sub(last, start), length));
    });
  }

  void emitVectors(ArrayRef<Value> around, Value first, Value last) {
    forVectors(w, first, last,
               [&](Value at) { writeResults(w, alongLast(around, at)); });
  }

  KernelWriter &w;
  const Dims &domain;
  UnitShape shape;
  ArrayRef<Dims> parts;
  SmallVector<Value> outer;
};

/// Whether the run finds that nothing is broadcast of which only it knows.
Value allEqual(KernelWriter &w, const MergedAxes &axes) {
  Value equal = w.e.boolean(true);
  for (auto [from, to] : axes.open())
    equal = w.e.both(equal, w.e.compare(arith::CmpIPredicate::eq,
                                        w.e.expr(from), w.e.expr(to)));
  return equal;
}

/// Why the kernel is not one of vectors; nothing where it is.
std::optional<StringRef> misfit(KernelForm &kernel) {
  ShapeEnv &env = kernel.env;
  ValueRange results = kernel.results();
  llvm::SmallPtrSet<void *, 4> different;
  for (Operation &op : kernel.ops())
    if (!indexedLowering(&op))
      return "an op that is not element by element";
  for (Value result : results) {
    const Dims &dims = env.dims(result);
    if (dims.empty() || dims != env.dims(results.front()) ||
        !result.getDefiningOp() || isa<ConstantOp>(result.getDefiningOp()) ||
        !different.insert(result.getAsOpaquePointer()).second)
      return "results of other extents";
    SmallVector<int64_t> steps(dims.size(), 0);
    steps.back() = 1;
    if (!fitsLanes(result, steps, env))
      return "elements that do not come as vectors";
  }
  return std::nullopt;
}

} // namespace

ScheduleResult schedulePointwise(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  if (std::optional<StringRef> why = misfit(kernel))
    return ScheduleResult::declined(*why);
  Value first = kernel.results().front();
  Dims original = env.dims(first);
  MergedAxes axes = MergedAxes::ofKernel(kernel, original);
  MergedAxes whole = MergedAxes::whereEqual(kernel, original);
  const Dims &domain = whole.domain();
  UnitShape shape = UnitShape::of(domain);
  AffineExpr units = shape.units(domain, kernel.context());
  if (axes.elementwise())
    kernel.allowInPlace();
  return writeKernel(
      kernel, machineOf(desc).lanes, units, /*grain=*/0, [&](KernelWriter &w) {
        auto version = [&](const MergedAxes &walked) {
          walkMerged(w, walked);
          PointwiseWriter(w, domain, shape, walked.partsOf(whole)).run();
        };
        if (axes.open().empty())
          return version(whole);
        w.l.branch(
            allEqual(w, axes), [&] { version(whole); }, [&] { version(axes); });
      });
}

} // namespace opc::cpu
