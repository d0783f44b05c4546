//===- VerifyIndexing.cpp - chosen and sorted elements -------------------===//
#include "VerifierSupport.h"

using namespace mlir;
using namespace opc;
using namespace opc::verifiers;

namespace {

/// Elements of a scatter's three tensors, and the reduction that they allow.
template <typename Op> LogicalResult checkScattered(Op op) {
  if (failed(checkSameElement(op, {op.getX(), op.getUpdates(), op.getY()})))
    return failure();
  if (rankOf(op.getIndices()) < 1)
    return op.emitOpError("indices are a scalar");
  return success();
}

// Indexing.

LogicalResult check(GatherOp op) {
  return success(
      succeeded(checkAxis(op, op.getAxis(), rankOf(op.getX()))) &&
      succeeded(checkElement(op, op.getY(), elementOf(op.getX()), "y")));
}

LogicalResult check(GatherElementsOp op) {
  return success(
      succeeded(checkAxis(op, op.getAxis(), rankOf(op.getX()))) &&
      succeeded(checkRank(op, op.getIndices(), rankOf(op.getX()), "indices")) &&
      succeeded(checkInside(op, op.getIndices(), op.getX(), op.getAxis())) &&
      succeeded(checkElement(op, op.getY(), elementOf(op.getX()), "y")));
}

LogicalResult check(GatherNdOp op) {
  int64_t rank = rankOf(op.getIndices());
  if (rank < 1)
    return op.emitOpError("indices are a scalar");
  if (failed(checkAxis(op, op.getBatchDims(), rank, "batch_dims")))
    return failure();
  int64_t depth = typeOf(op.getIndices()).getShape().back();
  if (ShapedType::isDynamic(depth) ||
      int64_t(op.getBatchDims()) + depth > rankOf(op.getX()))
    return op.emitOpError(
               "index tuples of unknown or too large extent for rank ")
           << rankOf(op.getX());
  for (int64_t i = 0; i < int64_t(op.getBatchDims()); ++i)
    if (failed(checkExtents(op, op.getX(), i, op.getIndices(), i)))
      return failure();
  return checkElement(op, op.getY(), elementOf(op.getX()), "y");
}

LogicalResult check(ScatterElementsOp op) {
  int64_t rank = rankOf(op.getX());
  return success(
      succeeded(checkScattered(op)) &&
      succeeded(checkAxis(op, op.getAxis(), rank)) &&
      succeeded(checkRank(op, op.getIndices(), rank, "indices")) &&
      succeeded(checkRank(op, op.getUpdates(), rank, "updates")) &&
      succeeded(checkInside(op, op.getIndices(), op.getX(), op.getAxis())) &&
      succeeded(checkSameShape(op, op.getIndices(), op.getUpdates())));
}

LogicalResult check(ScatterNdOp op) {
  if (failed(checkScattered(op)))
    return failure();
  int64_t depth = typeOf(op.getIndices()).getShape().back();
  if (ShapedType::isDynamic(depth) || depth > rankOf(op.getX()))
    return op.emitOpError(
               "index tuples of unknown or too large extent for rank ")
           << rankOf(op.getX());
  int64_t outer = rankOf(op.getIndices()) - 1,
          rank = outer + rankOf(op.getX()) - depth;
  if (failed(checkRank(op, op.getUpdates(), rank, "updates")))
    return failure();
  for (int64_t i = 0; i < rank; ++i)
    if (failed(i < outer
                   ? checkExtents(op, op.getUpdates(), i, op.getIndices(), i)
                   : checkExtents(op, op.getUpdates(), i, op.getX(),
                                  depth + i - outer)))
      return failure();
  return success();
}

LogicalResult check(ArgReduceOp op) {
  return success(succeeded(checkAxis(op, op.getAxis(), rankOf(op.getX()))) &&
                 succeeded(checkElement(op, op.getY(), i64Of(op), "y")));
}

LogicalResult check(TopKOp op) {
  if (failed(checkMap(op, op.getCount(), 1, "count")) ||
      failed(checkAxis(op, op.getAxis(), rankOf(op.getX()))))
    return failure();
  int64_t extent = typeOf(op.getX()).getDimSize(op.getAxis());
  auto count = constantOf(op.getCount().getResult(0));
  if (count && !ShapedType::isDynamic(extent) && *count > extent)
    return op.emitOpError("count ") << *count << " is more than " << extent;
  return success(
      succeeded(
          checkElement(op, op.getValues(), elementOf(op.getX()), "values")) &&
      succeeded(checkElement(op, op.getIndices(), i64Of(op), "indices")));
}

LogicalResult check(NonzeroCountOp op) {
  return checkElement(op, op.getY(), i64Of(op), "y");
}

LogicalResult check(NonzeroOp op) {
  return success(succeeded(checkMap(op, op.getCount(), 1, "count")) &&
                 succeeded(checkElement(op, op.getY(), i64Of(op), "y")));
}

LogicalResult check(UniqueOp op) {
  if (failed(checkAxis(op, op.getAxis(), rankOf(op.getX()))) ||
      failed(checkElement(op, op.getValues(), elementOf(op.getX()), "values")))
    return failure();
  for (Value number : op.getResults().drop_front())
    if (failed(checkElement(op, number, i64Of(op), "a result")))
      return failure();
  return success();
}

LogicalResult check(ReverseSequenceOp op) {
  int64_t rank = rankOf(op.getX());
  if (op.getBatchAxis() == op.getTimeAxis())
    return op.emitOpError("batch_axis and time_axis are both ")
           << op.getTimeAxis();
  return success(
      succeeded(checkAxis(op, op.getBatchAxis(), rank, "batch_axis")) &&
      succeeded(checkAxis(op, op.getTimeAxis(), rank, "time_axis")) &&
      succeeded(checkRank(op, op.getLengths(), 1, "lengths")) &&
      succeeded(
          checkExtents(op, op.getLengths(), 0, op.getX(), op.getBatchAxis())) &&
      succeeded(checkElement(op, op.getY(), elementOf(op.getX()), "y")));
}

LogicalResult check(NonMaxSuppressionOp op) {
  for (Value number : op.getResults())
    if (failed(checkElement(op, number, i64Of(op), "a result")))
      return failure();
  return success(
      succeeded(checkRank(op, op.getBoxes(), 3, "boxes")) &&
      succeeded(checkRank(op, op.getScores(), 3, "scores")) &&
      succeeded(checkExtents(op, op.getBoxes(), 0, op.getScores(), 0)) &&
      succeeded(checkExtents(op, op.getBoxes(), 1, op.getScores(), 2)) &&
      succeeded(checkExtent(op, op.getBoxes(), 2, 4)));
}

LogicalResult check(CumulativeOp op) {
  return checkAxis(op, op.getAxis(), rankOf(op.getX()));
}

LogicalResult check(RandomBitsOp op) {
  if (!elementOf(op.getY()).isUnsignedInteger(32))
    return op.emitOpError("y has elements of ")
           << elementOf(op.getY()) << ", not ui32";
  return checkMap(op, op.getDims(), -1, "dims");
}

} // namespace

LogicalResult opc::verifiers::checkIndexing(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<GatherOp, GatherElementsOp, GatherNdOp, ScatterElementsOp,
            ScatterNdOp, ArgReduceOp, TopKOp, NonzeroCountOp, NonzeroOp,
            UniqueOp, ReverseSequenceOp, NonMaxSuppressionOp, CumulativeOp,
            RandomBitsOp>([](auto known) { return check(known); })
      .Default(success());
}
