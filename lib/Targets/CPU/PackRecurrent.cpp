//===- PackRecurrent.cpp - recurrent layers as products and steps ---------===//
//
// The products of all steps with w are one product; what is left of a step is
// the product of the state with r, packed gate by gate, and the gates:
//
//   %y = opc.lstm %x, %w, %r, %b
//     ->
//   %0 = opc.packed_matmul %x, pack(%w)      // [steps, batch, 4 * hidden]
//   %1 = opc.add %0, %bias
//   %y = opc.packed_lstm %1, pack(%r)
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/CPU/LayoutSupport.h"
#include "opc/Targets/CPU/Passes.h"

namespace opc::cpu {
#define GEN_PASS_DEF_PACKRECURRENTPASS
#include "opc/Targets/CPU/Passes.h.inc"
} // namespace opc::cpu

using namespace mlir;
namespace opc::cpu {
namespace {

/// Gates and rows of the weights.
constexpr int64_t gates = 4;

RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

bool hasDefaultActivations(LstmOp lstm) {
  StringRef wanted[] = {"sigmoid", "tanh", "tanh"};
  if (lstm.getActivations().size() != 3)
    return false;
  for (auto [name, want] : llvm::zip(lstm.getActivations(), wanted))
    if (!cast<StringAttr>(name).getValue().equals_insensitive(want))
      return false;
  return true;
}

bool accepts(LstmOp lstm) {
  return typeOf(lstm.getX()).getElementType().isF32() &&
         isConstantData(lstm.getW()) && isConstantData(lstm.getR()) &&
         typeOf(lstm.getW()).hasStaticShape() &&
         typeOf(lstm.getR()).hasStaticShape() && !lstm.getLengths() &&
         !lstm.getPeephole() && !lstm.getInputForget() && !lstm.getClip() &&
         hasDefaultActivations(lstm);
}

class LstmPacker {
public:
  LstmPacker(LstmOp lstm, ShapeEnv &env, int64_t lanes)
      : lstm(lstm), lanes(lanes), b(lstm), m{b, lstm.getLoc(), env} {}

  void run() {
    int64_t hidden = typeOf(lstm.getR()).getDimSize(1);
    Value w = m.transpose(lstm.getW(), {1, 0}); // [input, 4 * hidden]
    NamedAttribute columns = b.getNamedAttr(
        "columns", b.getI64IntegerAttr(gates * hidden));
    Value xw = createInferred<PackedMatmulOp>(
                   m, {lstm.getX(), m.packColumns(w, lanes)}, columns, b.getF32Type())
                   .getY();
    if (Value bias = lstm.getBias())
      xw = AddOp::create(b, lstm.getLoc(), xw.getType(), xw,
                         sumOfBiases(bias, gates * hidden));
    Value r = packGates(hidden);
    auto packed = PackedLstmOp::create(
        b, lstm.getLoc(), lstm.getResultTypes(), xw, r, lstm.getInitialH(),
        lstm.getInitialC(), lstm.getReverse());
    lstm->replaceAllUsesWith(packed->getResults());
  }

private:
  /// [4 * hidden, hidden] -> [4 * ceil(hidden / lanes), hidden, lanes].
  Value packGates(int64_t hidden) {
    int64_t panels = (hidden + lanes - 1) / lanes;
    Value byGate = m.reshape(lstm.getR(), {gates, hidden, hidden});
    Value padded =
        m.padTo(m.transpose(byGate, {0, 2, 1}), 2, panels * lanes);
    Value split = m.reshape(padded, {gates, hidden, panels, lanes});
    return m.reshape(m.transpose(split, {0, 2, 1, 3}),
                     {gates * panels, hidden, lanes});
  }

  Value half(Value bias, int64_t start, int64_t count) {
    MLIRContext *context = b.getContext();
    Dims starts = {m.env.constant(start)}, dims = {m.env.constant(count)};
    return SliceOp::create(b, lstm.getLoc(), tensorType(dims, b.getF32Type()),
                           bias, toMap(context, starts), ArrayRef<int64_t>{1},
                           toMap(context, dims));
  }

  Value sumOfBiases(Value bias, int64_t count) {
    Value w = half(bias, 0, count), r = half(bias, count, count);
    return AddOp::create(b, lstm.getLoc(), w.getType(), w, r);
  }

  LstmOp lstm;
  int64_t lanes;
  OpBuilder b;
  MovementBuilder m;
};

struct PackRecurrentPass : impl::PackRecurrentPassBase<PackRecurrentPass> {
  using PackRecurrentPassBase::PackRecurrentPassBase;
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    SmallVector<LstmOp> ops;
    getOperation()->walk([&](LstmOp op) {
      if (accepts(op))
        ops.push_back(op);
    });
    for (LstmOp op : ops)
      LstmPacker(op, env, lanes).run();
    eraseUnused(getOperation());
  }
};

} // namespace
} // namespace opc::cpu
