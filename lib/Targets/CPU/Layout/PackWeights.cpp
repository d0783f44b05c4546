//===- PackWeights.cpp - weights as the register tile reads them ----------===//
//
//   %y = opc.matmul %x, %w : (tensor<8x64xf32>, tensor<64x40xf32>)
//     ->
//   %0 = opc.pad %w                    // 64x48
//   %1 = opc.reshape %0                // 64x3x16
//   %2 = opc.transpose %1              // 3x64x16
//   %y = opc.packed_matmul %x, %2 {columns = 40}
//
// A large computed b is packed when the program runs. Where the machine
// multiplies and adds small numbers in groups, their weights are packed in
// groups of the reduction.
//
//===----------------------------------------------------------------------===//
#include "opc/Layout/MovementBuilder.h"
#include "opc/Targets/CPU/Passes.h"
#include "opc/Targets/CPU/Products/Units.h"

namespace opc::cpu {
#define GEN_PASS_DEF_PACKWEIGHTSPASS
#include "opc/Targets/CPU/Passes.h.inc"
} // namespace opc::cpu

using namespace mlir;
namespace opc::cpu {
namespace {

/// One entry of the option `units`.
struct PackedUnit {
  StringRef a, b, sum;
  int64_t group = 0; ///< as in packColumns
  int64_t whole = 0; ///< what the reduction of a matmul is a multiple of

  /// Whether the text was of this form.
  bool read(StringRef text) {
    SmallVector<StringRef> parts;
    text.split(parts, ':');
    if (parts.size() != 5 || parts[3].getAsInteger(10, group) ||
        parts[4].getAsInteger(10, whole))
      return false;
    a = parts[0], b = parts[1], sum = parts[2];
    return group > 0 && whole > 0 && whole % group == 0;
  }
};

class Packer {
public:
  Packer(Operation *op, ShapeEnv &env, int64_t lanes,
         ArrayRef<PackedUnit> units)
      : op(op), env(env), lanes(lanes), b(op), m{b, op->getLoc(), env} {
    for (const PackedUnit &unit : units)
      if (group == 0 && takes(unit)) {
        group = unit.group;
        whole = unit.whole;
      }
  }

  void run() {
    if (auto matmul = dyn_cast<MatmulOp>(op))
      packMatmul(matmul);
    else if (auto conv = dyn_cast<ConvOp>(op))
      packConv(conv);
  }

private:
  /// A window's runs of channels are too short for units that take many groups
  /// at once.
  bool takes(const PackedUnit &unit) const {
    auto is = [](Value value, StringRef type) {
      return elementSpelling(value) == type;
    };
    return is(op->getOperand(0), unit.a) && is(op->getOperand(1), unit.b) &&
           is(op->getResult(0), unit.sum) &&
           (isa<MatmulOp>(op) || unit.whole == unit.group);
  }

  /// Whether both operands have elements of `operand` and the result of `sum`.
  bool hasTypes(Type operand, Type sum) const {
    auto is = [](Value value, Type type) {
      return getElementTypeOrSelf(value) == type;
    };
    return is(op->getOperand(0), operand) && is(op->getOperand(1), operand) &&
           is(op->getResult(0), sum);
  }
  Type sumType() { return getElementTypeOrSelf(op->getResult(0)); }

  Value product(Value a, Value w) {
    NamedAttribute columns =
        b.getNamedAttr("columns", b.getI64IntegerAttr(typeOf(w).getDimSize(1)));
    int64_t reduction = llvm::alignTo(typeOf(w).getDimSize(0), whole);
    if (reduction != typeOf(w).getDimSize(0)) {
      a = m.padTo(a, typeOf(a).getRank() - 1, reduction);
      w = m.padTo(w, 0, reduction);
    }
    return createInferred<PackedMatmulOp>(
               m, {a, m.packColumns(w, lanes, group)}, columns, sumType())
        .getY();
  }

  void replace(Value with) { op->getResult(0).replaceAllUsesWith(with); }

