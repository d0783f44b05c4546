//===- Recurrent.cpp - the steps of recurrent layers ----------------------===//
//
// For each vector of hidden units the gates are one register tile over the
// state, a row for each element of the batch, and their activations follow in
// registers. The state of the last step lies in rows on the stack. Directions
// and blocks of the batch are independent: they are the units.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/Products/GemmTile.h"
#include "opc/Targets/CPU/Schedules.h"
#include "opc/Targets/CPU/Vector/TileSplit.h"

using namespace mlir;
namespace opc::cpu {
namespace {

class RecurrentWriter {
public:
  RecurrentWriter(KernelWriter &w, PackedRecurrentOp op, int64_t gates,
                  int64_t rows, int64_t inFlight)
      : w(w), l(w.l), op(op), gates(gates), lanes(w.v.lanes),
        inFlight(inFlight) {
    const Dims &xw = w.env.dims(op.getXw());
    hidden = *constantOf(w.env.dims(op.getR())[1]);
    panels = (hidden + lanes - 1) / lanes;
    directions = op.getReverse().size();
    steps = w.e.expr(xw[0]);
    batches = w.e.expr(xw[1]);
    split = TileSplit::unknown(batches, rows);
    for (Value *row : {&h, &next, &c, &gated})
      *row = w.e.scratch(l.b.getF32Type(), rows * panels * lanes);
  }

  void run() {
    Value parts = split.count(l.b, l.loc);
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      direction = directions == 1 ? l.index(0) : l.div(unit, parts);
      Value part = directions == 1 ? unit : l.rem(unit, parts);
      split.emitPart(l.b, l.loc, part, [&](Value first, int64_t count) {
        batch = first;
        rows = count;
        emitLayer();
      });
    });
  }

private:
  void emitLayer() {
    forRowVectors([&](int64_t row, Value at) {
      put(h, row, at, initial(op.getInitialH(), stateAt(row, at)));
      if (isLstm())
        put(c, row, at, initial(op.getInitialC(), stateAt(row, at)));
    });
    Value count = length();
    l.loop(l.index(0), count, [&](Value i) {
      step = stepAt(i, count);
      emitStep();
      forRowVectors(
          [&](int64_t row, Value at) { put(h, row, at, get(next, row, at)); });
    });
    // Steps beyond the length give zeros.
    if (op.getLengths())
      l.loop(count, steps, [&](Value i) {
        step = i;
        forRowVectors([&](int64_t row, Value at) {
          write(op.getY(), resultAt(row, at), constant(0));
        });
      });
    forRowVectors([&](int64_t row, Value at) {
      write(op.getLastH(), stateAt(row, at), get(h, row, at));
      if (isLstm())
        write(op.getLastC(), stateAt(row, at), get(c, row, at));
    });
  }

  bool isLstm() { return op.getCell() == "lstm"; }

  /// Steps of the one element of the batch that a unit has where they differ.
  Value length() {
    if (!op.getLengths())
      return steps;
    Value given =
        memref::LoadOp::create(l.b, l.loc, w.e.buffer(op.getLengths()), batch);
    given = arith::IndexCastOp::create(l.b, l.loc, l.b.getIndexType(), given);
    Value above = w.e.compare(arith::CmpIPredicate::sge, given, l.index(0));
    Value below = w.e.compare(arith::CmpIPredicate::sle, given, steps);
    w.e.check(w.e.both(above, below), OPC_FAULT_LENGTH, given, steps);
    return l.min(l.max(given, l.index(0)), steps);
  }

  Value stepAt(Value i, Value count) {
    ArrayRef<bool> reverse = op.getReverse();
    Value back = l.sub(l.sub(count, l.index(1)), i);
    if (llvm::all_equal(reverse))
      return reverse.front() ? back : i;
    Value first = w.e.compare(arith::CmpIPredicate::eq, direction, l.index(0));
    return reverse.front() ? l.select(first, back, i)
                           : l.select(first, i, back);
  }

  //===--------------------------------------------------------------------===//
  // Rows
  //===--------------------------------------------------------------------===//

  /// Builds body(first hidden unit, vector number), the last one masked.
  void forVectors(llvm::function_ref<void(Value, Value)> body) {
    int64_t full = hidden / lanes;
    l.loop(l.index(0), l.index(full),
           [&](Value j) { body(l.mul(j, lanes), j); });
    if (hidden % lanes == 0)
      return;
    w.v.setCount(l.index(hidden % lanes));
    body(l.index(full * lanes), l.index(full));
    w.v.setCount({});
  }
  void forRowVectors(llvm::function_ref<void(int64_t, Value)> body) {
    forVectors([&](Value at, Value) {
      for (int64_t row = 0; row < rows; ++row)
        body(row, at);
    });
  }

