//===- GroupReduce.cpp - reductions, a row for each group -----------------===//
//
// Sums, softmax, normalisations. Where the last axis is reduced, a group works
// off a row: each item combines its share into a partial total, halves of these
// are combined in shared memory until one is left, and all items go on with it.
// Shares are those of the NumericPlan, so that sums are the same to the last
// bit as on any other target. Where the last axis is kept, each item has a
// column.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "opc/Targets/Schedule/RowReductions.h"
#include "opc/Targets/Simt/GridSchedules.h"

using namespace mlir;
namespace opc::simt {
namespace {

SmallVector<ReductionOp> reductionsOf(KernelForm &kernel) {
  SmallVector<ReductionOp> reduces;
  for (Operation &op : kernel.ops())
    if (auto reduce = dyn_cast<ReductionOp>(op))
      reduces.push_back(reduce);
  return reduces;
}

/// The items that share a line, and those that share what is left of it.
struct Shares {
  int64_t chains, rest;
};

Shares sharesOf(ReductionOp reduce, int64_t anyOrder, ShapeEnv &env) {
  NumericPlan plan = numericPlan(reduce, env);
  if (plan.anyOrder)
    return {anyOrder, anyOrder};
  return {plan.chains, plan.rest};
}

/// Writes the passes over the rows of a kernel.
class RowWriter {
public:
  RowWriter(KernelWriter &w, Grid &grid, const RowReductions &rows,
            int64_t group)
      : w(w), l(w.l), grid(grid), rows(rows), group(group) {
    for (Operation &op : w.kernel.tensors->front())
      if (auto reduce = dyn_cast<ReductionOp>(op))
        reduces.push_back(reduce);
    for (Value result : w.kernel.results)
      (w.v.dims(result) == rows.domain ? full : reduced).push_back(result);
  }

  /// All of a row by the group, which is at `unit` of the outer axes.
  void byGroup(Value unit) {
    startAt(unit, rows.outer);
    for (ReductionOp reduce : reduces)
      w.v.bind(reduce->getResult(0), totalOfGroup(reduce));
    nest(0, {}, [&](ValueRange) {
      grid.strided(grid.item(), lastExtent(), l.index(group), [&](Value i) {
        at.back() = i;
        writeElements(w, at, full);
      });
      return SmallVector<Value>();
    });
    resetReduced();
    l.branch(l.less(grid.item(), l.index(1)),
             [&] { writeElements(w, at, reduced); });
    w.v.clearBound();
  }

  /// A column by one item, which is at `unit` of all axes that are kept.
  void byItem(Value unit) {
    SmallVector<int64_t> kept(rows.outer);
    kept.push_back(rows.domain.size() - 1);
    startAt(unit, kept);
    for (ReductionOp reduce : reduces)
      w.v.bind(reduce->getResult(0), totalOfItem(reduce));
    if (!full.empty())
      nest(0, {}, [&](ValueRange) {
        writeElements(w, at, full);
        return SmallVector<Value>();
      });
    resetReduced();
    writeElements(w, at, reduced);
    w.v.clearBound();
  }

private:
  Value lastExtent() { return w.e.expr(rows.domain.back()); }

  void startAt(Value unit, ArrayRef<int64_t> axes) {
    at.assign(rows.domain.size(), l.index(0));
    Dims extents;
    for (int64_t axis : axes)
      extents.push_back(rows.domain[axis]);
    for (auto [axis, index] : llvm::zip(axes, w.e.delinearize(unit, extents)))
      at[axis] = index;
  }

  void resetReduced() {
    for (int64_t axis : rows.reduced)
      at[axis] = l.index(0);
  }

  /// carried = body(carried) over all reduced axes but the last axis.
  SmallVector<Value>
  nest(unsigned depth, ValueRange carried,
       llvm::function_ref<SmallVector<Value>(ValueRange)> body) {
    unsigned depths = rows.reduced.size() - (rows.lastReduced ? 1 : 0);
    if (depth == depths)
      return body(carried);
    int64_t axis = rows.reduced[depth];
    return l.fold(l.index(0), w.e.expr(rows.domain[axis]), 1, carried,
                  [&](Value i, ValueRange inner) {
                    at[axis] = i;
                    return nest(depth + 1, inner, body);
                  });
  }

  Value neutral(ReductionOp reduce) {
    return arith::ConstantOp::create(
        l.b, l.loc, reduce.neutralOf(reduce.accumulatorType()));
  }

  /// `total` with the element where `at` is.
  Value combined(ReductionOp reduce, Value total) {
    Value x = w.v.element(reduce.getX(), uniform(at));
    return reduce.emitCombine(l.b, l.loc, total,
                              convertedFloat(l, x, reduce.accumulatorType()));
  }

