//===- RecurrentLoops.cpp - loops of rnn, gru and lstm
//-------------------------===//
//
// Elements of the batch are independent: each is one unit, whose state lies in
// rows on the stack while the steps run.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "Scalar.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

/// An activation of ONNX's recurrent ops with its parameters.
struct Activation {
  using Build = Scalar (*)(Scalar x, double alpha, double beta);
  Build build;
  double alpha, beta; ///< where the op does not give them
};

APFloat exact(double value) { return APFloat(value); }

template <Value (*emit)(OpBuilder &, Location, Value)>
Scalar plain(Scalar x, double, double) {
  KernelEmitter &e = x.emitter();
  return {e, emit(e.b, e.loc, x)};
}
template <Value (*emit)(OpBuilder &, Location, Value, APFloat)>
Scalar withAlpha(Scalar x, double alpha, double) {
  KernelEmitter &e = x.emitter();
  return {e, emit(e.b, e.loc, x, exact(alpha))};
}
Scalar tanhOf(Scalar x, double, double) {
  KernelEmitter &e = x.emitter();
  return {e, math::TanhOp::create(e.b, e.loc, x)};
}
Scalar scaledTanh(Scalar x, double alpha, double beta) {
  return alpha * tanhOf(beta * x, 0, 0);
}
Scalar relu(Scalar x, double, double) {
  KernelEmitter &e = x.emitter();
  return {e, emitRelu(e.b, e.loc, x.type(), x)};
}
Scalar affine(Scalar x, double alpha, double beta) { return alpha * x + beta; }
Scalar hardSigmoid(Scalar x, double alpha, double beta) {
  KernelEmitter &e = x.emitter();
  return {e, emitHardSigmoid(e.b, e.loc, x, exact(alpha), exact(beta))};
}

/// By lower-case name; defaults are those of the ONNX operators.
const llvm::StringMap<Activation> &activationTable() {
  static const llvm::StringMap<Activation> table = {
      {"relu", {relu, 0, 0}},
      {"tanh", {tanhOf, 0, 0}},
      {"sigmoid", {plain<emitSigmoid>, 0, 0}},
      {"softsign", {plain<emitSoftsign>, 0, 0}},
      {"softplus", {plain<emitSoftplus>, 0, 0}},
      {"affine", {affine, 1, 0}},
      {"leakyrelu", {withAlpha<emitLeakyRelu>, 0.01, 0}},
      {"thresholdedrelu", {withAlpha<emitThresholdedRelu>, 1, 0}},
      {"elu", {withAlpha<emitElu>, 1, 0}},
      {"scaledtanh", {scaledTanh, 1, 1}},
      {"hardsigmoid", {hardSigmoid, 0.2, 0.5}}};
  return table;
}

/// A row of state on the stack.
struct Row {
  KernelEmitter *e;
  Value memory;
  Type type;

  Scalar read(Value index) const { return {*e, e->load(memory, index, type)}; }
  void write(Value value, Value index) const {
    e->storeFlat(value, memory, index);
  }
};

