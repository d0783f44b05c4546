//===- TileProduct.cpp - a product of matrices on tiles -------------------===//
#include "opc/Targets/Tile/TileProduct.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Numerics/NumericPlan.h"
#include "opc/Targets/Tile/CoreFamily.h"
#include "opc/Targets/Tile/CoreSchedules.h"
#include <numeric>

using namespace mlir;
namespace opc::tile {

/// What a reduction is taken for where only the run knows.
static constexpr int64_t kExpectedReduction = 1024;

/// The axes of a plan.
enum PlanAxes : unsigned { kRows, kColumns, kReduction };

//===----------------------------------------------------------------------===//
// What the machine makes
//===----------------------------------------------------------------------===//

/// Rows where vectors lie: the whole of a product can stay there.
static bool liesWithVectors(const MmaOperand &operand) {
  return operand.space == Space::Vector && operand.layout == Layout::RowMajor;
}

static const MmaUnit *unitFor(const Machine &machine, Operation *op) {
  const auto *unit = llvm::find_if(machine.mmaUnits, [&](const MmaUnit &unit) {
    return llvm::all_of(ArrayRef{&unit.a, &unit.b, &unit.c},
                        [](auto *part) { return liesWithVectors(*part); }) &&
           unit.a.type == spelling(getElementTypeOrSelf(op->getOperand(0))) &&
           unit.b.type == spelling(getElementTypeOrSelf(op->getOperand(1))) &&
           unit.c.type == spelling(getElementTypeOrSelf(op->getResult(0)));
  });
  return unit == machine.mmaUnits.end() ? nullptr : unit;
}

ScheduleResult TileProduct::of(KernelForm &kernel, const Machine &machine,
                               std::optional<TileProduct> &product) {
  Operation *op = kernel.root<MatmulOp>();
  if (!op)
    return misfitOf<MatmulOp>(kernel, "no product of matrices alone");
  const MmaUnit *unit = unitFor(machine, op);
  if (!unit)
    return ScheduleResult::declined("no matrix unit of these types whose sums "
                                    "lie with the vectors");
  ProductForm form = *ProductForm::of(op, kernel.env);
  // A column lies in memory as a row does, which is one copy.
  if (constantOf(form.columns) == 1)
    form.transposeB = true;
  if (form.transposeA && constantOf(form.rows.back()) == 1)
    form.transposeA = false;
  if (auto why = misfitAround(kernel, op->getResult(0), {form.a, form.b}))
    return ScheduleResult::declined(*why);
  NumericPlan plan = numericPlan(op, kernel.env);
  if (plan.chains != 1 || !plan.fused ||
      spelling(plan.accumulator) != unit->c.type)
    return ScheduleResult::declined(
        "a sum that is not one chain of fused products");
  if (!machine.lists("fill", unit->c.type) ||
      (form.transposeA && !machine.lists("transpose", unit->a.type)) ||
      (form.transposeB && !machine.lists("transpose", unit->b.type)))
    return ScheduleResult::declined("the machine has no fill, or no transpose");
  product = TileProduct{form, *unit, machine.rowMultiple};
  return ScheduleResult::taken();
}

//===----------------------------------------------------------------------===//
// What it needs
//===----------------------------------------------------------------------===//

static PlanOperand planOperand(StringRef name, Value tensor, PlanRole role,
                               std::array<unsigned, 2> axes) {
  PlanOperand operand;
  operand.name = name.str();
  operand.role = role;
  operand.elementBytes = elementBytes(getElementTypeOrSelf(tensor));
  for (unsigned axis : axes) {
    PlanDim dim;
    dim.terms.push_back({axis, 1});
    operand.dims.push_back(dim);
  }
  return operand;
}

void TileProduct::addTo(PlanKernel &kernel) const {
  // Rows of whole tiles are without padding: these are one copy.
  int64_t bytes = elementBytes(getElementTypeOrSelf(form.a));
  int64_t row = std::lcm(rowBytes, bytes) / bytes;
  kernel.axes[kRows].multiple = unit.m;
  kernel.axes[kColumns].multiple = std::lcm(unit.n, row);
  PlanAxis reduction;
  reduction.name = "reduction";
  reduction.extent = constantOf(form.reduction).value_or(kExpectedReduction);
  reduction.multiple = std::lcm(unit.k, row);
  reduction.reduced = true;
  kernel.axes.push_back(reduction);
  kernel.twoBuffers = false;
  auto add = [&](StringRef name, Value tensor, bool transposed,
                 std::array<unsigned, 2> axes) {
    kernel.operands.push_back(
        planOperand(name, tensor,
                    transposed ? PlanRole::Temporary : PlanRole::Input, axes));
    if (transposed)
      kernel.operands.push_back(planOperand((name + "_as_it_lies").str(),
                                            tensor, PlanRole::Input,
                                            {axes[1], axes[0]}));
  };
  add("a", form.a, form.transposeA, {kRows, kReduction});
  add("b", form.b, form.transposeB, {kReduction, kColumns});
}

//===----------------------------------------------------------------------===//
// The program
//===----------------------------------------------------------------------===//

ProductWriter::ProductWriter(KernelWriter &w, const TileAxes &axes,
                             const TileProduct &product, const TilePlan &plan,
                             size_t first)
    : w(w), l(w.l), b(w.l.b), axes(axes), product(product), plan(plan) {
  left = operand(product.form.a, product.form.transposeA, first);
  right = operand(product.form.b, product.form.transposeB, first);
}

/// Takes the plan's buffers from `next` on.
ProductWriter::Operand ProductWriter::operand(Value tensor, bool transposed,
                                              size_t &next) {
  Operand made{tensor, transposed, {}, {}};
  made.memory = made.arrival = buffer(tensor, next++);
  if (transposed)
    made.arrival = buffer(tensor, next++);
  return made;
}

Value ProductWriter::buffer(Value tensor, size_t number) {
  const PlannedBuffer &planned = plan.buffers[number];
  auto type = BufferType::get(b.getContext(), planned.shape,
                              getElementTypeOrSelf(tensor),
                              SpaceAttr::get(b.getContext(), planned.space),
                              planned.padded, Layout::RowMajor);
  auto made = BufferOp::create(b, l.loc, type, IntegerAttr());
  made.setName("tile_" + planned.name);
  return made;
}

/// The operand's matrix of the tile's batch, as it lies.
Value ProductWriter::matrix(const Operand &operand, const Place &place) {
  const ProductForm &form = product.form;
  bool isLeft = operand.tensor == form.a;
  Value depth = w.e.expr(form.reduction);
  Value rows = isLeft ? w.e.expr(axes.rows) : depth;
  Value columns = isLeft ? depth : w.e.expr(axes.columns);
  Value offset = matrixAt(w, form, operand.tensor, place.outer);
  // Axes before the rows are rows, too.
  if (form.batch.empty() && isLeft && !axes.outer.empty())
    offset =
        l.mul(w.e.linearize(place.outer, axes.outer), l.mul(rows, columns));
  if (operand.transposed)
    std::swap(rows, columns);
  return GlobalOp::create(
      b, l.loc, w.e.buffer(operand.tensor), offset,
      {getAsOpFoldResult(rows), getAsOpFoldResult(columns)});
}

Value ProductWriter::part(Value whole, Pair sizes) {
  ArrayRef<int64_t> shape = cast<BufferType>(whole.getType()).getShape();
  if (getConstantIntValue(sizes[0]) == shape[0] &&
      getConstantIntValue(sizes[1]) == shape[1])
    return whole;
  OpFoldResult zero = b.getIndexAttr(0);
  return ViewOp::create(b, l.loc, whole, {zero, zero}, sizes);
}

/// Starts the copy of the part of `matrix` at `at`.
Value ProductWriter::bring(const Operand &operand, Value matrix, Pair at,
                           Pair sizes) {
  if (operand.transposed) {
    std::swap(at[0], at[1]);
    std::swap(sizes[0], sizes[1]);
  }
  OpFoldResult zero = b.getIndexAttr(0);
  return CopyAsyncOp::create(b, l.loc, matrix, operand.arrival, at,
                             {zero, zero}, sizes);
}

/// What was brought, with rows and columns as the product has them.
Value ProductWriter::turned(const Operand &operand, Pair sizes) {
  Value ready = part(operand.memory, sizes);
  if (operand.transposed)
    TransposeOp::create(b, l.loc, part(operand.arrival, {sizes[1], sizes[0]}),
                        ready);
  return ready;
}

/// Steps of the reduction in the tile that starts at `start`, where it has
/// some.
OpFoldResult ProductWriter::stepsFrom(Value start) {
  AffineExpr extent = product.form.reduction;
  int64_t tile = plan.tiles[kReduction];
  std::optional<int64_t> known = constantOf(extent);
  if (known && (*known <= tile || *known % tile == 0))
    return b.getIndexAttr(std::min(*known, tile));
  return getAsOpFoldResult(
      l.min(l.sub(w.e.expr(extent), start), l.index(tile)));
}

void ProductWriter::write(const Place &place, Value c) {
  Type element = cast<BufferType>(c.getType()).getElementType();
  Value zero = arith::ConstantOp::create(b, l.loc, b.getZeroAttr(element));
  Value more = arith::ConstantOp::create(b, l.loc, b.getBoolAttr(true));
  FillOp::create(b, l.loc, c, zero);
  Value a = matrix(left, place), other = matrix(right, place);
  l.loop(l.index(0), w.e.expr(product.form.reduction), plan.tiles[kReduction],
         [&](Value start) {
           OpFoldResult at = getAsOpFoldResult(start);
           OpFoldResult steps = stepsFrom(start);
           Pair sizesA{place.rows, steps}, sizesB{steps, place.columns};
           WaitOp::create(b, l.loc,
                          {bring(left, a, {place.row, at}, sizesA),
                           bring(right, other, {at, place.column}, sizesB)});
           MmaOp::create(b, l.loc, turned(left, sizesA), turned(right, sizesB),
                         c, more);
         });
}

bool leadsProduct(Operation *op, const TargetDesc &desc) {
  return isa<MatmulOp>(op) && unitFor(machinesOf(desc).front(), op);
}

} // namespace opc::tile
