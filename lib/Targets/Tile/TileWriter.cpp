//===- TileWriter.cpp - a kernel as a program of tiles --------------------===//
#include "opc/Targets/Tile/TileWriter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
namespace opc::tile {

using Kind = TileStep::Kind;

TileWriter::TileWriter(KernelWriter &w, const TileAxes &axes,
                       const TileSteps &steps, const TileBuffers &buffers,
                       const TilePlan &plan)
    : w(w), l(w.l), b(w.l.b), axes(axes), steps(steps), buffers(buffers),
      plan(plan) {}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// Tiles of axis 0, rows, or 1, columns; 1 of a reduced one.
Value TileWriter::trips(unsigned axis) {
  bool isReduced =
      axes.reduced == (axis == 0 ? ReducedAxis::Rows : ReducedAxis::Columns);
  if (isReduced)
    return l.index(1);
  return l.ceilDiv(extentOf(axis == 0 ? axes.rows : axes.columns),
                   plan.tiles[axis]);
}

/// What there is of a tile that starts at `start`: a number where it is whole
/// for certain.
OpFoldResult TileWriter::sizeAt(unsigned axis, Value start) {
  AffineExpr extent = axis == 0 ? axes.rows : axes.columns;
  int64_t tile = plan.tiles[axis];
  std::optional<int64_t> known = constantOf(extent);
  if (known && *known % tile == 0)
    return b.getIndexAttr(tile);
  if (known && *known < tile)
    return b.getIndexAttr(*known);
  return getAsOpFoldResult(
      l.min(l.sub(extentOf(extent), start), l.index(tile)));
}

void TileWriter::makeBuffers() {
  MLIRContext *context = b.getContext();
  for (auto [buffer, planned] : llvm::zip(buffers.buffers, plan.buffers)) {
    auto type = BufferType::get(context, planned.shape, buffer.element,
                                SpaceAttr::get(context, planned.space),
                                planned.padded, Layout::RowMajor);
    memory.push_back(BufferOp::create(b, l.loc, type, IntegerAttr()));
  }
}

void TileWriter::write() {
  makeBuffers();
  if (axes.outer.empty())
    for (ValueRange tensors :
         {ValueRange(w.kernel.inputs), ValueRange(w.kernel.results)})
      for (Value tensor : tensors)
        if (steps.valueOf.contains(tensor))
          globals[tensor] = global(tensor, {});
  Value tiles = l.mul(trips(0), trips(1));
  for (AffineExpr extent : axes.outer)
    tiles = l.mul(tiles, extentOf(extent));
  Value first = CoreIdOp::create(b, l.loc), step = NumCoresOp::create(b, l.loc);
  auto loop = scf::ForOp::create(b, l.loc, first, tiles, step);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  writeTile(loop.getInductionVar());
}

void TileWriter::writeTile(Value tile) {
  Place place;
  Value columns = trips(1), rows = trips(0);
  Value column = l.mul(l.rem(tile, columns), plan.tiles[1]);
  Value rest = l.div(tile, columns);
  Value row = l.mul(l.rem(rest, rows), plan.tiles[0]);
  rest = l.div(rest, rows);
  place.outer = w.e.delinearize(rest, axes.outer);
  place.row = getAsOpFoldResult(row);
  place.column = getAsOpFoldResult(column);
  place.rows = sizeAt(0, row);
  place.columns = sizeAt(1, column);
  bool isOneTile = axes.reduced == ReducedAxis::None;
  if (!isOneTile) {
    unsigned axis = axes.reduced == ReducedAxis::Rows ? 0 : 1;
    std::optional<int64_t> extent =
        constantOf(axis == 0 ? axes.rows : axes.columns);
    isOneTile = extent && *extent <= plan.tiles[axis];
  }
  isOneTile ? inOneGo(place) : inPasses(place);
}

void TileWriter::inOneGo(Place place) {
  SmallVector<unsigned> wanted;
  for (Value result : w.kernel.results)
    wanted.push_back(steps.valueOf.at(result));
  std::vector<bool> needed = closureOf(wanted, /*withTotals=*/true);
  copyIn(place, needed);
  run(place, needed);
  copyOut(place, w.kernel.results);
}

/// Walks over the tiles of the reduced axis: what `wanted` needs is computed of
/// each.
void TileWriter::pass(Place place, ArrayRef<unsigned> wanted,
                      llvm::function_ref<void(const Place &)> then) {
  std::vector<bool> needed = closureOf(wanted, /*withTotals=*/false);
  unsigned axis = axes.reduced == ReducedAxis::Rows ? 0 : 1;
  Value extent = extentOf(axis == 0 ? axes.rows : axes.columns);
  l.loop(l.index(0), extent, plan.tiles[axis], [&](Value start) {
    Place here = place;
    (axis == 0 ? here.row : here.column) = start;
    (axis == 0 ? here.rows : here.columns) = sizeAt(axis, start);
    copyIn(here, needed);
    run(here, needed);
    then(here);
  });
}

static double neutralOf(ReduceKind kind) {
  double infinity = std::numeric_limits<double>::infinity();
  switch (kind) {
  case ReduceKind::Sum:
    return 0;
  case ReduceKind::Max:
    return -infinity;
  case ReduceKind::Min:
    return infinity;
  }
  return 0;
}

static BinaryKind binaryOf(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::Sum:
    return BinaryKind::Add;
  case ReduceKind::Max:
    return BinaryKind::Max;
  case ReduceKind::Min:
    return BinaryKind::Min;
  }
  return BinaryKind::Add;
}

