//===- GuardExtents.cpp - what text claims of extents, checked by the run -===//
//
// An op that reads an operand by extents that its attributes or other operands
// state relies on them to fit. In text nothing makes sure of that: what cannot
// be shown is demanded where the program runs.
//
//   %y = opc.slice %x {starts = (s1), dims = (s2), ...}
//   // becomes, for x of extent s0
//   opc.bind_clamp {bounds = (s1 + s2, -inf, s0), opc.demand = "..."}
//   %y = opc.slice %x ...
//
//===----------------------------------------------------------------------===//
#include "ExtentFacts.h"

#include "opc/Dialect/Opc/IR/ExtentBounds.h"
#include "opc/Runtime/Demand.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace opc;
using namespace mlir;

namespace {

class Guard {
public:
  Guard(Operation *op, ShapeEnv &env, const ExtentFacts &facts)
      : op(op), env(env), facts(facts), b(op) {}

  LogicalResult run() {
    llvm::TypeSwitch<Operation *>(op)
        .Case<ReshapeOp, SliceOp, TileOp, PadOp, ConvOp, ConvTransposeOp,
              PoolOp, MaxPoolIndicesOp, ResizeOp, GridSampleOp, RoiAlignOp,
              GatherElementsOp, GatherNdOp, ScatterElementsOp, ScatterNdOp,
              TopKOp, ReverseSequenceOp, NonMaxSuppressionOp, AttentionOp,
              RnnOp, GruOp, LstmOp, BindElementOp>(
            [&](auto known) { guard(known); });
    return failure(refused);
  }

private:
  void guard(ReshapeOp reshape);
  void guard(SliceOp slice);
  void guard(TileOp tile);
  void guard(PadOp pad);
  void guard(ConvOp conv);
  void guard(ConvTransposeOp conv);
  void guard(PoolOp pool) { guardWindows(pool, pool.getLayout()); }
  void guard(MaxPoolIndicesOp pool) { guardWindows(pool, "NCHW"); }
  void guard(ResizeOp resize);
  void guard(GridSampleOp sample);
  void guard(RoiAlignOp align);
  void guard(GatherElementsOp gather);
  void guard(GatherNdOp gather);
  void guard(ScatterElementsOp scatter);
  void guard(ScatterNdOp scatter);
  void guard(TopKOp topk);
  void guard(ReverseSequenceOp reverse);
  void guard(NonMaxSuppressionOp suppression);
  void guard(AttentionOp attention);
  void guard(RnnOp rnn) { guardRecurrent(rnn, 1); }
  void guard(GruOp gru) { guardRecurrent(gru, 3); }
  void guard(LstmOp lstm);
  void guard(BindElementOp bind);
  template <typename Op> void guardWindows(Op pool, StringRef layout);
  template <typename Op> void guardRecurrent(Op op, int64_t gates);

  AffineExpr dim(Value value, int64_t axis) { return env.dim(value, axis); }
  AffineExpr number(int64_t value) { return env.constant(value); }
  void equal(AffineExpr a, AffineExpr b);
  void equal(Value a, int64_t i, Value b, int64_t j) {
    equal(dim(a, i), dim(b, j));
  }
  /// Each of `from`, whose last is that of the last of `to`, is 1 or `to`.
  void broadcasts(ArrayRef<AffineExpr> from, ArrayRef<AffineExpr> to);
  void atMost(AffineExpr a, AffineExpr b);
  /// Of nothing there is no element for `readers` to read.
  void someFor(AffineExpr readers, AffineExpr extent);
  AffineExpr bindClamp(AffineExpr value, AffineExpr low, AffineExpr high,
                       StringRef demand);
  void demand(AffineExpr value, AffineExpr low, AffineExpr high,
              StringRef text);