  Value get(Value state, int64_t row, Value at) {
    return w.v.load(state, l.add(at, row * panels * lanes), {});
  }
  void put(Value state, int64_t row, Value at, Value value) {
    Value position = l.add(at, row * panels * lanes);
    vector::StoreOp::create(l.b, l.loc, value, state, ValueRange{position});
  }
  Value initial(Value tensor, Value at) {
    return tensor ? w.v.load(w.e.buffer(tensor), at, w.v.mask()) : constant(0);
  }
  void write(Value tensor, Value at, Value value) {
    if (w.e.hasBuffer(tensor))
      w.v.storeAt(value, w.e.buffer(tensor), at);
  }

  /// Where hidden unit `at` lies in the states before and after.
  Value stateAt(int64_t row, Value at) {
    Value line = l.add(l.mul(direction, batches), l.add(batch, row));
    return l.add(l.mul(line, hidden), at);
  }
  /// Where it lies in y, for the current step.
  Value resultAt(int64_t row, Value at) {
    return l.add(l.mul(l.mul(step, directions), l.mul(batches, hidden)),
                 stateAt(row, at));
  }
  Value inputOf(int64_t row, int64_t gate, Value at) {
    Value line = l.add(l.mul(step, batches), l.add(batch, row));
    Value from = l.add(l.mul(line, directions), direction);
    return w.v.load(
        w.e.buffer(op.getXw()),
        l.add(l.mul(from, gates * hidden), l.add(at, gate * hidden)),
        w.v.mask());
  }

  //===--------------------------------------------------------------------===//
  // Cells
  //===--------------------------------------------------------------------===//

  Value constant(double value) {
    return emitConstant(l.b, l.loc, VectorType::get({lanes}, l.b.getF32Type()),
                        value);
  }
  Value sigmoid(Value x) { return emitSigmoid(l.b, l.loc, x); }
  Value tanh(Value x) { return math::TanhOp::create(l.b, l.loc, x); }
  Value mul(Value x, Value y) {
    return arith::MulFOp::create(l.b, l.loc, x, y);
  }
  Value fma(Value x, Value y, Value z) {
    return math::FmaOp::create(l.b, l.loc, x, y, z);
  }

  void emitStep() {
    if (op.getCell() == "gru")
      forVectors([&](Value at, Value vector) { emitResets(at, vector); });
    forVectors([&](Value at, Value vector) {
      if (isLstm())
        emitLstm(at, vector);
      else if (op.getCell() == "gru")
        emitGru(at, vector);
      else if (op.getCell() == "gru_linear")
        emitLinearGru(at, vector);
      else
        emitRnn(at, vector);
    });
  }

  void finish(int64_t row, Value at, Value out) {
    put(next, row, at, out);
    write(op.getY(), resultAt(row, at), out);
  }

  void emitLstm(Value at, Value vector) {
    SmallVector<Value> sums = products(h, 0, 4, at, vector);
    for (int64_t row = 0; row < rows; ++row) {
      // i o f c
      Value *g = &sums[row * 4];
      Value state =
          fma(sigmoid(g[2]), get(c, row, at), mul(sigmoid(g[0]), tanh(g[3])));
      put(c, row, at, state);
      finish(row, at, mul(sigmoid(g[1]), tanh(state)));
    }
  }

  /// (1 - z) * candidate + z * h, with one rounding less.
  Value blended(Value z, Value candidate, Value old) {
    Value difference = arith::SubFOp::create(l.b, l.loc, old, candidate);
    return fma(z, difference, candidate);
  }

