//===- MemoryOps.cpp - buffers and copies: what holds on every machine ----===//
#include "opc/Dialect/Tile/IR/TileDialect.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace opc::tile;

namespace {

/// Numbers as ops hold them: those that are known, and values for the others.
struct Parts {
  explicit Parts(ArrayRef<OpFoldResult> numbers) {
    dispatchIndexOpFoldResults(numbers, values, fixed);
  }
  SmallVector<Value> values;
  SmallVector<int64_t> fixed;
};

SmallVector<int64_t> stepsOr1(std::optional<ArrayRef<int64_t>> steps,
                              int64_t rank) {
  return steps ? SmallVector<int64_t>(*steps) : SmallVector<int64_t>(rank, 1);
}

/// Whether the known part of a window of `sizes` lies in `extents`.
LogicalResult checkInside(Operation *op, StringRef side,
                          ArrayRef<int64_t> extents, ArrayRef<int64_t> starts,
                          ArrayRef<int64_t> sizes, ArrayRef<int64_t> steps) {
  for (auto [axis, extent] : llvm::enumerate(extents)) {
    int64_t start = ShapedType::isDynamic(starts[axis]) ? 0 : starts[axis];
    int64_t size = ShapedType::isDynamic(sizes[axis]) ? 0 : sizes[axis];
    if (start < 0 || size < 0)
      return op->emitOpError()
             << side << " window has a negative start or size "
             << "on axis " << axis;
    int64_t end = size ? start + (size - 1) * steps[axis] + 1 : start;
    if (!ShapedType::isDynamic(extent) && end > extent)
      return op->emitOpError()
             << side << " window ends at " << end << " of extent " << extent
             << " on axis " << axis;
  }
  return success();
}

LogicalResult checkEntries(Operation *op, StringRef what, size_t entries,
                           int64_t rank) {
  if (entries == size_t(rank))
    return success();
  return op->emitOpError() << what << " has " << entries
                           << " entries, the buffer has " << rank << " axes";
}

} // namespace

LogicalResult BufferOp::verify() {
  BufferType type = getY().getType();
  if (type.isGlobal())
    return emitOpError("makes no buffer in global memory");
  if (ShapedType::isDynamic(type.bytes()) || !type.hasStaticShape())
    return emitOpError("makes buffers of extents that are known, not ") << type;
  return success();
}

void GlobalOp::build(OpBuilder &b, OperationState &state, Value x, Value offset,
                     ArrayRef<OpFoldResult> sizes) {
  Parts size(sizes);
  Type element = cast<MemRefType>(x.getType()).getElementType();
  build(b, state, BufferType::get(size.fixed, element, Space::Global), x,
        offset, size.values, size.fixed);
}

SmallVector<OpFoldResult> GlobalOp::mixedSizes() {
  return getMixedValues(getStaticSizes(), getSizes(), getContext());
}

LogicalResult GlobalOp::verify() {
  BufferType type = getY().getType();
  if (!type.isGlobal() || type.getLayout() != Layout::RowMajor ||
      type.getShape() != getStaticSizes())
    return emitOpError(
               "gives a dense buffer of its sizes in global memory, not ")
           << type;
  Type element = cast<MemRefType>(getX().getType()).getElementType();
  if (element != type.getElementType())
    return emitOpError("gives elements of ")
           << element << ", not of " << type.getElementType();
  return success();
}

LogicalResult MemoryOp::verify() {
  BufferType type = getX().getType();
  Type element = cast<MemRefType>(getY().getType()).getElementType();
  if (type.isGlobal() || type.getLayout() != Layout::RowMajor ||
      element != type.getElementType())
    return emitOpError("gives elements in rows of a core's memory, not ")
           << element << " of " << type;
  return success();
}

void ViewOp::build(OpBuilder &b, OperationState &state, Value x,
                   ArrayRef<OpFoldResult> starts,
                   ArrayRef<OpFoldResult> sizes) {
  Parts start(starts), size(sizes);
  auto type = cast<BufferType>(x.getType());
  auto part =
      BufferType::get(b.getContext(), size.fixed, type.getElementType(),
                      type.getSpace(), type.getPadded(), type.getLayout());
  build(b, state, part, x, start.values, size.values, start.fixed, size.fixed);
}

