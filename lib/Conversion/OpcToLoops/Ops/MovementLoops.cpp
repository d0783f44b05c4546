//===- MovementLoops.cpp - movement that no access says, and generators
//--------===//
//
// Bits of bytes, pads that mirror, and elements that come from no operand.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "Scalar.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

using Indices = SmallVector<Value>;

/// Element i is some bits of byte i * bits / 8.
Value unpack(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  auto unpack = cast<UnpackOp>(op);
  Value x = unpack.getX();
  int64_t bits = unpack.getBits();
  Value perByte = e.constant(8 / bits);
  Value at = e.linearize(indices, e.env.dims(unpack.getY()));
  Value byte =
      e.element(x, e.delinearize(e.floorDiv(at, perByte), e.env.dims(x)));
  Value first = e.mul(e.rem(at, perByte), e.constant(bits));
  Value shift = arith::IndexCastOp::create(e.b, e.loc, e.b.getI8Type(), first);
  Value low = arith::ShRUIOp::create(e.b, e.loc, byte, shift);
  Type narrow = e.b.getIntegerType(bits);
  Value value = arith::TruncIOp::create(e.b, e.loc, narrow, low);
  Type element = elementType(unpack.getY()), type = computeType(element);
  if (type == narrow)
    return value;
  if (element.isUnsignedInteger())
    return arith::ExtUIOp::create(e.b, e.loc, type, value);
  return arith::ExtSIOp::create(e.b, e.loc, type, value);
}

/// Where an index that may lie outside of [0, extent) reads, by mode.
Value foldBack(StringRef mode, Scalar index, Scalar extent) {
  KernelEmitter &e = index.emitter();
  if (mode == "edge")
    return clamp(index, index.like(0), extent - 1);
  if (mode == "wrap")
    return e.floorMod(index, e.max(extent, e.constant(1)));
  // Mirrored without the edge: a period of 2 (extent - 1), or of 1.
  Scalar period = maximum((extent - 1) * 2, index.like(1));
  Scalar position(e, e.floorMod(index, period));
  return select(position < extent, position, period - position);
}

/// The index into x along one axis of a pad that repeats elements of x.
/// Cropping comes first: what is cropped is not repeated.
Value foldedIndex(StringRef mode, Value index, AffineExpr low, AffineExpr from,
                  AffineExpr to, KernelEmitter &e) {
  Scalar zero(e, e.constant(0));
  Scalar cropLow = maximum(zero - Scalar(e, e.expr(low)), zero);
  Scalar cropHigh = maximum(zero - Scalar(e, e.expr(to - low - from)), zero);
  Scalar extent = Scalar(e, e.expr(from)) - cropLow - cropHigh;
  Scalar shifted = Scalar(e, index) - maximum({e, e.expr(low)}, zero);
  // Mostly inside, where no division is needed.
  Value isInside = e.compare(arith::CmpIPredicate::ult, shifted, extent);
  Value folded = e.choose(
      isInside, [&] { return Value(shifted); },
      [&] { return foldBack(mode, shifted, extent); });
  return cropLow + Scalar(e, folded);
}

/// A pad that repeats elements of x; one with a constant says its accesses.
Value foldingPad(PadOp op, ValueRange indices, KernelEmitter &e) {
  const Dims from = e.env.dims(op.getX()), to = e.env.dims(op.getY());
  Indices at(indices);
  for (auto [axis, index] : llvm::enumerate(at)) {
    AffineExpr low = op.getLow().getResult(axis);
    if (constantOf(low) != 0 || from[axis] != to[axis])
      index = foldedIndex(op.getMode(), index, low, from[axis], to[axis], e);
  }
  return e.element(op.getX(), at);
}

Value pad(Operation *op, unsigned result, ValueRange indices,
          KernelEmitter &e) {
  if (e.env.accesses(op))
    return emitMoved(op, result, indices, e);
  return foldingPad(cast<PadOp>(op), indices, e);
}

Value iota(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  Scalar index(e, indices[cast<IotaOp>(op).getAxis()]);
  return index.to(computeType(elementType(op->getResult(0))));
}

/// y[position] where all of y's `count` values can be made at compile time.
Value lookUp(Operation *op, Value position, int64_t count, KernelEmitter &e,
             const std::function<Value(int64_t)> &value) {
  Type element = elementType(op->getResult(0));
  if (auto known = KernelEmitter::constantValue(position);
      known && *known >= 0 && *known < count)
    return value(*known);
  return e.load(e.table(op, element, count, value), position, element);
}

Value extents(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  AffineMap values = cast<ExtentsOp>(op).getValues();
  Type element = computeType(elementType(op->getResult(0)));
  SmallVector<Value> known;
  for (AffineExpr value : values.getResults())
    known.push_back(e.expr(value));
  return lookUp(op, indices[0], known.size(), e, [&](int64_t i) -> Value {
    return Scalar(e, known[i]).to(element);
  });
}

/// The elements of a constant, resources too.
DenseElementsAttr denseElements(ElementsAttr value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    auto type = cast<ShapedType>(resource.getType());
    if (!blob)
      return {};
    if (type.getElementType().isInteger(1)) // one byte for each element
      return DenseElementsAttr::get(
          type, SmallVector<bool>(llvm::map_range(
                    blob->getData(), [](char byte) { return byte != 0; })));
    bool isSplat = false;
    if (!DenseElementsAttr::isValidRawBuffer(type, blob->getData(), isSplat))
      return {};
    return DenseElementsAttr::getFromRawBuffer(type, blob->getData());
  }
  return dyn_cast<DenseElementsAttr>(value);
}

Value constant(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  constexpr int64_t mostElements = 1024;
  Type element = computeType(elementType(op->getResult(0)));
  DenseElementsAttr dense = denseElements(cast<ConstantOp>(op).getValue());
  if (!dense)
    return e.refuse(op, "has no elements that a kernel can hold", element);
  auto value = [&](int64_t i) -> Value {
    Attribute attr = dense.isSplat() ? dense.getSplatValue<Attribute>()
                                     : dense.getValues<Attribute>()[i];
    if (auto integer = dyn_cast<IntegerAttr>(attr))
      attr = IntegerAttr::get(element, integer.getValue());
    return arith::ConstantOp::create(e.b, e.loc, cast<TypedAttr>(attr));
  };
  if (dense.isSplat())
    return value(0);
  if (dense.getNumElements() > mostElements)
    return e.refuse(op,
                    llvm::formatv("{0} elements in a kernel, at most {1}",
                                  dense.getNumElements(), mostElements),
                    element);
  Value position = e.linearize(indices, e.env.dims(op->getResult(0)));
  return lookUp(op, position, dense.getNumElements(), e, value);
}

} // namespace

void registerMovementLowerings(IndexedTable &indexed) {
  indexed["opc.unpack"] = {unpack};
  indexed["opc.pad"] = {pad};
  indexed["opc.iota"] = {iota};
  indexed["opc.extents"] = {extents};
  indexed["opc.constant"] = {constant};
}

} // namespace opc
