//===- PlanEmitter.cpp - a plan as a program of tiles ---------------------===//
#include "PlanEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace opc::tile;

namespace {

Type elementOf(MLIRContext *context, int64_t bytes) {
  Builder b(context);
  switch (bytes) {
  case 1:
    return b.getI8Type();
  case 2:
    return b.getF16Type();
  case 4:
    return b.getF32Type();
  default:
    return b.getF64Type();
  }
}

/// A buffer that is copied beside the work: the one in use, the other, and what
/// has to be waited for before each is used.
struct Lane {
  unsigned operand;
  Value now, other, nowToken, otherToken;
};

class PlanEmitter {
public:
  PlanEmitter(MLIRContext *context, const PlanKernel &kernel,
              const TilePlan &plan, EmitWork begin, EmitWork work)
      : kernel(kernel), plan(plan), begin(begin), work(work), b(context),
        loc(b.getUnknownLoc()) {}

  OwningOpRef<ModuleOp> emit() {
    OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
    b.setInsertionPointToEnd(module->getBody());
    emitFunction();
    return module;
  }

private:
  Value number(int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value);
  }
  template <typename Op> Value calc(Value x, Value y) {
    return Op::create(b, loc, x, y);
  }

  int64_t whole(const PlanDim &dim) const {
    int64_t count = dim.span;
    for (const PlanDim::Term &term : dim.terms)
      count += term.step * (kernel.axes[term.axis].extent - 1);
    return count;
  }
  int64_t ofTile(const PlanDim &dim) const {
    int64_t count = dim.span;
    for (const PlanDim::Term &term : dim.terms)
      count += term.step * (plan.tiles[term.axis] - 1);
    return count;
  }
  bool isSplit(const PlanDim &dim) const {
    return llvm::any_of(dim.terms, [&](const PlanDim::Term &term) {
      return plan.trips[term.axis] > 1;
    });
  }
  int64_t tripsOf(bool reduced) const {
    int64_t count = 1;
    for (auto [axis, trips] : llvm::zip(kernel.axes, plan.trips))
      if (axis.reduced == reduced)
        count *= trips;
    return count;
  }
  /// How often an operand is copied, derived anew.
  PlanLevel levelOf(const PlanOperand &operand) const {
    PlanLevel level =
        operand.role == PlanRole::Output ? PlanLevel::Tile : PlanLevel::Once;
    for (const PlanDim &dim : operand.dims)
      for (const PlanDim::Term &term : dim.terms)
        if (plan.trips[term.axis] > 1)
          level =
              std::max(level, kernel.axes[term.axis].reduced ? PlanLevel::Step
                                                             : PlanLevel::Tile);
    return level;
  }

  void emitFunction() {
    SmallVector<Type> types;
    for (const PlanOperand &operand : kernel.operands)
      if (operand.role != PlanRole::Temporary)
        types.push_back(globalType(operand));
    auto function = func::FuncOp::create(b, loc, "kernel",
                                         b.getFunctionType(types, TypeRange()));
    Block *body = function.addEntryBlock();
    b.setInsertionPointToStart(body);
    unsigned next = 0;
    for (const PlanOperand &operand : kernel.operands)
      globals.push_back(operand.role == PlanRole::Temporary
                            ? Value()
                            : Value(body->getArgument(next++)));
    for (unsigned operand = 0; operand < kernel.operands.size(); ++operand)
      makeBuffers(operand);
    copyIn(PlanLevel::Once, nullptr, nullptr);
    emitTiles();
    func::ReturnOp::create(b, loc);
  }

  BufferType globalType(const PlanOperand &operand) {
    SmallVector<int64_t> shape;
    for (const PlanDim &dim : operand.dims)
      shape.push_back(whole(dim));
    return BufferType::get(
        shape, elementOf(b.getContext(), operand.elementBytes), Space::Global);
  }

  void makeBuffers(unsigned place) {
    const PlanOperand &operand = kernel.operands[place];
    const PlannedBuffer &planned = plan.buffers[place];
    SmallVector<int64_t> shape;
    for (const PlanDim &dim : operand.dims)
      shape.push_back(ofTile(dim));
    MLIRContext *context = b.getContext();
    auto type = BufferType::get(context, shape,
                                elementOf(context, operand.elementBytes),
                                SpaceAttr::get(context, operand.space),
                                planned.padded, Layout::RowMajor);
    now.push_back(BufferOp::create(b, loc, type, IntegerAttr()));
    other.push_back(planned.count == 2
                        ? Value(BufferOp::create(b, loc, type, IntegerAttr()))
                        : Value());
  }

