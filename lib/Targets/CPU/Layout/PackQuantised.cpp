//===- PackQuantised.cpp - weights of few bits as the tile reads them -----===//
//
//   %w = opc.dequantize %q, %scale, %zero {axis = 0, block = 32}
//   %y = opc.matmul %x, %w : (tensor<8x64xf32>, tensor<64x40xf32>)
//     ->
//   %0 = opc.cast, opc.pad, opc.reshape, opc.transpose ... %q  // 3x8x16x8
//   %1 = opc.shift_left %0, [0, 4, ..., 28]
//   %2 = opc.reduce %1 {kind = "sum"}                          // 3x8x16
//   %y = opc.packed_quantized_matmul %x, %2, %scale', %zero' {columns = 40}
//
// Eight elements of four bits, neighbours along the reduction, make a word of
// each lane. Elements and zero points become unsigned by the same shift.
//
//===----------------------------------------------------------------------===//
#include "opc/Layout/MovementBuilder.h"
#include "opc/Targets/CPU/Passes.h"
#include "llvm/ADT/SetVector.h"

namespace opc::cpu {
#define GEN_PASS_DEF_PACKQUANTISEDPASS
#include "opc/Targets/CPU/Passes.h.inc"
} // namespace opc::cpu

using namespace mlir;
namespace opc::cpu {
namespace {

constexpr int64_t wordBits = 32;

/// Whether constant folding will know the value: all that it comes from.
bool comesFromConstants(Value value) {
  llvm::SmallSetVector<Value, 8> values;
  values.insert(value);
  for (size_t next = 0; next < values.size(); ++next) {
    Operation *op = values[next].getDefiningOp();
    if (!op || op->getNumRegions() != 0 || !isMemoryEffectFree(op) ||
        !typeOf(values[next]).hasStaticShape())
      return false;
    values.insert_range(op->getOperands());
  }
  return true;
}

bool isF32(Value value) { return typeOf(value).getElementType().isF32(); }

/// A product with dequantised weights.
struct Weights {
  DequantizeOp source;
  int64_t axis;  ///< of source's x along which is summed
  int64_t bits;  ///< of an element
  int64_t block; ///< elements along `axis` that share a scale

  int64_t perWord() { return wordBits / bits; }
  int64_t depth() { return typeOf(source.getX()).getDimSize(axis); }
  int64_t columns() { return typeOf(source.getX()).getDimSize(1 - axis); }
  int64_t blocks() { return llvm::divideCeil(depth(), block); }
  IntegerType element() {
    return cast<IntegerType>(typeOf(source.getX()).getElementType());
  }
  /// What makes a signed element unsigned.
  int64_t bias() {
    return element().isUnsigned() ? 0 : int64_t(1) << (bits - 1);
  }
};

/// The dequantize behind the b of a matmul, and the axis of its x along which
/// is summed.
std::optional<Weights> sourceOf(MatmulOp matmul) {
  Value b = matmul.getB();
  int64_t axis = matmul.getTransposeB() ? 1 : 0;
  if (auto transpose = b.getDefiningOp<TransposeOp>()) {
    if (typeOf(b).getRank() == 2 && transpose.getPerm()[0] == 1)
      axis = 1 - axis;
    b = transpose.getX();
  }
  auto source = b.getDefiningOp<DequantizeOp>();
  if (!source || typeOf(b).getRank() != 2 || matmul.getTransposeA() ||
      !isF32(b) || !isF32(matmul.getA()) || !isF32(matmul.getY()))
    return std::nullopt;
  int64_t bits = typeOf(source.getX()).getElementTypeBitWidth();
  return Weights{source, axis, bits, 0};
}

/// Whether a scale or zero point has one element for each block along the
/// reduction at most, and for each column at most.
bool fits(Weights &w, Value parameter) {
  int64_t along = typeOf(parameter).getDimSize(w.axis);
  if (int64_t(w.source.getAxis()) == w.axis)
    return true;
  return along == 1 && (w.source.getBlock() == 1 ||
                        typeOf(parameter).getDimSize(1 - w.axis) == 1);
}

/// Zero points must be numbers of 8 bits, of the sign of the elements.
bool zeroFits(Weights &w) {
  Value zero = w.source.getZero();
  if (!zero)
    return true;
  auto integer = dyn_cast<IntegerType>(typeOf(zero).getElementType());
  if (!integer)
    return w.element().isUnsigned();
  return integer.getWidth() <= 8 &&
         integer.isUnsigned() == w.element().isUnsigned();
}

std::optional<Weights> weightsOf(MatmulOp matmul) {
  // Sums over packed weights are in the order of the words.
  if (numericsOf(matmul))
    return std::nullopt;
  std::optional<Weights> w = sourceOf(matmul);
  if (!w || !llvm::is_contained({2, 4, 8}, w->bits) ||
      !llvm::all_of(w->source->getOperands(), [&](Value operand) {
        return comesFromConstants(operand) && typeOf(operand).getNumElements();
      }))
    return std::nullopt;
  bool blocked = false;
  for (Value parameter : w->source->getOperands().drop_front()) {
    if (!fits(*w, parameter))
      return std::nullopt;
    blocked |= typeOf(parameter).getDimSize(w->axis) > 1;
  }
  w->block = blocked ? int64_t(w->source.getBlock())
                     : int64_t(llvm::alignTo(w->depth(), w->perWord()));
  // Weights of 8 bits with one scale for each column are faster as reals.
  bool pays = w->bits < 8 || blocked;
  if (!pays || w->block % w->perWord() != 0 || !zeroFits(*w))
    return std::nullopt;
  return w;
}

class Packer {
public:
  Packer(MatmulOp matmul, Weights w, ShapeEnv &env, int64_t lanes)
      : matmul(matmul), w(w), lanes(lanes), b(matmul),
        m{b, matmul.getLoc(), env} {}

