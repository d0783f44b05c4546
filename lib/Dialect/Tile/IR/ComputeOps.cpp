//===- ComputeOps.cpp - work on tiles: what holds on every machine --------===//
#include "opc/Dialect/Tile/IR/TileDialect.h"

using namespace mlir;
using namespace opc::tile;

namespace {

BufferType typeOf(Value buffer) { return cast<BufferType>(buffer.getType()); }

bool fits(int64_t a, int64_t b) {
  return a == b || ShapedType::isDynamic(a) || ShapedType::isDynamic(b);
}

/// Whether the extents may be the same; those that only the run knows may.
bool sameExtents(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  return a.size() == b.size() &&
         llvm::all_of(llvm::zip(a, b), [](std::tuple<int64_t, int64_t> pair) {
           return fits(std::get<0>(pair), std::get<1>(pair));
         });
}

LogicalResult checkExtents(Operation *op) {
  SmallVector<Value> buffers = buffersOf(op);
  BufferType y = typeOf(buffers.back());
  for (Value x : buffers)
    if (!sameExtents(typeOf(x).getShape(), y.getShape()))
      return op->emitOpError("extents of ")
             << typeOf(x) << " are not those of " << y;
  return success();
}

LogicalResult checkElements(Operation *op, ArrayRef<Value> buffers) {
  for (Value x : buffers)
    if (typeOf(x).getElementType() != typeOf(buffers.back()).getElementType())
      return op->emitOpError("elements of ")
             << typeOf(x) << " are not those of " << typeOf(buffers.back());
  return success();
}

/// Operands and result have the same extents and elements.
LogicalResult checkAlike(Operation *op) {
  if (failed(checkExtents(op)))
    return failure();
  return checkElements(op, buffersOf(op));
}

LogicalResult checkScalar(Operation *op, Value scalar, Value buffer) {
  if (scalar.getType() == typeOf(buffer).getElementType())
    return success();
  return op->emitOpError("takes a number of ")
         << typeOf(buffer).getElementType() << ", not of " << scalar.getType();
}

LogicalResult checkBool(Operation *op, Value buffer) {
  if (typeOf(buffer).getElementType().isInteger(1))
    return success();
  return op->emitOpError("elements of ") << typeOf(buffer) << " are not i1";
}

/// Extents of what is moved within a space; it cannot be done in place.
LogicalResult checkMoved(Operation *op, Value x, Value y,
                         ArrayRef<int64_t> extents) {
  if (x == y)
    return op->emitOpError("cannot be done in place");
  if (!sameExtents(extents, typeOf(y).getShape()))
    return op->emitOpError("cannot make ") << typeOf(y) << " of " << typeOf(x);
  return checkElements(op, {x, y});
}

} // namespace

LogicalResult UnaryOp::verify() { return checkAlike(*this); }
LogicalResult BinaryOp::verify() { return checkAlike(*this); }
LogicalResult BinaryScalarOp::verify() {
  if (failed(checkScalar(*this, getS(), getX())))
    return failure();
  return checkAlike(*this);
}
LogicalResult CastOp::verify() { return checkExtents(*this); }
LogicalResult CompareOp::verify() {
  if (failed(checkExtents(*this)) || failed(checkBool(*this, getY())))
    return failure();
  return checkElements(*this, {getA(), getB()});
}
LogicalResult SelectOp::verify() {
  if (failed(checkExtents(*this)) || failed(checkBool(*this, getC())))
    return failure();
  return checkElements(*this, {getA(), getB(), getY()});
}
LogicalResult FillOp::verify() { return checkScalar(*this, getS(), getY()); }

LogicalResult ReduceOp::verify() {
  SmallVector<int64_t> extents(getX().getType().getShape());
  (getAxis() == Axis::Last ? extents.back() : extents.front()) = 1;
  return checkMoved(*this, getX(), getY(), extents);
}

LogicalResult TransposeOp::verify() {
  SmallVector<int64_t> extents(getX().getType().getShape());
  if (extents.size() != 2)
    return emitOpError("takes 2 axes, not ") << extents.size();
  return checkMoved(*this, getX(), getY(), {extents[1], extents[0]});
}

LogicalResult BroadcastOp::verify() {
  SmallVector<int64_t> extents(getX().getType().getShape());
  ArrayRef<int64_t> wide = getY().getType().getShape();
  for (auto [extent, to] : llvm::zip(extents, wide))
    if (extent == 1)
      extent = to;
  return checkMoved(*this, getX(), getY(), extents);
}

LogicalResult MmaOp::verify() {
  for (Value x : {getA(), getB(), getC()})
    if (typeOf(x).getRank() != 2)
      return emitOpError("multiplies matrices of 2 axes, not ") << typeOf(x);
  ArrayRef<int64_t> a = getA().getType().getShape(),
                    b = getB().getType().getShape(),
                    c = getC().getType().getShape();
  if (!fits(a[1], b[0]) || !fits(a[0], c[0]) || !fits(b[1], c[1]))
    return emitOpError("cannot make ")
           << getC().getType() << " of " << getA().getType() << " and "
           << getB().getType();
  return success();
}

std::string CastOp::tableType() {
  return spelling(getX().getType().getElementType()) + "->" +
         spelling(getY().getType().getElementType());
}
std::string SelectOp::tableType() {
  return spelling(getY().getType().getElementType());
}
