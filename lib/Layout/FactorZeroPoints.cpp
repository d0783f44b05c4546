//===- FactorZeroPoints.cpp - products of bytes, their zero points apart --===//
//
//   %0 = opc.sub (opc.cast %x : ui8 -> i32), %zero
//   %y = opc.matmul %0, (opc.cast %w : i8 -> i32) : i32, i32 -> i32
//     ->
//   %1 = opc.matmul %x, %w : ui8, i8 -> i32
//   %2 = opc.reduce (opc.cast %w : i8 -> i32) {axes = [0], kind = "sum"}
//   %y = opc.sub %1, (opc.mul %zero, %2)
//
// (x - a)(w - b) summed is xw summed, less a times the sum of w, less b times
// the sum of (x - a). Sums of i32 wrap on both sides alike, so the result keeps
// its bits, and machines that multiply and add bytes take them as they are.
//
//===----------------------------------------------------------------------===//
#include "opc/Layout/MovementBuilder.h"
#include "opc/Layout/Passes.h"

namespace opc {
#define GEN_PASS_DEF_FACTORZEROPOINTSPASS
#include "opc/Layout/Passes.h.inc"
} // namespace opc

using namespace mlir;
namespace opc {
namespace {

/// An operand that is `bytes` less `zero`.
struct Factor {
  Value whole; ///< the operand: i32, or the bytes
  Value bytes; ///< i8 or ui8
  Value zero;  ///< i32, broadcast to the bytes; null for none
  /// The zero point in the type of the bytes, where it is known as such.
  Value zeroByte;
};

IntegerType byteOf(Value value) {
  auto type = dyn_cast<IntegerType>(typeOf(value).getElementType());
  return type && type.getWidth() == 8 ? type : IntegerType();
}

bool isI32(Value value) {
  return typeOf(value).getElementType().isSignlessInteger(32);
}

/// The bytes that are cast to `value`; null where it is none of these.
Value bytesUnder(Value value) {
  auto cast = value.getDefiningOp<CastOp>();
  return cast && isI32(value) && byteOf(cast.getX()) ? cast.getX() : Value();
}

bool isZero(Value value) {
  if (Value bytes = bytesUnder(value))
    return isZero(bytes);
  DenseElementsAttr data;
  auto constant = value.getDefiningOp<ConstantOp>();
  if (constant)
    data = dyn_cast<DenseElementsAttr>(constant.getValue());
  return data && data.isSplat() && data.getSplatValue<APInt>().isZero();
}

std::optional<Factor> factorOf(Value value, ShapeEnv &env) {
  Value bytes = byteOf(value) ? value : bytesUnder(value);
  if (bytes)
    return Factor{value, bytes, {}, {}};
  auto sub = value.getDefiningOp<SubOp>();
  if (!sub)
    return std::nullopt;
  bytes = bytesUnder(sub.getOperand(0));
  Value zero = sub.getOperand(1);
  if (!bytes || !isI32(zero) || env.dims(bytes) != env.dims(value))
    return std::nullopt;
  if (isZero(zero))
    return Factor{value, bytes, {}, {}};
  Value byte = bytesUnder(zero);
  if (byte && byteOf(byte) != byteOf(bytes))
    byte = {};
  return Factor{value, bytes, zero, byte};
}

class Factoriser {
public:
  Factoriser(Operation *op, ShapeEnv &env)
      : op(op), env(env), b(op), m{b, op->getLoc(), env} {}