  /// Where the tiles of a round begin: of axes by the number of their tile.
  SmallVector<Value> startsAt(Value parallel, Value reduced) {
    SmallVector<Value> starts(kernel.axes.size());
    for (bool isReduced : {false, true}) {
      Value rest = isReduced ? reduced : parallel;
      if (!rest)
        continue;
      SmallVector<unsigned> axes;
      for (unsigned axis = 0; axis < kernel.axes.size(); ++axis)
        if (kernel.axes[axis].reduced == isReduced && plan.trips[axis] > 1)
          axes.push_back(axis);
      // The outermost takes what is left, so that a round after the last one is
      // beyond it.
      for (unsigned axis : llvm::reverse(axes)) {
        Value trips = number(plan.trips[axis]);
        bool outermost = axis == axes.front();
        Value index = outermost ? rest : calc<arith::RemSIOp>(rest, trips);
        if (!outermost)
          rest = calc<arith::DivSIOp>(rest, trips);
        starts[axis] = calc<arith::MulIOp>(index, number(plan.tiles[axis]));
      }
    }
    return starts;
  }

  /// The window of an operand in global memory.
  void window(const PlanOperand &operand, ArrayRef<Value> starts,
              SmallVector<OpFoldResult> &from,
              SmallVector<OpFoldResult> &size) {
    for (const PlanDim &dim : operand.dims) {
      if (!isSplit(dim)) {
        from.push_back(b.getIndexAttr(0));
        size.push_back(b.getIndexAttr(whole(dim)));
        continue;
      }
      Value start = number(0);
      for (const PlanDim::Term &term : dim.terms)
        if (plan.trips[term.axis] > 1)
          start = calc<arith::AddIOp>(
              start, calc<arith::MulIOp>(starts[term.axis], number(term.step)));
      Value left = calc<arith::SubIOp>(number(whole(dim)), start);
      Value here = calc<arith::MinSIOp>(left, number(ofTile(dim)));
      from.push_back(start);
      size.push_back(calc<arith::MaxSIOp>(here, number(0)));
    }
  }

  Value copy(unsigned place, Value buffer, ArrayRef<Value> starts, bool in) {
    const PlanOperand &operand = kernel.operands[place];
    SmallVector<OpFoldResult> global, size,
        local(operand.dims.size(), b.getIndexAttr(0));
    window(operand, starts, global, size);
    if (in)
      return CopyAsyncOp::create(b, loc, globals[place], buffer, global, local,
                                 size);
    return CopyAsyncOp::create(b, loc, buffer, globals[place], local, global,
                               size);
  }

  void wait(ValueRange tokens) {
    if (!tokens.empty())
      WaitOp::create(b, loc, tokens);
  }

  bool isA(unsigned place, PlanRole role, PlanLevel level) const {
    const PlanOperand &operand = kernel.operands[place];
    return operand.role == role && levelOf(operand) == level;
  }

  /// Copies all inputs of a level, and waits for them.
  void copyIn(PlanLevel level, Value parallel, Value reduced) {
    SmallVector<Value> starts = startsAt(parallel, reduced), tokens;
    for (unsigned place = 0; place < kernel.operands.size(); ++place)
      if (isA(place, PlanRole::Input, level))
        tokens.push_back(copy(place, now[place], starts, true));
    wait(tokens);
  }

  void copyOut(Value parallel) {
    SmallVector<Value> starts = startsAt(parallel, nullptr), tokens;
    for (unsigned place = 0; place < kernel.operands.size(); ++place)
      if (kernel.operands[place].role == PlanRole::Output)
        tokens.push_back(copy(place, now[place], starts, false));
    wait(tokens);
  }

  void call(EmitWork what, Value parallel, Value reduced) {
    EmittedStep step{b, loc, now, {}};
    SmallVector<Value> starts = startsAt(parallel, reduced);
    for (const PlanOperand &operand : kernel.operands) {
      SmallVector<OpFoldResult> from, size;
      if (!reduced && levelOf(operand) == PlanLevel::Step)
        size.assign(operand.dims.size(), OpFoldResult());
      else
        window(operand, starts, from, size);
      step.sizes.push_back(std::move(size));
    }
    what(step);
  }