  /// z, for later, into the rows of c; r * h into those of `gated`.
  void emitResets(Value at, Value vector) {
    SmallVector<Value> sums = products(h, 0, 2, at, vector);
    for (int64_t row = 0; row < rows; ++row) {
      put(c, row, at, sigmoid(sums[row * 2]));
      put(gated, row, at, mul(sigmoid(sums[row * 2 + 1]), get(h, row, at)));
    }
  }
  void emitGru(Value at, Value vector) {
    SmallVector<Value> sums = products(gated, 2, 1, at, vector);
    for (int64_t row = 0; row < rows; ++row)
      finish(row, at,
             blended(get(c, row, at), tanh(sums[row]), get(h, row, at)));
  }
  void emitLinearGru(Value at, Value vector) {
    SmallVector<Value> sums = products(h, 0, 3, at, vector);
    for (int64_t row = 0; row < rows; ++row) {
      Value *g = &sums[row * 3];
      Value candidate = tanh(fma(sigmoid(g[1]), g[2], inputOf(row, 2, at)));
      finish(row, at, blended(sigmoid(g[0]), candidate, get(h, row, at)));
    }
  }
  void emitRnn(Value at, Value vector) {
    SmallVector<Value> sums = products(h, 0, 1, at, vector);
    for (int64_t row = 0; row < rows; ++row)
      finish(row, at,
             op.getCell() == "rnn_tanh"
                 ? tanh(sums[row])
                 : emitRelu(l.b, l.loc, l.b.getF32Type(), sums[row]));
  }

  /// What the sum of a gate starts with.
  Value startOf(int64_t row, int64_t gate, Value at) {
    if (op.getCell() != "gru_linear" || gate != 2)
      return inputOf(row, gate, at);
    Value position = l.add(l.mul(direction, hidden), at);
    return initial(op.getStateBias(), position);
  }

  /// Sums of gates [first, first + count) for one vector of hidden units, with
  /// the products of the rows of `state`: rows * count vectors.
  SmallVector<Value> products(Value state, int64_t first, int64_t count,
                              Value at, Value vector) {
    GemmTile tile;
    tile.rows = rows;
    tile.vectors = count;
    tile.lanes = lanes;
    tile.accumulator = l.b.getF32Type();
    tile.chains = std::max<int64_t>(inFlight / (rows * count), 1);
    tile.a = state;
    tile.aBase = l.index(0);
    tile.aRowStep = l.index(panels * lanes);
    tile.b = w.e.buffer(op.getR());
    tile.bVectorStep = l.index(panels * hidden * lanes);
    Value gate = l.add(l.mul(direction, gates), first);
    tile.bBase = l.mul(l.add(l.mul(gate, panels), vector), hidden * lanes);
    tile.run = {l.index(hidden), l.index(0), l.index(0), l.index(1),
                l.index(lanes)};
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t i = 0; i < count; ++i)
        tile.initial.push_back(startOf(row, first + i, at));
    return emitGemmTile(l.b, l.loc, tile);
  }

  KernelWriter &w;
  LoopBuilder &l;
  PackedRecurrentOp op;
  int64_t gates, lanes, inFlight, hidden, panels, directions;
  int64_t rows = 1;
  TileSplit split;
  Value steps, batches;
  Value h, next, c, gated; ///< rows of the batch, panels * lanes each
  Value direction, batch, step;
};

} // namespace

ScheduleResult scheduleRecurrent(KernelForm &kernel, const TargetDesc &desc) {
  ShapeEnv &env = kernel.env;
  auto op = kernel.root<PackedRecurrentOp>();
  if (!op || !kernel.isSingle())
    return misfitOf<PackedRecurrentOp>(kernel,
                                       "no packed recurrent layer alone");
  VectorMachine machine = machineOf(desc);
  int64_t hidden = *constantOf(env.dims(op.getR())[1]);
  int64_t width = (hidden + machine.lanes - 1) / machine.lanes * machine.lanes;
  if (width > kMostHidden)
    return ScheduleResult::declined(
        "more hidden units than a row of scratch holds");
  int64_t directions = op.getReverse().size();
  int64_t gates = *constantOf(env.dims(op.getXw())[2]) / hidden / directions;
  // Sums, the vectors of r and the broadcast element share the registers; more
  // rows than multiply-adds under way hide no more latency.
  int64_t inFlight = machine.fmaPorts * machine.fmaLatency;
  int64_t rows = std::clamp<int64_t>((machine.registers - gates - 1) / gates, 1,
                                     std::min(inFlight, kMostHidden / width));
  AffineExpr batch = env.dims(op.getXw())[1];
  if (op.getLengths())
    rows = 1;
  if (std::optional<int64_t> known = constantOf(batch))
    rows = std::clamp<int64_t>(*known, 1, rows);
  return writeKernel(kernel, machine.lanes, batch.ceilDiv(rows) * directions,
                     /*grain=*/1, [&](KernelWriter &w) {
                       RecurrentWriter(w, op, gates, rows, inFlight).run();
                     });
}

} // namespace opc::cpu