  void packMatmul(MatmulOp matmul) {
    Value w = matmul.getB();
    bool packs = group > 0 && isSingleMatrix(w) && !matmul.getTransposeA() &&
                 (isConstantData(w) || group > 1 || packingPays(matmul)) &&
                 typeOf(matmul.getA()).getRank() >= typeOf(w).getRank();
    if (matmul.getTransposeB())
      w = m.swapLast(w);
    if (packs) {
      ArrayRef<int64_t> matrix = typeOf(w).getShape().take_back(2);
      return replace(product(matmul.getA(), m.reshape(w, matrix)));
    }
    if (matmul.getTransposeB()) {
      matmul.getBMutable().assign(w);
      matmul.setTransposeB(false);
    }
    widenHalves(matmul);
  }

  /// No schedule reads factors of bf16 where they lie.
  void widenHalves(MatmulOp matmul) {
    for (OpOperand &factor : matmul->getOpOperands())
      if (getElementTypeOrSelf(factor.get()).isBF16() && sumType().isF32())
        factor.set(m.cast(factor.get(), sumType()));
  }

  /// Whether to pack a computed b at run time, too, that a schedule could read
  /// as it lies: where rows enough read it again (measured: below some 24 rows
  /// packing costs more than it saves), and its rows are so far apart, half a
  /// page, that reading where it lies would be bound by memory and not by
  /// arithmetic.
  bool packingPays(MatmulOp matmul) {
    constexpr int64_t fewRows = 48, farBytes = 2048;
    Dims y(env.dims(matmul.getY()));
    int64_t columns = typeOf(matmul.getY()).getShape().back();
    auto rows =
        constantOf(opc::product(b.getContext(), ArrayRef(y).drop_back()));
    return rows && *rows >= fewRows && columns * 4 >= farBytes;
  }

  NamedAttrList windowAttributes() {
    NamedAttrList attributes;
    for (StringRef name : {"strides", "dilations", "pad_low", "pad_high"})
      attributes.append(name, op->getAttr(name));
    return attributes;
  }

  static bool isAll(ArrayRef<int64_t> list, int64_t value) {
    return llvm::all_of(list, [&](int64_t v) { return v == value; });
  }

  void packConv(ConvOp conv) {
    Value w = conv.getW();
    if (conv.getLayout() != "NHWC" || !typeOf(w).hasStaticShape() ||
        typeOf(w).getRank() < 4 || !constantOf(env.dims(conv.getX()).back()))
      return;
    ArrayRef<int64_t> shape = typeOf(w).getShape();
    bool perChannel = shape[1] == 1 && shape[0] == int64_t(conv.getGroup());
    bool isF32 = hasTypes(b.getF32Type(), b.getF32Type());
    bool sameType = isF32 || hasTypes(b.getI32Type(), b.getI32Type());
    if (conv.getGroup() == 1 && group > 0)
      packWhole(conv);
    else if (sameType && perChannel && shape.size() == 4)
      packPerChannel(conv);
    else if (group > 0 && conv.getGroup() > 1)
      packGroups(conv);
  }

  /// [M, C / groups, kernel...] -> [kernel..., C / groups, M]
  Value tapsFirst(Value w) {
    SmallVector<int64_t> perm =
        llvm::to_vector(llvm::seq<int64_t>(2, typeOf(w).getRank()));
    perm.append({1, 0});
    return m.transpose(w, perm);
  }

  void packWhole(ConvOp conv) {
    Value w = conv.getW(), x = conv.getX();
    ArrayRef<int64_t> shape = typeOf(w).getShape();
    ArrayRef<int64_t> kernel = shape.drop_front(2);
    int64_t taps = ShapedType::getNumElements(kernel);
    int64_t channels = llvm::alignTo(shape[1], group);
    if (channels != shape[1]) {
      x = m.padTo(x, typeOf(x).getRank() - 1, channels);
      w = m.padTo(w, 1, channels);
    }
    Value flat = m.reshape(tapsFirst(w), {taps * channels, shape[0]});
    bool pointwise = taps == 1 && isAll(conv.getStrides(), 1) &&
                     isAll(conv.getPadLow(), 0) && isAll(conv.getPadHigh(), 0);
    replace(pointwise ? product(x, flat)
                      : convolved(x, m.packColumns(flat, lanes, group), kernel,
                                  shape[0], 1));
  }