/// What the three ops share: products with the weights, and the loop of steps.
template <typename Op> class Recurrence {
public:
  Recurrence(Op op, KernelEmitter &e)
      : op(op), e(e), type(accumulatorType(elementType(op.getX()))),
        hiddenDim(e.env.dim(op.getR(), 1)), hidden(e.expr(hiddenDim)) {}

  /// Whether the loops can be written; refuses otherwise.
  bool accepts() {
    constexpr int64_t mostHidden = 8192; // 64 KiB of f64
    auto size = constantOf(hiddenDim);
    for (Attribute name : op.getActivations())
      if (!activationTable().contains(lowerName(name)))
        return refuse("activation " + cast<StringAttr>(name).getValue() +
                      " is not known");
    if (!size)
      return refuse("the hidden size is not known");
    if (*size > mostHidden)
      return refuse("the hidden size " + Twine(*size) + " is not supported",
                    Twine(mostHidden));
    return true;
  }

protected:
  bool refuse(const Twine &reason, const Twine &nearest = "") {
    e.refuse(op, reason, e.b.getI1Type(), nearest);
    return false;
  }
  static std::string lowerName(Attribute name) {
    return cast<StringAttr>(name).getValue().lower();
  }
  Row makeRow() { return {&e, e.scratch(type, *constantOf(hiddenDim)), type}; }

  Scalar wide(Value tensor, ArrayRef<Value> at) {
    return widen({e, e.element(tensor, at)}, elementType(tensor), type);
  }
  Scalar zero() { return {e, emitZero(type, e)}; }
  Value gateRow(unsigned gate, Value unit) {
    return e.add(e.mul(e.constant(gate), hidden), unit);
  }

  /// x[step, batch] . w[gate]
  Scalar inputProduct(unsigned gate, Value unit, Value step) {
    Value row = gateRow(gate, unit);
    return {e, e.fold(e.constant(0), e.extent(op.getX(), 2), Value(zero()),
                      [&](Value k, ValueRange sum) {
                        Scalar product = wide(op.getX(), {step, batch, k}) *
                                         wide(op.getW(), {row, k});
                        return SmallVector<Value>{Scalar(e, sum[0]) + product};
                      })[0]};
  }
  /// state . r[gate]
  Scalar stateProduct(unsigned gate, Value unit, const Row &state) {
    Value row = gateRow(gate, unit);
    return {e, e.fold(e.constant(0), hidden, Value(zero()),
                      [&](Value k, ValueRange sum) {
                        Scalar product =
                            state.read(k) * wide(op.getR(), {row, k});
                        return SmallVector<Value>{Scalar(e, sum[0]) + product};
                      })[0]};
  }
  /// Entry `gate` of the bias; the biases of r follow those of w.
  Scalar bias(unsigned gate, Value unit) {
    return op.getBias() ? wide(op.getBias(), {gateRow(gate, unit)}) : zero();
  }
  /// The sum that goes into a gate's activation, of `gates` in all.
  Scalar gateSum(unsigned gate, unsigned gates, Value unit, Value step,
                 const Row &state) {
    return inputProduct(gate, unit, step) + stateProduct(gate, unit, state) +
           (bias(gate, unit) + bias(gates + gate, unit));
  }

  Scalar activate(unsigned which, Scalar x) {
    if (op.getClip()) {
      double bound = op.getClip()->convertToDouble();
      x = clamp(x, x.like(-bound), x.like(bound));
    }
    return activateUnclipped(which, x);
  }
  Scalar activateUnclipped(unsigned which, Scalar x) {
    const Activation &activation =
        activationTable().find(lowerName(op.getActivations()[which]))->second;
    auto given = [&](ArrayRef<double> list, double otherwise) {
      return which < list.size() ? list[which] : otherwise;
    };
    return activation.build(x, given(op.getAlphas(), activation.alpha),
                            given(op.getBetas(), activation.beta));
  }

  void forEachUnit(const KernelEmitter::Body &body) {
    e.loop(e.constant(0), hidden, body);
  }
  void fillRow(const Row &row, Value initial) {
    forEachUnit([&](Value unit) {
      row.write(initial ? wide(initial, {batch, unit}) : zero(), unit);
    });
  }
  void storeRow(const Row &row, Value tensor) {
    forEachUnit([&](Value unit) {
      e.store(narrow(row.read(unit), elementType(tensor)), tensor,
              {batch, unit});
    });
  }

  /// How many steps this element of the batch has.
  Scalar length() {
    Scalar steps(e, e.extent(op.getX(), 0));
    if (!op.getLengths())
      return steps;
    Scalar given = Scalar(e, e.element(op.getLengths(), {batch})).toIndex();
    e.check((given >= 0) & (given <= steps), OPC_FAULT_LENGTH, given, steps);
    return clamp(given, given.like(0), steps);
  }

  /// Runs `step` for each step in order; it leaves the new state in `next`,
  /// which becomes `state` and an element of y. Steps beyond the length give 0.
  void run(const Row &state, const Row &next, const KernelEmitter::Body &step) {
    Scalar count = length();
    e.loop(e.constant(0), count, [&](Value i) {
      Value at = op.getReverse() ? Value(count - 1 - Scalar(e, i)) : i;
      step(at);
      forEachUnit([&](Value unit) {
        Scalar h = next.read(unit);
        state.write(h, unit);
        e.store(narrow(h, elementType(op.getY())), op.getY(),
                {at, batch, unit});
      });
    });
    if (!op.getLengths())
      return;
    Value nothing = narrow(zero(), elementType(op.getY()));
    e.loop(count, e.extent(op.getX(), 0), [&](Value at) {
      forEachUnit(
          [&](Value unit) { e.store(nothing, op.getY(), {at, batch, unit}); });
    });
  }

  Op op;
  KernelEmitter &e;
  Type type;
  AffineExpr hiddenDim;
  Value hidden;
  Value batch; ///< of the unit that is being written
};