  void run() {
    int64_t depth = w.blocks() * w.block;
    Value a = matmul.getA();
    a = m.padTo(a, typeOf(a).getRank() - 1, depth);
    Value scale = parameter(cast(w.source.getScale(), b.getF32Type()));
    auto number = [&](StringRef name, int64_t value) {
      return b.getNamedAttr(name, b.getI64IntegerAttr(value));
    };
    auto packed = createInferred<PackedQuantizedMatmulOp>(
        m, {a, words(depth), scale, packedZero()},
        {number("columns", w.columns()), number("bits", w.bits),
         number("block", w.block)},
        b.getF32Type());
    packed->getResult(0).setType(matmul.getY().getType());
    if (Attribute dims = matmul->getAttr(kDimsAttr))
      packed->setAttr(kDimsAttr, dims);
    matmul.getY().replaceAllUsesWith(packed.getY());
  }

private:
  Value cast(Value x, Type element) {
    if (typeOf(x).getElementType() == element)
      return x;
    return CastOp::create(b, m.loc, typeOf(x).clone(element), x,
                          /*saturate=*/false);
  }
  Value constant(RankedTensorType type, ArrayRef<int64_t> values) {
    auto element = llvm::cast<IntegerType>(type.getElementType());
    SmallVector<APInt> items;
    for (int64_t value : values)
      items.emplace_back(element.getWidth(), value);
    return ConstantOp::create(b, m.loc, type,
                              DenseElementsAttr::get(type, items));
  }
  IntegerType unsignedType(unsigned width) {
    return b.getIntegerType(width, /*isSigned=*/false);
  }

  /// x, an integer, plus the bias, as an unsigned number of `width` bits.
  Value biased(Value x, unsigned width) {
    if (w.bias() != 0) {
      auto one = RankedTensorType::get({1, 1}, b.getI32Type());
      x = cast(x, b.getI32Type());
      x = AddOp::create(b, m.loc, x.getType(), x, constant(one, w.bias()));
    }
    return cast(x, unsignedType(width));
  }

  /// With the reduction first.
  Value turned(Value x) { return w.axis == 0 ? x : m.transpose(x, {1, 0}); }

  /// [depth / perWord, perWord] of a column as words.
  Value words(int64_t depth) {
    Value x = turned(biased(w.source.getX(), wordBits));
    x = m.packColumns(m.padTo(x, 0, depth), lanes, w.perWord());
    SmallVector<int64_t> shifts;
    for (int64_t i = 0; i < w.perWord(); ++i)
      shifts.push_back(i * w.bits);
    auto type =
        RankedTensorType::get({1, 1, 1, w.perWord()}, unsignedType(wordBits));
    x = ShiftLeftOp::create(b, m.loc, x.getType(), x, constant(type, shifts));
    auto last = typeOf(x).clone(typeOf(x).getShape().drop_back());
    return ReduceOp::create(b, m.loc, last, x, b.getStringAttr("sum"),
                            b.getDenseI64ArrayAttr({3}), b.getBoolAttr(false),
                            /*numerics=*/nullptr);
  }

  Value zero() {
    Value zero = w.source.getZero();
    auto one = RankedTensorType::get({1, 1}, unsignedType(8));
    if (!zero)
      return constant(one, w.bias());
    if (isF32(zero) || isa<FloatType>(typeOf(zero).getElementType()))
      return cast(zero, b.getF32Type());
    return biased(zero, 8);
  }

  /// A zero point for all has a vector.
  Value packedZero() {
    Value x = zero();
    if (typeOf(x).getNumElements() != 1)
      return parameter(x);
    x = m.reshape(x, {1, 1, 1});
    Dims dims = {m.env.constant(1), m.env.constant(1), m.env.constant(lanes)};
    return broadcast(x, dims);
  }

  /// One element for each block and column, packed as the words are.
  Value parameter(Value x) {
    x = turned(x);
    Dims dims = {m.env.constant(w.blocks()), m.env.constant(w.columns())};
    return m.packColumns(broadcast(x, dims), lanes);
  }

  Value broadcast(Value x, const Dims &dims) {
    if (m.env.dims(x) == dims)
      return x;
    return BroadcastOp::create(b, m.loc,
                               tensorType(dims, typeOf(x).getElementType()), x,
                               toMap(b.getContext(), dims));
  }

  MatmulOp matmul;
  Weights w;
  int64_t lanes;
  SuccessorBuilder b;
  MovementBuilder m;
};

struct PackQuantisedPass : impl::PackQuantisedPassBase<PackQuantisedPass> {
  using PackQuantisedPassBase::PackQuantisedPassBase;
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    SmallVector<MatmulOp> products;
    getOperation()->walk([&](MatmulOp op) { products.push_back(op); });
    for (MatmulOp op : products)
      if (std::optional<Weights> w = weightsOf(op))
        Packer(op, *w, env, lanes).run();
    eraseUnused(getOperation());
  }
};

} // namespace
} // namespace opc::cpu