SmallVector<OpFoldResult> ViewOp::mixedStarts() {
  return getMixedValues(getStaticStarts(), getStarts(), getContext());
}
SmallVector<OpFoldResult> ViewOp::mixedSizes() {
  return getMixedValues(getStaticSizes(), getSizes(), getContext());
}

LogicalResult ViewOp::verify() {
  BufferType x = getX().getType(), y = getY().getType();
  int64_t rank = x.getRank();
  if (failed(checkEntries(*this, "starts", getStaticStarts().size(), rank)) ||
      failed(checkEntries(*this, "sizes", getStaticSizes().size(), rank)))
    return failure();
  if (x.getElementType() != y.getElementType() ||
      x.getSpace() != y.getSpace() || x.getPadded() != y.getPadded() ||
      x.getLayout() != y.getLayout())
    return emitOpError("a view has the elements, space, padded extents and "
                       "layout of its buffer");
  if (y.getShape() != getStaticSizes())
    return emitOpError("sizes are not the extents of ") << y;
  return checkInside(*this, "the", x.getShape(), getStaticStarts(),
                     getStaticSizes(), SmallVector<int64_t>(rank, 1));
}

void CopyAsyncOp::build(OpBuilder &b, OperationState &state, Value x, Value y,
                        ArrayRef<OpFoldResult> from, ArrayRef<OpFoldResult> to,
                        ArrayRef<OpFoldResult> sizes) {
  Parts source(from), destination(to), size(sizes);
  build(b, state, TokenType::get(b.getContext()), x, y, source.values,
        destination.values, size.values, /*pad=*/Value(), source.fixed,
        destination.fixed, size.fixed, /*from_steps=*/{}, /*to_steps=*/{},
        /*pad_alignment=*/{});
}

SmallVector<OpFoldResult> CopyAsyncOp::mixedFrom() {
  return getMixedValues(getStaticFrom(), getFrom(), getContext());
}
SmallVector<OpFoldResult> CopyAsyncOp::mixedTo() {
  return getMixedValues(getStaticTo(), getTo(), getContext());
}
SmallVector<OpFoldResult> CopyAsyncOp::mixedSizes() {
  return getMixedValues(getStaticSizes(), getSizes(), getContext());
}
SmallVector<int64_t> CopyAsyncOp::fromSteps() {
  return stepsOr1(getFromSteps(), getX().getType().getRank());
}
SmallVector<int64_t> CopyAsyncOp::toSteps() {
  return stepsOr1(getToSteps(), getX().getType().getRank());
}

LogicalResult CopyAsyncOp::verify() {
  BufferType x = getX().getType(), y = getY().getType();
  int64_t rank = x.getRank();
  if (rank != y.getRank())
    return emitOpError("copies between ranks ")
           << rank << " and " << y.getRank();
  if (getX() == getY())
    return emitOpError("copies a buffer to itself");
  std::pair<StringRef, size_t> lists[] = {{"from", getStaticFrom().size()},
                                          {"to", getStaticTo().size()},
                                          {"sizes", getStaticSizes().size()},
                                          {"from_steps", fromSteps().size()},
                                          {"to_steps", toSteps().size()}};
  for (auto [what, entries] : lists)
    if (failed(checkEntries(*this, what, entries, rank)))
      return failure();
  for (ArrayRef<int64_t> steps : {fromSteps(), toSteps()})
    if (llvm::any_of(steps, [](int64_t step) { return step < 1; }))
      return emitOpError("steps must be 1 or more");
  if (getPad() && getPad().getType() != y.getElementType())
    return emitOpError("pads ")
           << y.getElementType() << " with " << getPad().getType();
  if (bool(getPad()) != bool(getPadAlignment()))
    return emitOpError("pads with a number up to an alignment, given both");
  if (failed(checkInside(*this, "source", x.getShape(), getStaticFrom(),
                         getStaticSizes(), fromSteps())))
    return failure();
  return checkInside(*this, "destination", y.getShape(), getStaticTo(),
                     getStaticSizes(), toSteps());
}

LogicalResult WaitOp::verify() {
  if (getTokens().empty())
    return emitOpError("waits for no token");
  return success();
}