/// h = f(x w^T + h r^T + b)
class Rnn : public Recurrence<RnnOp> {
public:
  using Recurrence::Recurrence;
  void emit(Value element) {
    batch = element;
    Row h = makeRow(), next = makeRow();
    fillRow(h, op.getInitialH());
    run(h, next, [&](Value step) {
      forEachUnit([&](Value unit) {
        next.write(activate(0, gateSum(0, 1, unit, step, h)), unit);
      });
    });
    storeRow(h, op.getLastH());
  }
};

/// z = f(...), r = f(...), h' = g(...), h = (1 - z) h' + z h
class Gru : public Recurrence<GruOp> {
public:
  using Recurrence::Recurrence;
  void emit(Value element) {
    batch = element;
    Row h = makeRow(), next = makeRow(), reset = makeRow();
    fillRow(h, op.getInitialH());
    run(h, next, [&](Value step) {
      // Before the reset the product needs r of one unit only; after it, r * h
      // of all.
      forEachUnit([&](Value unit) {
        Scalar r = activate(0, gateSum(1, gates, unit, step, h));
        reset.write(op.getLinearBeforeReset() ? r : r * h.read(unit), unit);
      });
      forEachUnit([&](Value unit) {
        Scalar z = activate(0, gateSum(0, gates, unit, step, h));
        Scalar candidate =
            activate(1, op.getLinearBeforeReset()
                            ? resetAfterProduct(unit, step, h, reset)
                            : resetBeforeProduct(unit, step, reset));
        next.write((1 - z) * candidate + z * h.read(unit), unit);
      });
    });
    storeRow(h, op.getLastH());
  }

private:
  static constexpr unsigned gates = 3;
  Scalar resetBeforeProduct(Value unit, Value step, const Row &resetState) {
    return inputProduct(2, unit, step) + stateProduct(2, unit, resetState) +
           (bias(gates + 2, unit) + bias(2, unit));
  }
  Scalar resetAfterProduct(Value unit, Value step, const Row &h,
                           const Row &reset) {
    Scalar product = stateProduct(2, unit, h) + bias(gates + 2, unit);
    return inputProduct(2, unit, step) + reset.read(unit) * product +
           bias(2, unit);
  }
};

/// i, f, o = f(...), c' = g(...), c = f c + i c', h = o h(c)
class Lstm : public Recurrence<LstmOp> {
public:
  using Recurrence::Recurrence;
  void emit(Value element) {
    batch = element;
    Row h = makeRow(), next = makeRow(), c = makeRow();
    fillRow(h, op.getInitialH());
    fillRow(c, op.getInitialC());
    run(h, next, [&](Value step) {
      forEachUnit([&](Value unit) {
        auto sum = [&](unsigned gate) {
          return gateSum(gate, gates, unit, step, h);
        };
        Scalar old = c.read(unit);
        Scalar i = activate(0, peep(sum(0), 0, unit, old));
        Scalar f = op.getInputForget()
                       ? 1 - i
                       : activate(0, peep(sum(2), 2, unit, old));
        Scalar cell = f * old + i * activate(1, sum(3));
        Scalar o = activate(0, peep(sum(1), 1, unit, cell));
        c.write(cell, unit);
        next.write(o * activateUnclipped(2, cell), unit);
      });
    });
    storeRow(h, op.getLastH());
    storeRow(c, op.getLastC());
  }

private:
  static constexpr unsigned gates = 4;
  /// Adds the view of the cell that gate `which` (i, o, f) has, if any.
  Scalar peep(Scalar sum, unsigned which, Value unit, Scalar cell) {
    if (!op.getPeephole())
      return sum;
    return sum + wide(op.getPeephole(), {gateRow(which, unit)}) * cell;
  }
};

template <typename Loops, typename Op> NestLowering perBatch() {
  return {[](Operation *op, ShapeEnv &env) {
            return env.dim(cast<Op>(op).getX(), 1);
          },
          [](Operation *op, Value begin, Value end, KernelEmitter &e) {
            Loops loops(cast<Op>(op), e);
            if (loops.accepts())
              e.loop(begin, end, [&](Value batch) { loops.emit(batch); });
          }};
}

} // namespace

void registerRecurrentLowerings(NestTable &nests) {
  nests["opc.rnn"] = perBatch<Rnn, RnnOp>();
  nests["opc.gru"] = perBatch<Gru, GruOp>();
  nests["opc.lstm"] = perBatch<Lstm, LstmOp>();
}

} // namespace opc
