//===- PackRecurrent.cpp - recurrent layers as products and steps ---------===//
//
// The products of all steps with w are one product; what is left of a step is
// the product of the state with r, packed gate by gate, and the gates. The two
// directions of a layer are one op, so that they can run at the same time:
//
//   %y0, ... = opc.lstm %x, %w0, %r0, %b0 {reverse = false}
//   %y1, ... = opc.lstm %x, %w1, %r1, %b1 {reverse = true}
//     ->
//   %0 = opc.packed_matmul %x, pack(%w0, %w1)   // [steps, batch, 8 * hidden]
//   %1 = opc.add %0, %biases
//   %y, ... = opc.packed_recurrent %1, pack(%r0, %r1)
//
//===----------------------------------------------------------------------===//
#include "mlir/Transforms/RegionUtils.h"
#include "opc/Layout/MovementBuilder.h"
#include "opc/Targets/CPU/Passes.h"
#include "opc/Targets/CPU/Schedules.h"
#include "llvm/ADT/TypeSwitch.h"

namespace opc::cpu {
#define GEN_PASS_DEF_PACKRECURRENTPASS
#include "opc/Targets/CPU/Passes.h.inc"
} // namespace opc::cpu

using namespace mlir;
namespace opc::cpu {
namespace {

/// One direction of a layer that packed_recurrent can do.
struct Direction {
  Operation *op = nullptr;
  StringRef cell;
  int64_t gates = 0;
  bool reverse = false;
  Value x, w, r, bias, lengths, initialH, initialC;
};

template <typename Op> bool hasActivations(Op op, ArrayRef<StringRef> wanted) {
  auto isNamed = [](Attribute given, StringRef want) {
    return cast<StringAttr>(given).getValue().equals_insensitive(want);
  };
  return llvm::equal(op.getActivations(), wanted, isNamed);
}

StringRef cellOf(LstmOp op) {
  bool plain = !op.getPeephole() && !op.getInputForget() &&
               hasActivations(op, {"sigmoid", "tanh", "tanh"});
  return plain ? "lstm" : "";
}
StringRef cellOf(GruOp op) {
  if (!hasActivations(op, {"sigmoid", "tanh"}))
    return "";
  return op.getLinearBeforeReset() ? "gru_linear" : "gru";
}
StringRef cellOf(RnnOp op) {
  if (hasActivations(op, {"tanh"}))
    return "rnn_tanh";
  return hasActivations(op, {"relu"}) ? "rnn_relu" : "";
}

template <typename Op> std::optional<Direction> describe(Op op) {
  Direction d;
  d.op = op;
  d.cell = cellOf(op);
  d.reverse = op.getReverse();
  d.x = op.getX();
  d.w = op.getW();
  d.r = op.getR();
  d.bias = op.getBias();
  d.lengths = op.getLengths();
  d.initialH = op.getInitialH();
  if constexpr (std::is_same_v<Op, LstmOp>)
    d.initialC = op.getInitialC();
  bool known = isConstantData(d.w) && isConstantData(d.r) &&
               typeOf(d.w).hasStaticShape() && typeOf(d.r).hasStaticShape() &&
               typeOf(d.r).getDimSize(1) > 0;
  if (d.cell.empty() || op.getClip() || !known ||
      !typeOf(d.x).getElementType().isF32() ||
      typeOf(d.r).getDimSize(1) > kMostHidden)
    return std::nullopt;
  d.gates = typeOf(d.r).getDimSize(0) / typeOf(d.r).getDimSize(1);
  return d;
}

/// Whether the two are directions of one layer.
bool belongTogether(const Direction &a, const Direction &b) {
  auto alike = [](Value x, Value y) {
    return bool(x) == bool(y) && (!x || x.getType() == y.getType());
  };
  return a.op->getBlock() == b.op->getBlock() && a.cell == b.cell &&
         a.x == b.x && a.lengths == b.lengths && a.reverse != b.reverse &&
         alike(a.w, b.w) && alike(a.r, b.r) && alike(a.bias, b.bias) &&
         alike(a.initialH, b.initialH) && alike(a.initialC, b.initialC);
}

class LayerPacker {
public:
  LayerPacker(ArrayRef<Direction> layer, ShapeEnv &env, int64_t lanes)
      : layer(layer), first(layer.front()), lanes(lanes), b(first.op),
        m{b, first.op->getLoc(), env} {
    hidden = typeOf(first.r).getDimSize(1);
    directions = layer.size();
  }

