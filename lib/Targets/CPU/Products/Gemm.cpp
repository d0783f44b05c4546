//===- Gemm.cpp - matrix products and what follows them -------------------===//
//
// opc.packed_matmul with weights packed at compile time, and opc.matmul whose b
// is read where it lies (transpose_b is a transpose of its own before: vectors
// run along the columns). All leading axes of a are rows where b has none.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Products/ProductTile.h"
#include "opc/Targets/Schedule/ProductForm.h"

using namespace mlir;
namespace opc::cpu {
namespace {

class GemmWriter {
public:
  GemmWriter(KernelWriter &w, const ProductForm &p,
             const VectorMachine &machine, const GemmPlan &plan,
             ProductKind kind)
      : w(w), p(p), lanes(machine.lanes), kind(kind) {
    LoopBuilder &l = w.l;
    m = w.e.expr(product(w.env.getContext(), p.rows));
    k = w.e.expr(p.reduction);
    n = w.e.expr(p.columns);
    columns = {n, lanes, plan, /*movable=*/!p.packed};
    wide = columns;
    wide.plan.tileVectors = plan.singleVectors;
    rows = TileSplit::unknown(m, plan.tileRows);
    rowTiles = rows.count(l.b, l.loc);
    blocks = columns.blocks(l).count(l.b, l.loc);
  }

  // A unit is one tile of rows over one block of columns; blocks change last
  // within a batch, so that their part of B stays in the cache.
  void run() {
    LoopBuilder &l = w.l;
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      Value rowTile = l.rem(unit, rowTiles);
      Value rest = l.div(unit, rowTiles);
      Value block = l.rem(rest, blocks);
      batch = w.e.delinearize(l.div(rest, blocks), p.batch);
      auto emit = [&](const ProductColumns &from, const TileSplit &split) {
        from.forPanels(l, block, [&](const ColumnPanel &panel) {
          split.emitPart(l.b, l.loc, rowTile, [&](Value row, int64_t count) {
            emitTile(row, count, panel);
          });
        });
      };
      rows.specialise(
          l.b, l.loc, [&](const TileSplit &few) { emit(wide, few); },
          [&](const TileSplit &many) { emit(columns, many); });
    });
  }

private:
  void emitTile(Value row, int64_t count, const ColumnPanel &panel) {
    LoopBuilder &l = w.l;
    GemmTile tile;
    tile.rows = count;
    tile.vectors = panel.vectors;
    tile.lanes = lanes;
    tile.accumulator = kind.accumulator;
    tile.dot = kind.dot;
    tile.fused = kind.oneRounding;
    tile.chains = columns.plan.chains(count * panel.vectors);
    tile.a = w.e.buffer(p.a);
    tile.aRowStep = p.transposeA ? l.index(1) : k;
    tile.aBase = l.add(matrixAt(w, p, p.a, batch), l.mul(row, tile.aRowStep));
    tile.b = w.e.buffer(p.b);
    tile.run = {k, l.index(0), l.index(0), p.transposeA ? m : l.index(1),
                p.packed ? l.index(lanes) : n};
    if (p.packed) {
      tile.bVectorStep = l.mul(k, lanes);
      tile.bBase = l.mul(panel.first, k);
      tile.prefetchSteps = columns.plan.prefetchSteps;
    } else {
      tile.bVectorStep = l.index(lanes);
      tile.bBase = l.add(matrixAt(w, p, p.b, batch), panel.first);
      tile.bAligned = false;
      if (panel.lastCount)
        tile.lastMask = w.v.lanesBelow(l.index(0), panel.lastCount);
    }
    emitProductTile(w, p.op->getResult(0), tile, panel, [&](Value i) {
      SmallVector<Value> indices(batch);
      llvm::append_range(indices, w.e.delinearize(l.add(row, i), p.rows));
      return indices;
    });
  }

  KernelWriter &w;
  const ProductForm &p;
  int64_t lanes;
  ProductKind kind;
  ProductColumns columns, wide; ///< for tiles of many rows, and of one
  TileSplit rows;
  Value m, n, k, rowTiles, blocks;
  SmallVector<Value> batch;
};

/// Products of f64, which are never packed.
bool isDouble(const ProductForm &p) {
  auto isF64 = [](Value value) { return getElementTypeOrSelf(value).isF64(); };
  return !p.packed && isF64(p.a) && isF64(p.b) && isF64(p.op->getResult(0));
}

