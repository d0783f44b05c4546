//===- TileWriter.cpp - a kernel as a program of tiles --------------------===//
#include "opc/Targets/Tile/TileWriter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "opc/Targets/Tile/TileProduct.h"

using namespace mlir;
namespace opc::tile {

using Kind = TileStep::Kind;

TileWriter::TileWriter(KernelWriter &w, const TileAxes &axes,
                       const TileSteps &steps, const TileBuffers &buffers,
                       const TilePlan &plan, ProductWriter *product)
    : w(w), l(w.l), b(w.l.b), axes(axes), product(product), steps(steps),
      buffers(buffers), plan(plan) {}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

bool TileWriter::isReduced(unsigned axis) const {
  return axes.reduced == (axis == 0 ? ReducedAxis::Rows : ReducedAxis::Columns);
}

/// For certain.
bool TileWriter::isOneTile(unsigned axis) const {
  std::optional<int64_t> known = constantOf(extent(axis));
  return known && *known <= plan.tiles[axis];
}

/// Tiles of an axis; a reduced one is not shared out.
Value TileWriter::trips(unsigned axis) {
  if (isReduced(axis) || isOneTile(axis))
    return l.index(1);
  return l.ceilDiv(extentOf(extent(axis)), plan.tiles[axis]);
}

/// What there is of a tile that starts at `start`: a number where it is whole
/// for certain.
OpFoldResult TileWriter::sizeAt(unsigned axis, Value start) {
  int64_t tile = plan.tiles[axis];
  std::optional<int64_t> known = constantOf(extent(axis));
  if (known && *known > 0 && *known % tile == 0)
    return b.getIndexAttr(tile);
  if (known && *known < tile)
    return b.getIndexAttr(*known);
  return getAsOpFoldResult(
      l.min(l.sub(extentOf(extent(axis)), start), l.index(tile)));
}

void TileWriter::makeBuffers() {
  MLIRContext *context = b.getContext();
  for (auto [buffer, planned] : llvm::zip(buffers.buffers, plan.buffers)) {
    auto type = BufferType::get(context, planned.shape, buffer.element,
                                SpaceAttr::get(context, planned.space),
                                planned.padded, Layout::RowMajor);
    auto make = [&, type = type](const std::string &name) -> Value {
      auto made = BufferOp::create(b, l.loc, type, IntegerAttr());
      made.setName(name);
      return made;
    };
    memory.push_back(make(buffer.name));
    other.push_back(planned.count == 2 ? make(buffer.name + "_other")
                                       : Value());
  }
}

/// Of all tensors: where they lie does not change from tile to tile.
void TileWriter::makeGlobals() {
  for (Value tensor : llvm::concat<Value>(w.kernel.inputs, w.kernel.results))
    if (steps.valueOf.contains(tensor))
      globals[tensor] = global(tensor, {});
}

void TileWriter::write() {
  makeBuffers();
  if (axes.outer.empty())
    makeGlobals();
  for (const TileStep &step : steps.steps)
    if (step.ofRun && !numbers.contains(step.ofRun))
      numbers[step.ofRun] = w.e.element(
          step.ofRun,
          SmallVector<Value>(w.env.dims(step.ofRun).size(), l.index(0)));
  Value tiles = l.mul(trips(0), trips(1));
  for (AffineExpr extent : axes.outer)
    tiles = l.mul(tiles, extentOf(extent));
  std::vector<bool> all(steps.values.size(), true);
  Place start = placeOf(l.index(0));
  copyNow(inputsOf(PlanLevel::Once, all), start, /*in=*/true);
  Value first = CoreIdOp::create(b, l.loc), step = NumCoresOp::create(b, l.loc);
  bool inOne = axes.reduced == ReducedAxis::None ||
               isOneTile(axes.reduced == ReducedAxis::Rows ? 0 : 1);
  if (inOne)
    return inOneGo(first, tiles, step);
  Rounds rounds{first, tiles, step, [&](Value tile) { return placeOf(tile); }};
  loop(rounds, inputsOf(PlanLevel::Tile, all), {},
       [&](const Place &place) { inPasses(place); });
}

TileWriter::Place TileWriter::placeOf(Value tile) {
  Place place;
  Value columns = trips(1), rows = trips(0), rest = l.index(0);
  bool hasRows = !axes.outer.empty() || constantIndex(rows) != 1;
  Value column = l.mul(hasRows ? l.rem(tile, columns) : tile, plan.tiles[1]);
  if (hasRows)
    rest = l.div(tile, columns);
  Value row =
      l.mul(axes.outer.empty() ? rest : l.rem(rest, rows), plan.tiles[0]);
  place.outer = w.e.delinearize(l.div(rest, rows), axes.outer);
  place.row = getAsOpFoldResult(row);
  place.column = getAsOpFoldResult(column);
  place.rows = sizeAt(0, row);
  place.columns = sizeAt(1, column);
  place.one = b.getIndexAttr(1);
  return place;
}

PlanLevel TileWriter::levelOf(Value input) const {
  Spread spread = axes.spreadOf(input);
  const bool spreads[] = {spread.rows, spread.columns};
  PlanLevel level = PlanLevel::Once;
  for (AffineExpr extent : axes.outerOf(input))
    if (constantOf(extent) != 1)
      level = PlanLevel::Tile;
  for (unsigned axis : {0, 1})
    if (spreads[axis] && !isOneTile(axis))
      level =
          std::max(level, isReduced(axis) ? PlanLevel::Step : PlanLevel::Tile);
  return level;
}

TileWriter::Tensors
TileWriter::inputsOf(PlanLevel level, const std::vector<bool> &needed) const {
  Tensors inputs;
  for (Value input : w.kernel.inputs) {
    auto found = steps.valueOf.find(input);
    if (found != steps.valueOf.end() && needed[found->second] &&
        levelOf(input) == level)
      inputs.push_back(input);
  }
  return inputs;
}

void TileWriter::inOneGo(Value first, Value last, Value step) {
  SmallVector<unsigned> wanted;
  for (Value result : w.kernel.results)
    wanted.push_back(steps.valueOf.at(result));
  std::vector<bool> needed = closureOf(wanted, /*withTotals=*/true);
  Rounds rounds{first, last, step, [&](Value tile) { return placeOf(tile); }};
  loop(rounds, inputsOf(PlanLevel::Tile, needed), Tensors(w.kernel.results),
       [&](const Place &place) { run(place, needed); });
}

/// Walks over the tiles of the reduced axis: what `wanted` needs is computed of
/// each, and `results` are written.
void TileWriter::pass(const Place &place, ArrayRef<unsigned> wanted,
                      const Tensors &results, Work then) {
  std::vector<bool> needed = closureOf(wanted, /*withTotals=*/false);
  unsigned axis = isReduced(0) ? 0 : 1;
  Rounds rounds{l.index(0), extentOf(extent(axis)), l.index(plan.tiles[axis]),
                [&](Value start) {
                  Place here = place;
                  (axis == 0 ? here.row : here.column) =
                      getAsOpFoldResult(start);
                  (axis == 0 ? here.rows : here.columns) = sizeAt(axis, start);
                  return here;
                }};
  loop(rounds, inputsOf(PlanLevel::Step, needed), results,
       [&](const Place &here) {
         run(here, needed);
         then(here);
       });
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// In each round inputs come, work is done and outputs go.
void TileWriter::loop(const Rounds &rounds, const Tensors &inputs,
                      const Tensors &outputs, Work work) {
  auto overlaps = [&](Value tensor) { return bool(other[bufferOf(tensor)]); };
  if (llvm::any_of(inputs, overlaps) || llvm::any_of(outputs, overlaps))
    return overlappedLoop(rounds, inputs, outputs, work);
  auto loop =
      scf::ForOp::create(b, l.loc, rounds.first, rounds.last, rounds.step);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  Place place = rounds.at(loop.getInductionVar());
  copyNow(inputs, place, /*in=*/true);
  work(place);
  copyNow(outputs, place, /*in=*/false);
}

/// Behind the last round there is nothing.
TileWriter::Place TileWriter::atOrNothing(const Rounds &rounds, Value round) {
  Place place = rounds.at(round);
  Value exists = l.less(round, rounds.last);
  Value rows = getValueOrCreateConstantIndexOp(b, l.loc, place.rows);
  place.rows = getAsOpFoldResult(l.select(exists, rows, l.index(0)));
  place.one = getAsOpFoldResult(l.select(exists, l.index(1), l.index(0)));
  return place;
}

/// Those of `all` that have two buffers, or that have one.
TileWriter::Tensors TileWriter::withBuffers(const Tensors &all,
                                            unsigned count) const {
  return Tensors(llvm::make_filter_range(all, [&](Value tensor) {
    return (other[bufferOf(tensor)] ? 2 : 1) == count;
  }));
}

/// The buffers of a round and of the one after it take turns; so do tokens of
/// outputs, which are waited for when the turn comes again.
void TileWriter::overlappedLoop(const Rounds &rounds, const Tensors &inputs,
                                const Tensors &outputs, Work work) {
  Tensors in = withBuffers(inputs, 2), out = withBuffers(outputs, 2), carried;
  Place start = atOrNothing(rounds, rounds.first);
  for (Value tensor : in) {
    unsigned buffer = bufferOf(tensor);
    carried.append({memory[buffer], other[buffer],
                    copy(tensor, memory[buffer], start, /*in=*/true)});
  }
  for (Value tensor : out) {
    unsigned buffer = bufferOf(tensor);
    carried.append({memory[buffer], other[buffer], DoneOp::create(b, l.loc),
                    DoneOp::create(b, l.loc)});
  }
  std::vector<Value> before = memory;
  auto loop = scf::ForOp::create(b, l.loc, rounds.first, rounds.last,
                                 rounds.step, carried);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    ValueRange args = loop.getRegionIterArgs();
    Carried now{in,
                out,
                args.take_front(3 * in.size()),
                args.drop_front(3 * in.size()),
                {}};
    Place place = startRound(rounds, loop.getInductionVar(), now);
    copyNow(withBuffers(inputs, 1), place, /*in=*/true);
    work(place);
    copyNow(withBuffers(outputs, 1), place, /*in=*/false);
    endRound(place, now);
  }
  memory = before;
  Tensors left;
  for (Value result : loop.getResults())
    if (isa<TokenType>(result.getType()))
      left.push_back(result);
  WaitOp::create(b, l.loc, left);
}

/// Waits for what the round works on and for what it writes over, then begins
/// to copy the next one's.
TileWriter::Place TileWriter::startRound(const Rounds &rounds, Value round,
                                         Carried &now) {
  Place place = rounds.at(round);
  Place next = atOrNothing(rounds, l.add(round, rounds.step));
  Tensors awaited;
  for (auto [number, tensor] : llvm::enumerate(now.in)) {
    memory[bufferOf(tensor)] = now.inArgs[3 * number];
    awaited.push_back(now.inArgs[3 * number + 2]);
  }
  for (auto [number, tensor] : llvm::enumerate(now.out)) {
    memory[bufferOf(tensor)] = now.outArgs[4 * number];
    awaited.push_back(now.outArgs[4 * number + 2]);
  }
  WaitOp::create(b, l.loc, awaited);
  for (auto [number, tensor] : llvm::enumerate(now.in)) {
    Value second = now.inArgs[3 * number + 1];
    now.yielded.append({second, now.inArgs[3 * number],
                        copy(tensor, second, next, /*in=*/true)});
  }
  return place;
}

void TileWriter::endRound(const Place &place, Carried &now) {
  for (auto [number, tensor] : llvm::enumerate(now.out)) {
    Value buffer = now.outArgs[4 * number];
    now.yielded.append({now.outArgs[4 * number + 1], buffer,
                        now.outArgs[4 * number + 3],
                        copy(tensor, buffer, place, /*in=*/false)});
  }
  scf::YieldOp::create(b, l.loc, now.yielded);
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

void TileWriter::inPasses(const Place &place) {
  for (const TileStep &step : steps.steps) {
    const TileValue &made = steps.values[step.result];
    if (step.kind != Kind::Reduce) {
      if (made.ofTotals) {
        run(place, closureOf(step.operands, /*withTotals=*/false));
        emit(step, place);
      }
      continue;
    }
    Value total = part(buffers.ofValue[step.result], place);
    FillOp::create(
        b, l.loc, total,
        number(FloatAttr::get(made.element, neutralOf(ReduceKind(step.code)))));
    pass(place, step.operands, {}, [&](const Place &here) {
      unsigned one = buffers.partOf.at(step.result);
      emit(step, here, one);
      BinaryOp::create(b, l.loc, binaryOf(ReduceKind(step.code)), total,
                       part(one, here), total);
    });
  }
  Tensors full, reduced;
  SmallVector<unsigned> wanted, alone;
  for (Value result : w.kernel.results) {
    bool isFull = axes.reduced == ReducedAxis::Rows
                      ? axes.spreadOf(result).rows
                      : axes.spreadOf(result).columns;
    (isFull ? full : reduced).push_back(result);
    if (!isFull)
      alone.push_back(steps.valueOf.at(result));
    if (isFull)
      wanted.push_back(steps.valueOf.at(result));
  }
  if (!full.empty())
    pass(place, wanted, full, [](const Place &) {});
  run(place, closureOf(alone, /*withTotals=*/false));
  copyNow(reduced, place, /*in=*/false);
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

/// Begins to copy a tensor's part of the tile, to or from `buffer`.
Value TileWriter::copy(Value tensor, Value buffer, const Place &place,
                       bool in) {
  Spread spread = axes.spreadOf(tensor);
  OpFoldResult zero = b.getIndexAttr(0), one = b.getIndexAttr(1);
  SmallVector<OpFoldResult> zeros(2, zero),
      at{spread.rows ? place.row : zero, spread.columns ? place.column : zero},
      sizes{spread.rows ? place.rows : one,
            spread.columns ? place.columns : one};
  Value whole = global(tensor, place);
  if (in)
    return CopyAsyncOp::create(b, l.loc, whole, buffer, at, zeros, sizes);
  return CopyAsyncOp::create(b, l.loc, buffer, whole, zeros, at, sizes);
}

void TileWriter::copyNow(ArrayRef<Value> tensors, const Place &place, bool in) {
  SmallVector<Value> tokens;
  for (Value tensor : tensors)
    tokens.push_back(copy(tensor, memory[bufferOf(tensor)], place, in));
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
  if (product)
    product->write(place, part(buffers.ofValue[*steps.product], place));
  for (const TileStep &step : steps.steps)
    if (needed[step.result])
      emit(step, place);
}

Value TileWriter::number(TypedAttr value) {
  return arith::ConstantOp::create(b, l.loc, value);
}

Value TileWriter::numberOf(const TileStep &step) {
  return step.number ? number(step.number) : numbers.at(step.ofRun);
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
      FillOp::create(b, l.loc, to, numberOf(step));
    else
      BinaryScalarOp::create(b, l.loc, BinaryKind(step.code), of[0],
                             numberOf(step), to);
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