  void run() {
    int64_t width = directions * first.gates * hidden;
    Value w = joined(0, [&](const Direction &d) { return d.w; });
    w = m.transpose(w, {1, 0}); // [input, directions * gates * hidden]
    NamedAttribute columns =
        b.getNamedAttr("columns", b.getI64IntegerAttr(width));
    Value xw =
        createInferred<PackedMatmulOp>(m, {first.x, m.packColumns(w, lanes)},
                                       columns, b.getF32Type())
            .getY();
    if (first.bias)
      xw = AddOp::create(b, m.loc, xw.getType(), xw, inputBias());
    Value r = packGates(joined(0, [&](const Direction &d) { return d.r; }));
    Value stateBias;
    if (first.cell == "gru_linear" && first.bias)
      stateBias = joined(0, [&](const Direction &d) {
        return part(d.bias, 5 * hidden, hidden);
      });
    replaceWith(xw, r, stateBias);
  }

private:
  /// What each direction has, one after the other along `axis`.
  Value joined(int64_t axis, llvm::function_ref<Value(const Direction &)> get) {
    SmallVector<Value> parts =
        llvm::map_to_vector(layer, [&](const Direction &d) { return get(d); });
    return m.concat(parts, axis);
  }

  /// [directions * gates * hidden, hidden] ->
  /// [directions * gates * ceil(hidden / lanes), hidden, lanes].
  Value packGates(Value r) {
    int64_t panels = (hidden + lanes - 1) / lanes;
    int64_t all = directions * first.gates;
    Value byGate = m.reshape(r, {all, hidden, hidden});
    Value padded = m.padTo(m.transpose(byGate, {0, 2, 1}), 2, panels * lanes);
    Value split = m.reshape(padded, {all, hidden, panels, lanes});
    return m.reshape(m.transpose(split, {0, 2, 1, 3}),
                     {all * panels, hidden, lanes});
  }

  Value part(Value bias, int64_t start, int64_t count) {
    return m.slice(bias, {start}, {m.env.constant(count)});
  }

  /// The biases of w and of r; where the reset comes after the product of the
  /// state, the candidate's bias of r goes with that product.
  Value inputBias() {
    int64_t count = first.gates * hidden;
    Value w =
        joined(0, [&](const Direction &d) { return part(d.bias, 0, count); });
    Value r = joined(0, [&](const Direction &d) {
      if (first.cell == "gru_linear")
        return m.padTo(part(d.bias, count, 2 * hidden), 0, count);
      return part(d.bias, count, count);
    });
    return AddOp::create(b, m.loc, w.getType(), w, r);
  }

  Value states(llvm::function_ref<Value(const Direction &)> get) {
    if (!get(first))
      return {};
    return joined(0, [&](const Direction &d) {
      Dims dims(m.env.dims(get(d)));
      dims.insert(dims.begin(), m.env.constant(1));
      return m.reshape(get(d), dims);
    });
  }

  void replaceWith(Value xw, Value r, Value stateBias) {
    SmallVector<bool> reverse = llvm::map_to_vector(
        layer, [](const Direction &d) { return d.reverse; });
    Dims x(m.env.dims(first.x));
    AffineExpr count = m.env.constant(directions);
    AffineExpr units = m.env.constant(hidden);
    auto state = tensorType({count, x[1], units}, b.getF32Type());
    auto y = tensorType({x[0], count, x[1], units}, b.getF32Type());
    auto packed = PackedRecurrentOp::create(
        b, m.loc, TypeRange{y, state, state}, xw, r, stateBias, first.lengths,
        states([](const Direction &d) { return d.initialH; }),
        states([](const Direction &d) { return d.initialC; }),
        b.getStringAttr(first.cell), b.getDenseBoolArrayAttr(reverse),
        /*numerics=*/nullptr);
    for (unsigned i = 0; i < first.op->getNumResults(); ++i)
      replaceResult(i, packed->getResult(i), i == 0 ? 1 : 0);
  }