  /// The loop over tiles of parallel axes.
  void emitTiles() {
    Value first = CoreIdOp::create(b, loc), step = NumCoresOp::create(b, loc);
    Value last = number(tripsOf(false));
    bool reduces = tripsOf(true) > 1;
    if (plan.doubled && !reduces)
      return emitLanes(first, last, step, PlanLevel::Tile, [&](Value tile) {
        call(begin, tile, nullptr);
        call(work, tile, nullptr);
      });
    auto loop = scf::ForOp::create(b, loc, first, last, step);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    Value tile = loop.getInductionVar();
    copyIn(PlanLevel::Tile, tile, nullptr);
    call(begin, tile, nullptr);
    if (reduces)
      emitSteps(tile);
    else
      call(work, tile, nullptr);
    copyOut(tile);
  }

  /// The loop over tiles of reduced axes.
  void emitSteps(Value tile) {
    Value last = number(tripsOf(true)), zero = number(0), one = number(1);
    outer = tile;
    if (plan.doubled)
      return emitLanes(zero, last, one, PlanLevel::Step,
                       [&](Value step) { call(work, tile, step); });
    auto loop = scf::ForOp::create(b, loc, zero, last, one);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    copyIn(PlanLevel::Step, tile, loop.getInductionVar());
    call(work, tile, loop.getInductionVar());
  }

  Value copyLane(const Lane &lane, Value buffer, PlanLevel level, Value round) {
    bool steps = level == PlanLevel::Step;
    SmallVector<Value> starts =
        startsAt(steps ? outer : round, steps ? round : Value());
    bool in = kernel.operands[lane.operand].role == PlanRole::Input;
    return copy(lane.operand, buffer, starts, in);
  }

  /// A loop that works on one buffer while the other is copied: inputs of the
  /// next round, outputs of the one before.
  void emitLanes(Value first, Value last, Value step, PlanLevel level,
                 function_ref<void(Value)> body) {
    std::vector<Lane> lanes;
    SmallVector<Value> starts;
    for (unsigned place = 0; place < kernel.operands.size(); ++place) {
      if (!other[place])
        continue;
      Lane lane{place, now[place], other[place], DoneOp::create(b, loc),
                DoneOp::create(b, loc)};
      if (kernel.operands[place].role == PlanRole::Input)
        lane.nowToken = copyLane(lane, lane.now, level, first);
      lanes.push_back(lane);
      starts.append({lane.now, lane.other, lane.nowToken, lane.otherToken});
    }
    auto loop = scf::ForOp::create(b, loc, first, last, step, starts);
    SmallVector<Value> before = now;
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(loop.getBody());
      emitRound(lanes, loop, level, body);
    }
    now = before;
    SmallVector<Value> tokens;
    for (unsigned place = 0; place < lanes.size(); ++place)
      tokens.append(
          {loop.getResult(4 * place + 2), loop.getResult(4 * place + 3)});
    wait(tokens);
  }

  void emitRound(std::vector<Lane> &lanes, scf::ForOp loop, PlanLevel level,
                 function_ref<void(Value)> body) {
    Value round = loop.getInductionVar();
    Value next = calc<arith::AddIOp>(round, loop.getStep());
    SmallVector<Value> tokens, results;
    for (auto [place, lane] : llvm::enumerate(lanes)) {
      ValueRange carried = loop.getRegionIterArgs().slice(4 * place, 4);
      lane = {lane.operand, carried[0], carried[1], carried[2], carried[3]};
      now[lane.operand] = lane.now;
      tokens.push_back(lane.nowToken);
      if (kernel.operands[lane.operand].role == PlanRole::Input)
        lane.otherToken = copyLane(lane, lane.other, level, next);
    }
    wait(tokens);
    body(round);
    for (Lane &lane : lanes) {
      Value done = kernel.operands[lane.operand].role == PlanRole::Input
                       ? Value(DoneOp::create(b, loc))
                       : copyLane(lane, lane.now, level, round);
      results.append({lane.other, lane.now, lane.otherToken, done});
    }
    scf::YieldOp::create(b, loc, results);
  }

  const PlanKernel &kernel;
  const TilePlan &plan;
  EmitWork begin, work;
  OpBuilder b;
  Location loc;
  SmallVector<Value> globals, now, other;
  Value outer;
};

} // namespace

Value EmittedStep::part(unsigned operand) {
  SmallVector<OpFoldResult> starts(sizes[operand].size(), b.getIndexAttr(0));
  return ViewOp::create(b, loc, buffers[operand], starts, sizes[operand]);
}

OwningOpRef<ModuleOp> opc::tile::emitPlan(MLIRContext *context,
                                          const PlanKernel &kernel,
                                          const TilePlan &plan, EmitWork begin,
                                          EmitWork step) {
  return PlanEmitter(context, kernel, plan, begin, step).emit();
}