  /// As an element of what was reduced.
  Value narrowed(ReductionOp reduce, Value total) {
    return convertedFloat(l, total, getElementTypeOrSelf(reduce.getX()));
  }

  Value totalOfItem(ReductionOp reduce) {
    Value total = nest(0, neutral(reduce), [&](ValueRange carried) {
      return SmallVector<Value>{combined(reduce, carried[0])};
    })[0];
    return narrowed(reduce, total);
  }

  /// Elements [first, last) of the line, those from `item` on by `step`.
  Value share(ReductionOp reduce, Value first, Value last, int64_t step,
              Value total) {
    return l.fold(l.add(first, grid.item()), last, step, total,
                  [&](Value i, ValueRange carried) {
                    at.back() = i;
                    return SmallVector<Value>{combined(reduce, carried[0])};
                  })[0];
  }

  Value totalOfGroup(ReductionOp reduce) {
    auto [chains, rest] = sharesOf(reduce, group, w.env);
    Value extent = lastExtent();
    Value whole = l.sub(extent, l.rem(extent, l.index(chains)));
    // Items without a share of what is left begin behind it.
    auto limit = [&](int64_t items, Value last) {
      return items == group ? last
                            : l.select(l.less(grid.item(), l.index(items)),
                                       last, l.index(0));
    };
    Value total = nest(0, neutral(reduce), [&](ValueRange carried) {
      Value most =
          share(reduce, l.index(0), limit(chains, whole), chains, carried[0]);
      return SmallVector<Value>{
          share(reduce, whole, limit(rest, extent), rest, most)};
    })[0];
    return narrowed(reduce, acrossItems(reduce, total, chains));
  }

  Value acrossItems(ReductionOp reduce, Value total, int64_t chains) {
    Value memory = grid.shared(total.getType(), group);
    auto read = [&](Value from) -> Value {
      return memref::LoadOp::create(l.b, l.loc, memory, from);
    };
    auto write = [&](Value value) {
      memref::StoreOp::create(l.b, l.loc, value, memory, grid.item());
    };
    write(total);
    grid.wait();
    for (int64_t half = chains / 2; half >= 1; half /= 2) {
      l.branch(l.less(grid.item(), l.index(half)), [&] {
        write(reduce.emitCombine(l.b, l.loc, read(grid.item()),
                                 read(l.add(grid.item(), half))));
      });
      grid.wait();
    }
    Value result = read(l.index(0));
    // Before somebody writes there again.
    grid.wait();
    return result;
  }

  KernelWriter &w;
  LoopBuilder &l;
  Grid &grid;
  const RowReductions &rows;
  int64_t group;
  SmallVector<ReductionOp> reduces;
  SmallVector<Value> full, reduced; ///< results by their extents
  SmallVector<Value> at;            ///< position along every axis
};

/// Whether items can add up as the plan of `reduce` says.
bool keepsToPlan(ReductionOp reduce, const RowReductions &rows, int64_t most,
                 ShapeEnv &env) {
  NumericPlan plan = numericPlan(reduce, env);
  if (plan.anyOrder || rows.reduced.empty())
    return true;
  if (!rows.lastReduced)
    return plan.chains == 1;
  return llvm::isPowerOf2_64(plan.chains) && plan.chains <= most &&
         rows.isLine(reduce, plan, env);
}

} // namespace

bool leadsReduce(Operation *op, const TargetDesc &) {
  return RowReductions::leads(op);
}

ScheduleResult scheduleReduce(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  std::optional<RowReductions> rows;
  if (ScheduleResult result = RowReductions::of(kernel, rows);
      !result.isTaken())
    return result;
  int64_t group = desc.simt->wave;
  for (ReductionOp reduce : reductionsOf(kernel)) {
    if (!keepsToPlan(reduce, *rows, desc.simt->group, env))
      return ScheduleResult::declined("a sum in another order than of items");
    group = std::max(group, sharesOf(reduce, desc.simt->wave, env).chains);
  }
  AffineExpr units = env.constant(1);
  for (int64_t axis : rows->outer)
    units = units * rows->domain[axis];
  if (!rows->lastReduced) {
    units = units * rows->domain.back();
    group = desc.simt->group;
  }
  return writeGridKernel(
      kernel, /*lanes=*/1, units, group, /*perGroup=*/rows->lastReduced,
      [&](KernelWriter &w, Grid &grid) {
        walkMerged(w, rows->axes);
        RowWriter writer(w, grid, *rows, group);
        if (rows->lastReduced)
          grid.forGroupUnits([&](Value unit) { writer.byGroup(unit); });
        else
          grid.forItemUnits(group, [&](Value unit) { writer.byItem(unit); });
      });
}

} // namespace opc::simt