  /// Gives the users of result `i` their part of `whole` along `axis`.
  void replaceResult(unsigned i, Value whole, int64_t axis) {
    if (ConcatOp concat = joinOf(i, axis, m.env.dims(whole)))
      concat.getY().replaceAllUsesWith(whole);
    for (auto [index, direction] : llvm::enumerate(layer)) {
      Value old = direction.op->getResult(i);
      if (old.use_empty())
        continue;
      Dims dims(m.env.dims(whole));
      dims[axis] = m.env.constant(1);
      SmallVector<int64_t> starts(dims.size(), 0);
      starts[axis] = index;
      Value own = m.slice(whole, starts, dims);
      dims.erase(dims.begin() + axis);
      old.replaceAllUsesWith(m.reshape(own, dims));
    }
  }

  /// The concat that does nothing but put result `i` of all directions back
  /// together.
  ConcatOp joinOf(unsigned i, int64_t axis, const Dims &dims) {
    ConcatOp found;
    for (auto [index, direction] : llvm::enumerate(layer)) {
      Value value = direction.op->getResult(i);
      if (auto reshape = value.hasOneUse()
                             ? dyn_cast<ReshapeOp>(*value.user_begin())
                             : ReshapeOp())
        value = reshape.getY();
      auto concat = value.hasOneUse() ? dyn_cast<ConcatOp>(*value.user_begin())
                                      : ConcatOp();
      if (!concat || (found && concat != found) ||
          concat.getInputs().size() != layer.size() ||
          concat.getInputs()[index] != value)
        return {};
      found = concat;
    }
    bool same =
        int64_t(found.getAxis()) == axis && m.env.dims(found.getY()) == dims;
    return same ? found : ConcatOp();
  }

  ArrayRef<Direction> layer;
  const Direction &first;
  int64_t lanes, hidden, directions;
  SuccessorBuilder b;
  MovementBuilder m;
};

/// Whether there is nothing to multiply: no schedule takes such a layer.
bool isEmpty(Operation *op) {
  auto hasNone = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && llvm::is_contained(tensor.getShape(), 0);
  };
  return llvm::any_of(op->getOperandTypes(), hasNone) ||
         llvm::any_of(op->getResultTypes(), hasNone);
}

struct PackRecurrentPass : impl::PackRecurrentPassBase<PackRecurrentPass> {
  using PackRecurrentPassBase::PackRecurrentPassBase;
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    SmallVector<SmallVector<Direction, 2>> layers;
    getOperation()->walk([&](Operation *op) {
      std::optional<Direction> d =
          llvm::TypeSwitch<Operation *, std::optional<Direction>>(op)
              .Case<RnnOp, GruOp, LstmOp>([](auto op) { return describe(op); })
              .Default(std::nullopt);
      if (d && !isEmpty(op))
        place(*d, layers);
    });
    for (ArrayRef<Direction> layer : layers)
      LayerPacker(layer, env, lanes).run();
    eraseUnused(getOperation());
  }

  /// With the other direction of its layer where that is there and all that
  /// this one needs can come before it.
  void place(const Direction &d,
             SmallVectorImpl<SmallVector<Direction, 2>> &layers) {
    IRRewriter rewriter(&getContext());
    for (auto &layer : layers)
      if (layer.size() == 1 && belongTogether(layer.front(), d) &&
          succeeded(
              moveOperationDependencies(rewriter, d.op, layer.front().op))) {
        layer.push_back(d);
        return;
      }
    layers.push_back({d});
  }
};

} // namespace
} // namespace opc::cpu