  Operation *op;
  ShapeEnv &env;
  const ExtentFacts &facts;
  OpBuilder b;
  bool refused = false;
};

AffineExpr Guard::bindClamp(AffineExpr value, AffineExpr low, AffineExpr high,
                            StringRef demand) {
  auto main = op->getParentOfType<func::FuncOp>();
  unsigned index = addSymbol(main, "");
  OperationState state(op->getLoc(), BindClampOp::getOperationName());
  state.addAttribute("bounds", AffineMapAttr::get(toMap(op->getContext(),
                                                        {value, low, high})));
  state.addAttribute("symbol", b.getI64IntegerAttr(index));
  if (!demand.empty())
    state.addAttribute(kDemandAttr, b.getStringAttr(demand));
  b.create(state);
  return env.symbol(index);
}

/// Numbers that do not fit are refused at once.
void Guard::demand(AffineExpr value, AffineExpr low, AffineExpr high,
                   StringRef text) {
  std::optional<int64_t> known = constantOf(value), bound = constantOf(high);
  if (!known || !bound) {
    bindClamp(value, low, high, text);
    return;
  }
  if (!refused)
    op->emitOpError(demandText(text, *known, *bound));
  refused = true;
}

void Guard::equal(AffineExpr a, AffineExpr b) {
  if (!facts.areEqual(a, b))
    demand(a, b, b, "extents {0} and {1} differ");
}

void Guard::broadcasts(ArrayRef<AffineExpr> from, ArrayRef<AffineExpr> to) {
  for (auto [mine, whole] : llvm::zip(llvm::reverse(from), llvm::reverse(to)))
    if (!facts.broadcasts(mine, whole))
      equal(mine, whole);
}

void Guard::atMost(AffineExpr a, AffineExpr b) {
  if (!facts.isAtMost(a, b))
    demand(a, number(kNoLowerEnd), b, "{0} is more than {1}");
}

void Guard::someFor(AffineExpr readers, AffineExpr extent) {
  if (facts.isAtMost(number(1), extent) || facts.isAtMost(readers, extent))
    return;
  atMost(bindClamp(readers, number(0), number(1), ""), extent);
}

void Guard::guard(ReshapeOp reshape) {
  equal(env.size(reshape.getX()), env.size(reshape.getY()));
}

void Guard::guard(SliceOp slice) {
  for (auto [axis, step] : llvm::enumerate(slice.getSteps())) {
    AffineExpr start = slice.getStarts().getResult(axis),
               count = slice.getDims().getResult(axis),
               last = start + (count - 1) * step,
               extent = dim(slice.getX(), axis);
    bool isForward = step > 0;
    atMost(number(0), isForward ? start : last);
    atMost((isForward ? last : start) + 1, extent);
  }
}

void Guard::guard(TileOp tile) {
  for (auto [axis, extent] : llvm::enumerate(Dims(env.dims(tile.getX()))))
    someFor(tile.getDims().getResult(axis), extent);
}

void Guard::guard(PadOp pad) {
  if (pad.getMode() == "constant")
    return;
  for (auto [axis, extent] : llvm::enumerate(Dims(env.dims(pad.getX()))))
    someFor(pad.getDims().getResult(axis), extent);
}

/// Where the channels of an image are.
int64_t channelAxis(StringRef layout, ShapeEnv &env, Value x) {
  return layout == "NHWC" ? env.dims(x).size() - 1 : 1;
}

void Guard::guard(ConvOp conv) {
  int64_t group = conv.getGroup();
  AffineExpr filters = dim(conv.getW(), 0);
  int64_t axis = channelAxis(conv.getLayout(), env, conv.getX());
  equal(dim(conv.getX(), axis), dim(conv.getW(), 1) * group);
  equal(filters.floorDiv(group) * group, filters);
}

void Guard::guard(ConvTransposeOp conv) {
  int64_t group = conv.getGroup();
  AffineExpr channels = dim(conv.getW(), 0);
  int64_t axis = channelAxis(conv.getLayout(), env, conv.getX());
  equal(dim(conv.getX(), axis), channels);
  equal(channels.floorDiv(group) * group, channels);
}

/// The last window starts within the padded input.
template <typename Op> void Guard::guardWindows(Op pool, StringRef layout) {
  Value x = pool.getX();
  int64_t channel = channelAxis(layout, env, x);
  int64_t first = channel == 1 ? 2 : 1;
  equal(dim(x, 0), pool.getDims().getResult(0));
  equal(dim(x, channel), pool.getDims().getResult(channel));
  for (auto [i, stride] : llvm::enumerate(pool.getStrides()))
    atMost((pool.getDims().getResult(first + i) - 1) * stride + 1,
           dim(x, first + i) + (pool.getPadLow()[i] +
                                std::max<int64_t>(pool.getPadHigh()[i], 0)));
}

void Guard::guard(ResizeOp resize) {
  for (auto [i, axis] : llvm::enumerate(resize.getAxes()))
    someFor(resize.getDims().getResult(i), dim(resize.getX(), axis));
  equal(env.size(resize.getScales()), number(resize.getAxes().size()));
}

void Guard::guard(GridSampleOp sample) {
  int64_t rank = env.dims(sample.getX()).size();
  equal(sample.getX(), 0, sample.getGrid(), 0);
  equal(dim(sample.getGrid(), rank - 1), number(rank - 2));
}

void Guard::guard(RoiAlignOp align) {
  equal(dim(align.getRois(), 1), number(4));
  equal(align.getBatch(), 0, align.getRois(), 0);
}

void Guard::guard(GatherElementsOp gather) {
  for (size_t i = 0; i < env.dims(gather.getX()).size(); ++i)
    if (i != gather.getAxis())
      atMost(dim(gather.getIndices(), i), dim(gather.getX(), i));
}

void Guard::guard(GatherNdOp gather) {
  for (size_t i = 0; i < gather.getBatchDims(); ++i)
    equal(gather.getX(), i, gather.getIndices(), i);
}

void Guard::guard(ScatterElementsOp scatter) {
  for (size_t i = 0; i < env.dims(scatter.getX()).size(); ++i) {
    equal(scatter.getUpdates(), i, scatter.getIndices(), i);
    if (i != scatter.getAxis())
      atMost(dim(scatter.getIndices(), i), dim(scatter.getX(), i));
  }
}

void Guard::guard(ScatterNdOp scatter) {
  Dims x(env.dims(scatter.getX())), wanted(env.dims(scatter.getIndices()));
  int64_t depth = constantOf(wanted.pop_back_val()).value_or(0);
  llvm::append_range(wanted, ArrayRef(x).drop_front(depth));
  for (auto [i, extent] : llvm::enumerate(wanted))
    equal(dim(scatter.getUpdates(), i), extent);
}

void Guard::guard(TopKOp topk) {
  atMost(topk.getCount().getResult(0), dim(topk.getX(), topk.getAxis()));
}

void Guard::guard(ReverseSequenceOp reverse) {
  equal(reverse.getLengths(), 0, reverse.getX(), reverse.getBatchAxis());
}

void Guard::guard(NonMaxSuppressionOp suppression) {
  Value boxes = suppression.getBoxes(), scores = suppression.getScores();
  equal(boxes, 0, scores, 0);
  equal(boxes, 1, scores, 2);
  equal(dim(boxes, 2), number(4));
}

void Guard::guard(AttentionOp attention) {
  Value q = attention.getQ(), k = attention.getK(), v = attention.getV();
  equal(q, 0, k, 0);
  equal(q, 0, v, 0);
  equal(k, 1, v, 1);
  equal(k, 2, v, 2);
  equal(q, 3, k, 3);
  AffineExpr heads = dim(q, 1), shared = dim(k, 1);
  if (attention.getGroup())
    equal(attention.getGroup()->getResult(0) * shared, heads);
  else if (constantOf(shared).value_or(0) > 0)
    equal(heads.floorDiv(shared) * shared, heads);
  else
    equal(heads, shared);
  const Dims scores{dim(q, 0), heads, dim(q, 2), dim(k, 2)};
  AffineExpr one = env.constant(1);
  std::pair<Value, Dims> operands[] = {
      {attention.getMask(), scores},
      {attention.getAllowed(), scores},
      {attention.getSink(), {scores[0], heads, scores[2], one}},
      {attention.getFirst(), {scores[0], one, one, one}}};
  for (const auto &[operand, dims] : operands)
    if (operand)
      broadcasts(env.dims(operand), dims);
  if (Value lengths = attention.getLengths())
    broadcasts(env.dims(lengths), scores[0]);
}

/// One direction of a layer; the size of its state is known.
template <typename Op> void Guard::guardRecurrent(Op op, int64_t gates) {
  Value x = op.getX();
  AffineExpr hidden = dim(op.getR(), 1);
  equal(dim(op.getW(), 0), hidden * gates);
  equal(dim(op.getR(), 0), hidden * gates);
  equal(op.getW(), 1, x, 2);
  if (op.getBias())
    equal(dim(op.getBias(), 0), hidden * (2 * gates));
  if (op.getLengths())
    equal(op.getLengths(), 0, x, 1);
  if (!op.getInitialH())
    return;
  equal(op.getInitialH(), 0, x, 1);
  equal(dim(op.getInitialH(), 1), hidden);
}

void Guard::guard(LstmOp lstm) {
  guardRecurrent(lstm, 4);
  AffineExpr hidden = dim(lstm.getR(), 1);
  if (Value cell = lstm.getInitialC()) {
    equal(cell, 0, lstm.getX(), 1);
    equal(dim(cell, 1), hidden);
  }
  if (lstm.getPeephole())
    equal(dim(lstm.getPeephole(), 0), hidden * 3);
}

void Guard::guard(BindElementOp bind) {
  atMost(number(int64_t(bind.getIndex()) + 1), env.size(bind.getX()));
}

} // namespace

LogicalResult opc::guardExtents(Operation *op, ShapeEnv &env,
                                const ExtentFacts &facts) {
  return Guard(op, env, facts).run();
}