  Value convolved(Value x, Value packed, ArrayRef<int64_t> kernel,
                  int64_t columns, int64_t groups) {
    NamedAttrList attributes = windowAttributes();
    attributes.append("kernel", b.getDenseI64ArrayAttr(kernel));
    attributes.append("columns", b.getI64IntegerAttr(columns));
    attributes.append("groups", b.getI64IntegerAttr(groups));
    return createInferred<PackedConvOp>(m, {x, packed}, attributes, sumType())
        .getY();
  }

  void packPerChannel(ConvOp conv) {
    ArrayRef<int64_t> shape = typeOf(conv.getW()).getShape();
    Value last =
        m.reshape(tapsFirst(conv.getW()), {shape[2], shape[3], shape[0]});
    replace(createInferred<DepthwiseConvOp>(m, {conv.getX(), last},
                                            windowAttributes(), sumType())
                .getY());
  }

  // Groups whose columns do not fill a vector, or whose channels do not fill
  // the products that are added up in one step, are taken together, as many as
  // do, with zeros where a column has nothing to do with a channel.
  void packGroups(ConvOp conv) {
    ArrayRef<int64_t> shape = typeOf(conv.getW()).getShape();
    ArrayRef<int64_t> kernel = shape.drop_front(2);
    int64_t taps = ShapedType::getNumElements(kernel);
    int64_t groups = conv.getGroup(), own = shape[0] / groups, merged = 1;
    auto isWhole = [&](int64_t count) {
      return groups % count == 0 && count * shape[1] % group == 0;
    };
    while (merged < groups && (merged * own < lanes || !isWhole(merged)))
      ++merged;
    if (!isWhole(merged))
      return;
    int64_t rest = groups / merged, columns = merged * own;
    // [rest, taps, C / groups, merged, own]
    Value split = m.reshape(conv.getW(), {rest, merged, own, shape[1], taps});
    Value w = m.transpose(split, {0, 4, 3, 1, 2});
    w = onDiagonal(w, {rest * taps * shape[1], merged, own});
    w = m.reshape(w, {rest, taps, shape[1], merged, columns});
    w = m.transpose(w, {0, 1, 3, 2, 4});
    int64_t panels = (columns + lanes - 1) / lanes;
    int64_t steps = taps * merged * shape[1] / group;
    w = m.padTo(m.reshape(w, {rest, steps * group, columns}), 2,
                panels * lanes);
    w = m.transpose(m.reshape(w, {rest, steps, group, panels, lanes}),
                    {0, 3, 1, 4, 2});
    SmallVector<int64_t> packed = {rest * panels, steps, lanes, group};
    w = m.reshape(w, ArrayRef(packed).drop_back(group == 1));
    replace(convolved(conv.getX(), w, kernel, shape[0], rest));
  }

  /// [n, count, size] -> [n, count, count * size]: row i holds the elements of
  /// row i from i * size on, and zeros around them. Rows that are `size` longer
  /// than they will be shift each row by as much.
  Value onDiagonal(Value x, ArrayRef<int64_t> shape) {
    int64_t n = shape[0], count = shape[1], size = shape[2];
    // In two steps: a constant does not grow more than eight times in one.
    Value longer = m.padTo(m.reshape(x, shape), 2, (count + 3) / 4 * size);
    longer = m.padTo(longer, 2, (count + 1) * size);
    Value line = m.reshape(longer, {n, count * (count + 1) * size});
    Dims dims = {env.constant(n), env.constant(count * count * size)};
    return m.reshape(m.slice(line, {0, 0}, dims), {n, count, count * size});
  }

  Operation *op;
  ShapeEnv &env;
  int64_t lanes;
  SuccessorBuilder b;
  MovementBuilder m;
  int64_t group = 0, whole = 0; ///< as in PackedUnit; 0: not packed
};

struct PackWeightsPass : impl::PackWeightsPassBase<PackWeightsPass> {
  using PackWeightsPassBase::PackWeightsPassBase;
  void runOnOperation() override {
    SmallVector<PackedUnit> known{{"f32", "f32", "f32", 1, 1}};
    for (const std::string &text : units)
      if (!known.emplace_back().read(text)) {
        getOperation()->emitError("unit '")
            << text << "' is not A:B:SUM:GROUP:WHOLE";
        return signalPassFailure();
      }
    ShapeEnv env(&getContext());
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<MatmulOp, ConvOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops)
      Packer(op, env, lanes, known).run();
    eraseUnused(getOperation());
  }
};

} // namespace
} // namespace opc::cpu
