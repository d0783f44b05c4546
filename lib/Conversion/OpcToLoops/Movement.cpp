//===- Movement.cpp - index maps of movement ops --------------------------===//
//
// Each says which element of an operand an element of its result is.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "Scalar.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

using Indices = SmallVector<Value>;

/// A run of axes of x and of y that hold the same elements.
struct ReshapeGroup {
  ArrayRef<AffineExpr> x, y;
};

/// The fewest leading axes of x and y whose sizes agree; all where none do.
ReshapeGroup shortestGroup(ArrayRef<AffineExpr> x, ArrayRef<AffineExpr> y,
                           MLIRContext *context) {
  for (size_t count = 2; count <= x.size() + y.size(); ++count)
    for (size_t nx = 1; nx < count && nx <= x.size(); ++nx) {
      ReshapeGroup group{x.take_front(nx), y.take_front(count - nx)};
      if (product(context, group.x) == product(context, group.y))
        return group;
    }
  return {x, y};
}

/// Splits the axes of a reshape into short runs of equal size, so that axes
/// which stay as they are keep their index.
SmallVector<ReshapeGroup> groupAxes(ArrayRef<AffineExpr> x,
                                    ArrayRef<AffineExpr> y,
                                    MLIRContext *context) {
  SmallVector<ReshapeGroup> groups;
  while (!x.empty() || !y.empty()) {
    ReshapeGroup group = shortestGroup(x, y, context);
    x = x.drop_front(group.x.size());
    y = y.drop_front(group.y.size());
    groups.push_back(group);
  }
  return groups;
}

Value reshape(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  Value x = op->getOperand(0);
  const Dims from = e.env.dims(x), to = e.env.dims(op->getResult(0));
  if (e.isLoaded(x))
    return e.load(e.buffer(x), e.linearize(indices, to), elementType(x));
  Indices result;
  for (const ReshapeGroup &group : groupAxes(from, to, e.env.getContext())) {
    ValueRange mine = indices.take_front(group.y.size());
    indices = indices.drop_front(group.y.size());
    if (group.x.size() == 1 && group.y.size() == 1)
      result.push_back(mine[0]);
    else
      llvm::append_range(result,
                         e.delinearize(e.linearize(mine, group.y), group.x));
  }
  return e.element(x, result);
}

Value transpose(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  Indices result(indices);
  for (auto [axis, from] : llvm::enumerate(cast<TransposeOp>(op).getPerm()))
    result[from] = indices[axis];
  return e.element(op->getOperand(0), result);
}

Value broadcast(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  Value x = op->getOperand(0);
  return e.element(x,
                   broadcastIndices(e.env.dims(x), e.env.dims(op->getResult(0)),
                                    indices, e));
}

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

Value tile(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  Value x = op->getOperand(0);
  const Dims from = e.env.dims(x), to = e.env.dims(op->getResult(0));
  Indices result;
  for (auto [axis, index] : llvm::enumerate(indices))
    result.push_back(from[axis] == to[axis] ? index
                                            : e.rem(index, e.expr(from[axis])));
  return e.element(x, result);
}

Value slice(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  auto sliceOp = cast<SliceOp>(op);
  Indices result;
  for (auto [index, start, step] : llvm::zip_equal(
           indices, sliceOp.getStarts().getResults(), sliceOp.getSteps()))
    result.push_back(e.add(e.expr(start), e.mul(index, e.constant(step))));
  return e.element(op->getOperand(0), result);
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

Value pad(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  auto padOp = cast<PadOp>(op);
  Value x = padOp.getX();
  const Dims from = e.env.dims(x), to = e.env.dims(padOp.getY());
  StringRef mode = padOp.getMode();
  Indices result;
  Value inside = e.boolean(true);
  for (auto [axis, index] : llvm::enumerate(indices)) {
    AffineExpr low = padOp.getLow().getResult(axis);
    if (constantOf(low) == 0 && from[axis] == to[axis]) {
      result.push_back(index);
      continue;
    }
    if (mode != "constant") {
      result.push_back(foldedIndex(mode, index, low, from[axis], to[axis], e));
      continue;
    }
    result.push_back(e.sub(index, e.expr(low)));
    inside = e.both(inside, e.compare(arith::CmpIPredicate::ult, result.back(),
                                      e.expr(from[axis])));
  }
  return e.choose(
      inside, [&] { return e.element(x, result); },
      [&] {
        Value value = padOp.getValue();
        Indices zeros(e.env.dims(value).size(), e.constant(0));
        return e.element(value, zeros);
      });
}

Value concat(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  auto concatOp = cast<ConcatOp>(op);
  size_t axis = concatOp.getAxis();
  OperandRange inputs = concatOp.getInputs();
  // The first input that the index, counted from its start, lies in.
  std::function<Value(size_t, AffineExpr)> pick = [&](size_t i,
                                                      AffineExpr start) {
    Indices local(indices);
    local[axis] = e.sub(indices[axis], e.expr(start));
    if (i + 1 == inputs.size())
      return e.element(inputs[i], local);
    AffineExpr end = start + e.env.dim(inputs[i], axis);
    return e.choose(
        e.compare(arith::CmpIPredicate::slt, indices[axis], e.expr(end)),
        [&] { return e.element(inputs[i], local); },
        [&] { return pick(i + 1, end); });
  };
  return pick(0, e.env.constant(0));
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
  indexed["opc.reshape"] = {reshape};
  indexed["opc.transpose"] = {transpose};
  indexed["opc.broadcast"] = {broadcast};
  indexed["opc.tile"] = {tile};
  indexed["opc.unpack"] = {unpack};
  indexed["opc.slice"] = {slice};
  indexed["opc.pad"] = {pad};
  indexed["opc.concat"] = {concat};
  indexed["opc.iota"] = {iota};
  indexed["opc.extents"] = {extents};
  indexed["opc.constant"] = {constant};
}

} // namespace opc