  void matmul(MatmulOp matmul, bool anySigns) {
    // Units take weights that are packed.
    if (!isSingleMatrix(matmul.getB()) || matmul.getTransposeA() ||
        typeOf(matmul.getA()).getRank() < typeOf(matmul.getB()).getRank())
      return;
    std::optional<Factor> x = factorOf(matmul.getA(), env);
    std::optional<Factor> w = factorOf(matmul.getB(), env);
    if (!x || !w || !isI32(matmul.getY()))
      return;
    int64_t wAxis = matmul.getTransposeB() ? 1 : 2;
    // Its rows and columns would have to change places, too.
    if ((matmul.getTransposeB() && !isScalar(w->zero)) || !isOne(x->zero, 1) ||
        !isOne(w->zero, wAxis))
      return;
    if (!anySigns) {
      x = withSign(*x, /*isUnsigned=*/true);
      w = withSign(*w, /*isUnsigned=*/false);
    }
    Value y = createInferred<MatmulOp>(m, {x->bytes, w->bytes},
                                       matmul->getAttrs(), b.getI32Type());
    if (x->zero) {
      Value sums = sumAlong(widened(w->bytes), wAxis);
      if (matmul.getTransposeB())
        sums = m.swapLast(sums);
      y = binary<SubOp>(y, binary<MulOp>(x->zero, sums));
    }
    if (w->zero)
      y = binary<SubOp>(y,
                        binary<MulOp>(sumAlong(widened(x->whole), 1), w->zero));
    replace(y);
  }

  void conv(ConvOp conv) {
    // Groups are taken together until their channels are whole words.
    constexpr int64_t bytesOfWord = 4;
    int64_t channels = typeOf(conv.getW()).getDimSize(1);
    bool perChannel = channels == 1;
    if (conv.getGroup() != 1 &&
        channels * int64_t(conv.getGroup()) % bytesOfWord != 0)
      return;
    std::optional<Factor> x = factorOf(conv.getX(), env);
    std::optional<Factor> w = factorOf(conv.getW(), env);
    if (perChannel || !x || !w || !isI32(conv.getY()) || !isScalar(x->zero) ||
        w->zero || byteOf(w->bytes).isUnsigned())
      return;
    *x = withSign(*x, /*isUnsigned=*/true);
    NamedAttrList attributes(conv->getAttrs());
    Value image = x->bytes;
    if (x->zero && hasPads(conv)) {
      if (!x->zeroByte)
        return;
      image = padded(conv, image, x->zeroByte);
      SmallVector<int64_t> none(conv.getPadLow().size(), 0);
      for (StringRef name : {"pad_low", "pad_high"})
        attributes.set(name, b.getDenseI64ArrayAttr(none));
    }
    Value y = createInferred<ConvOp>(m, {image, w->bytes},
                                     attributes.getAttrs(), b.getI32Type());
    if (x->zero)
      y = binary<SubOp>(
          y, binary<MulOp>(scalar(x->zero), perOutput(conv, w->bytes)));
    replace(y);
  }

private:
  /// Whether the value (null: nothing) has one element.
  bool isScalar(Value value) {
    return !value || llvm::all_of(env.dims(value), [](AffineExpr extent) {
      return constantOf(extent) == 1;
    });
  }

  /// Whether the value (null: nothing) is the same along an axis, counted from
  /// the last, which is 1.
  bool isOne(Value value, int64_t axis) {
    if (!value)
      return true;
    const Dims &dims = env.dims(value);
    return int64_t(dims.size()) < axis ||
           constantOf(dims[dims.size() - axis]) == 1;
  }

  static bool hasPads(ConvOp conv) {
    auto isPad = [](int64_t pad) { return pad != 0; };
    return llvm::any_of(conv.getPadLow(), isPad) ||
           llvm::any_of(conv.getPadHigh(), isPad);
  }

  template <typename Op> Value binary(Value x, Value y) {
    return createInferred<Op>(m, {x, y}, {}, getElementTypeOrSelf(x))
        ->getResult(0);
  }

  Value widened(Value x) { return m.cast(x, b.getI32Type()); }

  Value number(int64_t value) {
    auto type = RankedTensorType::get({}, b.getI32Type());
    return ConstantOp::create(
        b, op->getLoc(), type,
        DenseElementsAttr::get(type, ArrayRef<int32_t>(int32_t(value))));
  }

