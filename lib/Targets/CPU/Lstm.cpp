//===- Lstm.cpp - the steps of an lstm ------------------------------------===//
//
// One element of the batch at a time: for each vector of hidden units the four
// gates are one register tile over the state, and their activations follow in
// registers. The state of the last step lies in a row on the stack.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/GemmTile.h"
#include "opc/Targets/CPU/Schedules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
namespace opc::cpu {
namespace {

constexpr int64_t gates = 4;
/// Hidden units whose two rows of state fit the stack of a kernel.
constexpr int64_t mostHidden = 4096;

class LstmWriter {
public:
  LstmWriter(KernelWriter &w, PackedLstmOp op, const VectorMachine &machine)
      : w(w), l(w.l), op(op), lanes(machine.lanes),
        inFlight(machine.fmaPorts * machine.fmaLatency) {
    hidden = *constantOf(w.env.dims(op.getR())[1]);
    panels = (hidden + lanes - 1) / lanes;
    steps = w.e.expr(w.env.dims(op.getXw())[0]);
    batches = w.e.expr(w.env.dims(op.getXw())[1]);
    h = w.e.scratch(l.b.getF32Type(), panels * lanes);
    c = w.e.scratch(l.b.getF32Type(), panels * lanes);
  }

  // A unit is one element of the batch.
  void run() {
    l.loop(w.kernel.begin, w.kernel.end, [&](Value unit) {
      batch = unit;
      Value row = l.mul(batch, hidden);
      forVectors([&](Value at, Value) {
        put(h, at, initial(op.getInitialH(), l.add(row, at)));
        put(c, at, initial(op.getInitialC(), l.add(row, at)));
      });
      l.loop(l.index(0), steps, [&](Value step) {
        Value from = l.sub(l.sub(steps, l.index(1)), step);
        emitStep(op.getReverse() ? from : step);
      });
      forVectors([&](Value at, Value) {
        write(op.getLastH(), l.add(row, at), get(h, at));
        write(op.getLastC(), l.add(row, at), get(c, at));
      });
    });
  }

private:
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

  Value get(Value row, Value at) { return w.v.load(row, at, {}); }
  void put(Value row, Value at, Value value) {
    vector::StoreOp::create(l.b, l.loc, value, row, ValueRange{at});
  }
  Value initial(Value tensor, Value at) {
    if (tensor)
      return w.v.load(w.e.buffer(tensor), at, w.v.mask());
    return constant(0);
  }
  void write(Value tensor, Value at, Value value) {
    if (!w.e.hasBuffer(tensor))
      return;
    Value buffer = w.e.buffer(tensor);
    if (Value mask = w.v.mask())
      vector::MaskedStoreOp::create(l.b, l.loc, buffer, ValueRange{at}, mask,
                                    value);
    else
      vector::StoreOp::create(l.b, l.loc, value, buffer, ValueRange{at});
  }
  Value constant(double value) {
    return emitConstant(l.b, l.loc,
                        VectorType::get({lanes}, l.b.getF32Type()), value);
  }
  Value sigmoid(Value x) { return emitSigmoid(l.b, l.loc, x); }
  Value tanh(Value x) { return math::TanhOp::create(l.b, l.loc, x); }
  Value mul(Value x, Value y) {
    return arith::MulFOp::create(l.b, l.loc, x, y);
  }

  void emitStep(Value step) {
    Value line = l.add(l.mul(step, batches), batch);
    Value next = w.e.scratch(l.b.getF32Type(), panels * lanes);
    forVectors([&](Value at, Value vector) {
      SmallVector<Value> g = gateSums(line, at, vector);
      // i o f c
      Value state = math::FmaOp::create(l.b, l.loc, sigmoid(g[2]), get(c, at),
                                        mul(sigmoid(g[0]), tanh(g[3])));
      Value out = mul(sigmoid(g[1]), tanh(state));
      put(c, at, state);
      put(next, at, out);
      write(op.getY(), l.add(l.mul(line, hidden), at), out);
    });
    forVectors([&](Value at, Value) { put(h, at, get(next, at)); });
  }

  SmallVector<Value> gateSums(Value line, Value at, Value vector) {
    GemmTile tile;
    tile.rows = 1;
    tile.vectors = gates;
    tile.lanes = lanes;
    tile.accumulator = l.b.getF32Type();
    tile.inFlight = inFlight;
    tile.a = h;
    tile.aBase = l.index(0);
    tile.aRowStep = l.index(0);
    tile.b = w.e.buffer(op.getR());
    tile.bVectorStep = l.index(panels * hidden * lanes);
    tile.bBase = l.mul(vector, hidden * lanes);
    tile.runs.push_back({l.index(hidden), l.index(0), l.index(0), l.index(1),
                         l.index(lanes), 0, 1});
    Value row = l.add(l.mul(line, gates * hidden), at);
    for (int64_t gate = 0; gate < gates; ++gate)
      tile.initial.push_back(w.v.load(w.e.buffer(op.getXw()),
                                      l.add(row, gate * hidden), w.v.mask()));
    return emitGemmTile(l.b, l.loc, tile);
  }

  KernelWriter &w;
  LoopBuilder &l;
  PackedLstmOp op;
  int64_t lanes, inFlight, hidden, panels;
  Value steps, batches, batch, h, c;
};

} // namespace

LogicalResult scheduleLstm(func::FuncOp kernel, const TargetDesc &desc) {
  ShapeEnv env(kernel.getContext());
  auto op = dyn_cast_or_null<PackedLstmOp>(onlyNest(kernel));
  if (!op || !llvm::hasSingleElement(
                 kernel.getBody().front().without_terminator()) ||
      *constantOf(env.dims(op.getR())[1]) > mostHidden)
    return failure();
  AffineExpr batch = env.dims(op.getXw())[1];
  VectorMachine machine = machineOf(desc);
  return writeKernel(kernel, env, machine.lanes, batch, /*grain=*/1,
                     [&](KernelWriter &w) { LstmWriter(w, op, machine).run(); });
}

} // namespace opc::cpu