GemmPlan planOf(const ProductForm &p, const VectorMachine &machine,
                ProductKind kind, KernelForm &kernel) {
  GemmShape shape;
  shape.rows = constantOf(product(kernel.context(), p.rows)).value_or(0);
  shape.columns = constantOf(p.columns).value_or(4 * machine.lanes);
  shape.reduction = constantOf(p.reduction).value_or(0) / kind.group();
  shape.fused = kind.fused();
  shape.chains = kind.chains;
  shape.spare = spareRegisters(kernel.function);
  // A mask of the lanes that exist, for all of the reduction.
  if (!p.packed && shape.columns % machine.lanes != 0)
    ++shape.spare;
  GemmPlan plan = planGemm(shape, machine);
  // Few rows make few units: panels then are units of their own.
  if (shape.rows > 0 && shape.rows <= 2 * plan.tileRows)
    plan.blockVectors = plan.tileVectors;
  return plan;
}

} // namespace

/// The type of the sums and how they are made; nothing where no schedule is for
/// such a product.
static std::optional<ProductKind> kindOf(const ProductForm &p,
                                         const TargetDesc &desc) {
  auto kind = productKind(p.a, p.b, p.op->getResult(0), desc);
  if (!kind && isDouble(p))
    return ProductKind{Float64Type::get(p.op->getContext())};
  // Dots are of weights that lie as they want them.
  return kind && kind->dot && !p.packed ? std::nullopt : kind;
}

/// By types alone: fusion asks often, and extents follow from all that is
/// before.
bool leadsGemm(Operation *op, const TargetDesc &desc) {
  auto matmul = dyn_cast<MatmulOp>(op);
  if (!isa<PackedMatmulOp>(op) && (!matmul || matmul.getTransposeB()))
    return false;
  ProductForm p;
  p.op = op;
  p.a = op->getOperand(0);
  p.b = op->getOperand(1);
  p.packed = !matmul;
  return kindOf(p, desc).has_value();
}

ScheduleResult scheduleGemm(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  Operation *op = kernel.root();
  std::optional<ProductForm> p = op ? ProductForm::of(op, env) : std::nullopt;
  if (p && p->transposeB)
    p.reset();
  if (!p)
    return misfitOf<PackedMatmulOp, MatmulOp>(kernel,
                                              "no product of matrices alone");
  if (auto why = misfitAround(kernel, op->getResult(0), {p->a, p->b}))
    return ScheduleResult::declined(*why);
  VectorMachine machine = machineOf(desc);
  std::optional<ProductKind> kind = kindOf(*p, desc);
  if (!kind)
    return ScheduleResult::declined("no product of these types");
  if (isDouble(*p))
    machine.lanes /= 2;
  kind = kind->under(numericPlan(op, env));
  if (!kind->dot)
    machine = kind->machineFor(machine, getElementTypeOrSelf(p->a));
  MLIRContext *context = kernel.context();
  GemmPlan plan = planOf(*p, machine, *kind, kernel);

  // Rows are counted as one axis wherever the ops after the product allow it.
  std::optional<MergedAxes> axes;
  if (p->batch.empty()) {
    axes = MergedAxes::ofKernel(kernel, Dims(env.dims(op->getResult(0))),
                                op->getResult(0));
    p->rows.assign(axes->domain().begin(), axes->domain().end() - 1);
  }
  AffineExpr m = product(context, p->rows);
  auto parts = [&](AffineExpr extent, int64_t tile) {
    return extent.ceilDiv(tile);
  };
  std::optional<int64_t> columns = constantOf(p->columns);
  AffineExpr blocks = env.constant(1);
  if (columns)
    blocks = parts(p->columns.ceilDiv(machine.lanes), plan.blockVectors);
  AffineExpr units =
      product(context, p->batch) * blocks * parts(m, plan.tileRows);
  // What parts that overlap write twice they also have to read twice.
  if (constantOf(m) && columns && (p->packed || *columns % machine.lanes == 0))
    kernel.allowInPlace();
  return writeKernel(kernel, machine.lanes, units, /*grain=*/0,
                     [&](KernelWriter &w) {
                       if (axes)
                         walkMerged(w, *axes);
                       GemmWriter(w, *p, machine, plan, *kind).run();
                     });
}

} // namespace opc::cpu