  /// The factor on bytes with such a sign: both move by half of their range.
  Factor withSign(Factor factor, bool isUnsigned) {
    if (byteOf(factor.bytes).isUnsigned() == isUnsigned)
      return factor;
    Value shift = number(isUnsigned ? 128 : -128);
    Type type = IntegerType::get(b.getContext(), 8,
                                 isUnsigned ? IntegerType::Unsigned
                                            : IntegerType::Signless);
    auto moved = [&](Value bytes) {
      return m.cast(binary<AddOp>(widened(bytes), shift), type);
    };
    factor.bytes = moved(factor.bytes);
    if (factor.zeroByte)
      factor.zeroByte = moved(factor.zeroByte);
    else if (!factor.zero)
      factor.zeroByte = m.cast(shift, type);
    factor.zero = factor.zero ? binary<AddOp>(factor.zero, shift) : shift;
    return factor;
  }

  /// Sums along an axis, counted from the last, which is 1; it stays.
  Value sumAlong(Value x, int64_t axis) {
    return sum(x, {typeOf(x).getRank() - axis}, /*keepdims=*/true);
  }

  Value sum(Value x, ArrayRef<int64_t> axes, bool keepdims) {
    NamedAttrList attributes;
    attributes.append("kind", b.getStringAttr("sum"));
    attributes.append("axes", b.getDenseI64ArrayAttr(axes));
    attributes.append("keepdims", b.getBoolAttr(keepdims));
    return createInferred<ReduceOp>(m, {x}, attributes.getAttrs(),
                                    getElementTypeOrSelf(x))
        .getY();
  }

  Value scalar(Value x) { return m.reshape(x, Dims()); }

  /// The sum of each output channel's weights, where its channel lies in y.
  Value perOutput(ConvOp conv, Value w) {
    int64_t rank = typeOf(w).getRank();
    Value sums = sum(widened(w), llvm::to_vector(llvm::seq<int64_t>(1, rank)),
                     /*keepdims=*/false);
    if (conv.getLayout() == "NHWC")
      return sums;
    Dims dims(rank - 1, env.constant(1));
    dims.front() = env.dims(sums).front();
    return m.reshape(sums, dims);
  }

  Value padded(ConvOp conv, Value x, Value fill) {
    Dims dims(env.dims(x)), low(dims.size(), env.constant(0));
    size_t first = conv.getLayout() == "NHWC" ? 1 : 2;
    for (auto [i, pads] :
         llvm::enumerate(llvm::zip(conv.getPadLow(), conv.getPadHigh()))) {
      auto [before, after] = pads;
      low[first + i] = env.constant(before);
      dims[first + i] = dims[first + i] + (before + after);
    }
    return PadOp::create(
        b, op->getLoc(), tensorType(dims, getElementTypeOrSelf(x)), x,
        scalar(fill), toMap(b.getContext(), low), toMap(b.getContext(), dims),
        b.getStringAttr("constant"));
  }

  void replace(Value with) {
    if (Attribute dims = op->getAttr(kDimsAttr))
      with.getDefiningOp()->setAttr(kDimsAttr, dims);
    op->getResult(0).replaceAllUsesWith(with);
  }

  Operation *op;
  ShapeEnv &env;
  SuccessorBuilder b;
  MovementBuilder m;
};

struct FactorZeroPointsPass
    : impl::FactorZeroPointsPassBase<FactorZeroPointsPass> {
  using FactorZeroPointsPassBase::FactorZeroPointsPassBase;
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<MatmulOp, ConvOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      Factoriser factoriser(op, env);
      if (auto matmul = dyn_cast<MatmulOp>(op))
        factoriser.matmul(matmul, anySigns);
      else
        factoriser.conv(cast<ConvOp>(op));
    }
    eraseUnused(getOperation());
  }
};

} // namespace
} // namespace opc