void TileWriter::inPasses(Place place) {
  for (const TileStep &step : steps.steps) {
    const TileValue &made = steps.values[step.result];
    if (step.kind != Kind::Reduce) {
      if (made.ofTotals)
        emit(step, place);
      continue;
    }
    Value total = part(buffers.ofValue[step.result], place);
    FillOp::create(
        b, l.loc, total,
        number(FloatAttr::get(made.element, neutralOf(ReduceKind(step.code)))));
    pass(place, step.operands, [&](const Place &here) {
      unsigned one = buffers.partOf.at(step.result);
      emit(step, here, one);
      BinaryOp::create(b, l.loc, binaryOf(ReduceKind(step.code)), total,
                       part(one, here), total);
    });
  }
  SmallVector<Value> full, reduced;
  SmallVector<unsigned> wanted;
  for (Value result : w.kernel.results) {
    bool isFull = axes.reduced == ReducedAxis::Rows
                      ? axes.spreadOf(result).rows
                      : axes.spreadOf(result).columns;
    (isFull ? full : reduced).push_back(result);
    if (isFull)
      wanted.push_back(steps.valueOf.at(result));
  }
  if (!full.empty())
    pass(place, wanted, [&](const Place &here) { copyOut(here, full); });
  copyOut(place, reduced);
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

/// The tensor as rows and columns, at the outer axes' place.
Value TileWriter::global(Value tensor, const Place &place) {
  if (Value known = globals.lookup(tensor))
    return known;
  Dims dims(axes.outerOf(tensor));
  AffineExpr rows = axes.rowsOf(tensor), columns = axes.columnsOf(tensor);
  Value offset = l.index(0);
  if (!axes.outer.empty()) {
    SmallVector<Value> at;
    for (auto [extent, index] : llvm::zip(dims, place.outer))
      at.push_back(constantOf(extent) == 1 ? l.index(0) : index);
    at.append(2, l.index(0));
    dims.append({rows, columns});
    offset = w.e.linearize(at, dims);
  }
  SmallVector<OpFoldResult> sizes{getAsOpFoldResult(extentOf(rows)),
                                  getAsOpFoldResult(extentOf(columns))};
  return GlobalOp::create(b, l.loc, w.e.buffer(tensor), offset, sizes);
}

/// Where a tensor's part of the tile starts, and its sizes.
void TileWriter::starts(Value tensor, const Place &place,
                        SmallVectorImpl<OpFoldResult> &at,
                        SmallVectorImpl<OpFoldResult> &sizes) {
  Spread spread = axes.spreadOf(tensor);
  OpFoldResult zero = b.getIndexAttr(0), one = b.getIndexAttr(1);
  at.assign(
      {spread.rows ? place.row : zero, spread.columns ? place.column : zero});
  sizes.assign(
      {spread.rows ? place.rows : one, spread.columns ? place.columns : one});
}

void TileWriter::copyIn(const Place &place, const std::vector<bool> &needed) {
  SmallVector<Value> tokens;
  SmallVector<OpFoldResult> zeros(2, b.getIndexAttr(0)), at, sizes;
  for (Value input : w.kernel.inputs) {
    auto found = steps.valueOf.find(input);
    if (found == steps.valueOf.end() || !needed[found->second])
      continue;
    starts(input, place, at, sizes);
    tokens.push_back(CopyAsyncOp::create(b, l.loc, global(input, place),
                                         memory[buffers.ofValue[found->second]],
                                         at, zeros, sizes));
  }
  if (!tokens.empty())
    WaitOp::create(b, l.loc, tokens);
}

void TileWriter::copyOut(const Place &place, ArrayRef<Value> results) {
  SmallVector<Value> tokens;
  SmallVector<OpFoldResult> zeros(2, b.getIndexAttr(0)), at, sizes;
  for (Value result : results) {
    starts(result, place, at, sizes);
    tokens.push_back(CopyAsyncOp::create(
        b, l.loc, memory[buffers.ofValue[steps.valueOf.at(result)]],
        global(result, place), zeros, at, sizes));
  }
  if (!tokens.empty())
    WaitOp::create(b, l.loc, tokens);
}

//===----------------------------------------------------------------------===//
// Work
//===----------------------------------------------------------------------===//

/// The values that `wanted` is computed of. Without totals: these are there.
std::vector<bool> TileWriter::closureOf(ArrayRef<unsigned> wanted,
                                        bool withTotals) {
  std::vector<bool> needed(steps.values.size());
  for (unsigned value : wanted)
    needed[value] = true;
  for (const TileStep &step : llvm::reverse(steps.steps)) {
    bool isThere = !withTotals && steps.values[step.result].ofTotals;
    if (!needed[step.result] || isThere)
      continue;
    for (unsigned operand : step.operands)
      needed[operand] = true;
  }
  if (!withTotals)
    for (auto [number, value] : llvm::enumerate(steps.values))
      if (value.ofTotals)
        needed[number] = false;
  return needed;
}

void TileWriter::run(const Place &place, const std::vector<bool> &needed) {
  for (const TileStep &step : steps.steps)
    if (needed[step.result])
      emit(step, place);
}

Value TileWriter::number(TypedAttr value) {
  return arith::ConstantOp::create(b, l.loc, value);
}

/// What of a buffer the tile has.
Value TileWriter::part(unsigned buffer, const Place &place) {
  Value whole = memory[buffer];
  ArrayRef<int64_t> shape = cast<BufferType>(whole.getType()).getShape();
  Spread spread = buffers.buffers[buffer].spread;
  OpFoldResult one = b.getIndexAttr(1), zero = b.getIndexAttr(0);
  SmallVector<OpFoldResult> sizes{spread.rows ? place.rows : one,
                                  spread.columns ? place.columns : one};
  if (getConstantIntValue(sizes[0]) == shape[0] &&
      getConstantIntValue(sizes[1]) == shape[1])
    return whole;
  return ViewOp::create(b, l.loc, whole, {zero, zero}, sizes);
}

void TileWriter::emit(const TileStep &step, const Place &place,
                      std::optional<unsigned> into) {
  SmallVector<Value> of;
  for (unsigned operand : step.operands)
    of.push_back(part(buffers.ofValue[operand], place));
  Value to = part(into.value_or(buffers.ofValue[step.result]), place);
  switch (step.kind) {
  case Kind::Unary:
    UnaryOp::create(b, l.loc, UnaryKind(step.code), of[0], to);
    return;
  case Kind::Binary:
    BinaryOp::create(b, l.loc, BinaryKind(step.code), of[0], of[1], to);
    return;
  case Kind::Scalar:
    if (of.empty())
      FillOp::create(b, l.loc, to, number(step.number));
    else
      BinaryScalarOp::create(b, l.loc, BinaryKind(step.code), of[0],
                             number(step.number), to);
    return;
  case Kind::Cast:
    CastOp::create(b, l.loc, of[0], to);
    return;
  case Kind::Compare:
    CompareOp::create(b, l.loc, Predicate(step.code), of[0], of[1], to);
    return;
  case Kind::Select:
    SelectOp::create(b, l.loc, of[0], of[1], of[2], to);
    return;
  case Kind::Broadcast:
    BroadcastOp::create(b, l.loc, of[0], to);
    return;
  case Kind::Reduce: {
    bool isLast = axes.reduced == ReducedAxis::Columns;
    auto reduce =
        ReduceOp::create(b, l.loc, ReduceKind(step.code),
                         isLast ? Axis::Last : Axis::First, of[0], to);
    // Of a part of the axis only the part's own total is known.
    if (!into && step.chains > 1) {
      reduce.setChains(step.chains);
      reduce.setRest(step.rest);
    }
    return;
  }
  }
}

} // namespace opc::tile
