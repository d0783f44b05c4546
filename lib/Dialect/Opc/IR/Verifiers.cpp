//===- Verifiers.cpp - operands and attributes that fit ------------------===//
//
// Whoever asks a checked op for its extents, or lowers it, need not look again.
// This file has movement, element-wise ops and control.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/Verifiers.h"
#include "VerifierSupport.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/IR/Refusal.h"
#include "opc/Runtime/Demand.h"

using namespace mlir;
using namespace opc;
using namespace opc::verifiers;

namespace {

LogicalResult checkMaps(Operation *op, ArrayAttr maps, size_t count,
                        StringRef name) {
  if (maps.size() != count)
    return op->emitOpError()
           << name << " has " << maps.size() << " maps, not " << count;
  for (Attribute map : maps)
    if (failed(checkMap(op, cast<AffineMapAttr>(map).getValue(), -1, name)))
      return failure();
  return success();
}

LogicalResult checkSymbol(Operation *op, int64_t symbol) {
  if (symbol >= 0)
    return success();
  return op->emitOpError("symbol ") << symbol << " is negative";
}

// Movement.

LogicalResult check(ReshapeOp op) {
  if (failed(checkMap(op, op.getDims(), -1, "dims")))
    return failure();
  std::optional<int64_t> wanted =
      constantOf(product(op.getContext(), op.getDims().getResults()));
  RankedTensorType type = typeOf(op.getX());
  if (wanted && type.hasStaticShape() && type.getNumElements() != *wanted)
    return op.emitOpError("x has ") // reshape_c1
           << type.getNumElements() << " elements, dims ask for " << *wanted;
  return success();
}

LogicalResult check(BroadcastOp op) {
  if (failed(checkMap(op, op.getDims(), -1, "dims")))
    return failure();
  int64_t rank = rankOf(op.getX()), wide = op.getDims().getNumResults();
  if (wide < rank) // broadcast_c1
    return op.emitOpError("x has rank ") << rank << ", dims have " << wide;
  for (int64_t axis = 0; axis < rank; ++axis) {
    int64_t extent = typeOf(op.getX()).getDimSize(axis);
    auto to = constantOf(op.getDims().getResult(wide - rank + axis));
    if (extent > 1 && to && *to != extent) // broadcast_c2
      return op.emitOpError("extent ")
             << extent << " does not broadcast to " << *to;
  }
  return success();
}

LogicalResult check(TileOp op) {
  return checkMap(op, op.getDims(), rankOf(op.getX()), "dims");
}

LogicalResult check(PadOp op) {
  int64_t rank = rankOf(op.getX());
  RankedTensorType value = typeOf(op.getValue());
  if (!value.hasStaticShape() || value.getNumElements() != 1) // pad_c1
    return op.emitOpError("value is no single element");
  return success(succeeded(checkMap(op, op.getLow(), rank, "low")) &&
                 succeeded(checkMap(op, op.getDims(), rank, "dims")));
}

LogicalResult check(IotaOp op) {
  if (failed(checkMap(op, op.getDims(), -1, "dims")))
    return failure();
  return checkAxis(op, op.getAxis(), op.getDims().getNumResults());
}

LogicalResult check(ExtentsOp op) {
  return success(succeeded(checkMap(op, op.getValues(), -1, "values")) &&
                 succeeded(checkElement(op, op.getY(), i64Of(op), "y")));
}

LogicalResult check(ConstantOp op) {
  if (op.getValue().getType() != op.getY().getType()) // constant_c1
    return op.emitOpError("value has type ")
           << op.getValue().getType() << ", the result " << op.getY().getType();
  auto resource = dyn_cast<DenseResourceElementsAttr>(op.getValue());
  if (!resource) {
    if (isa<DenseElementsAttr>(op.getValue()))
      return success();
    return op.emitOpError("value is neither dense nor a resource");
  }
  const AsmResourceBlob *blob = blobOf(resource);
  std::optional<int64_t> bytes = storedBytes(op.getY().getType());
  if (!blob) // constant_c2
    return op.emitOpError("the data of resource '")
           << resource.getRawHandle().getKey() << "' is missing";
  if (!bytes || static_cast<int64_t>(blob->getData().size()) != *bytes)
    return op.emitOpError("resource '") // constant_c3
           << resource.getRawHandle().getKey() << "' has "
           << blob->getData().size() << " bytes, its type "
           << bytes.value_or(0);
  return success();
}

// Element by element.

LogicalResult check(PowOp op) {
  return checkElement(op, op.getY(), elementOf(op.getA()), "y");
}

LogicalResult check(SelectOp op) {
  return checkSameElement(op, {op.getA(), op.getB(), op.getY()});
}

LogicalResult check(BitcastOp op) {
  unsigned from = elementOf(op.getX()).getIntOrFloatBitWidth();
  unsigned to = elementOf(op.getY()).getIntOrFloatBitWidth();
  if (from != to)
    return op.emitOpError("elements of ")
           << from << " and " << to << " bits do not fit";
  return success();
}

// Symbols and control.

LogicalResult check(BindDimOp op) {
  return success(succeeded(checkAxis(op, op.getAxis(), rankOf(op.getX()))) &&
                 succeeded(checkSymbol(op, op.getSymbol())));
}

LogicalResult checkDemand(Operation *op) {
  Attribute text = op->getAttr(kDemandAttr);
  if (!text || isa<StringAttr>(text))
    return success();
  return op->emitOpError() << kDemandAttr << " is no string";
}

/// The host reads whole bytes; a bool is one.
LogicalResult check(BindElementOp op) {
  RankedTensorType type = typeOf(op.getX());
  Type element = type.getElementType();
  if (element.getIntOrFloatBitWidth() < 8 && !element.isInteger(1))
    return refusal(op.emitOpError("elements of ")
                       << element << " are not supported",
                   "i8");
  int64_t index = op.getIndex();
  if (index < 0 || (type.hasStaticShape() && index >= type.getNumElements()))
    return op.emitOpError("element ") << index << " is outside of " << type;
  return success(succeeded(checkDemand(op)) &&
                 succeeded(checkSymbol(op, op.getSymbol())));
}

LogicalResult check(BindBroadcastOp op) {
  return success(succeeded(checkMap(op, op.getPair(), 2, "pair")) &&
                 succeeded(checkSymbol(op, op.getSymbol())));
}

LogicalResult check(BindClampOp op) {
  return success(succeeded(checkMap(op, op.getBounds(), 3, "bounds")) &&
                 succeeded(checkDemand(op)) &&
                 succeeded(checkSymbol(op, op.getSymbol())));
}

/// A region's yield gives `wanted` and, where `exactly`, nothing beyond.
LogicalResult checkYield(Operation *op, Region &region, TypeRange wanted) {
  auto yield = dyn_cast<YieldOp>(region.front().back());
  if (!yield)
    return op->emitOpError("a region does not end in opc.yield");
  if (yield.getNumOperands() != wanted.size())
    return op->emitOpError("a region yields ")
           << yield.getNumOperands() << " values, not " << wanted.size();
  for (auto [value, type] : llvm::zip(yield.getOperands(), wanted)) {
    auto expected = cast<RankedTensorType>(type);
    if (elementOf(value) != expected.getElementType() ||
        rankOf(value) != expected.getRank())
      return op->emitOpError("a region yields ")
             << value.getType() << " for " << type;
  }
  return success();
}

LogicalResult check(IfOp op) {
  if (failed(checkMaps(op, op.getDimsAttr(), op.getNumResults(), "dims")))
    return failure();
  for (Region *region : {&op.getThen(), &op.getOtherwise()})
    if (failed(checkYield(op, *region, op.getResultTypes())))
      return failure();
  return checkRank(op, op.getCondition(), 0, "condition");
}

/// The type without its first axis.
Type withoutFirst(Type type) {
  auto ranked = cast<RankedTensorType>(type);
  return RankedTensorType::get(ranked.getShape().drop_front(),
                               ranked.getElementType());
}

LogicalResult check(LoopOp op) {
  Block &block = op.getBody().front();
  size_t carried = op.getInitial().size();
  Type index = RankedTensorType::get({}, i64Of(op));
  if (block.getNumArguments() == 0 || block.getArgument(0).getType() != index)
    return op.emitOpError("its body does not take the iteration first");
  if (block.getNumArguments() != carried + 1 || op.getNumResults() < carried)
    return op.emitOpError("has ")
           << carried << " carried values, " << block.getNumArguments()
           << " arguments of its body and " << op.getNumResults() << " results";
  if (failed(checkMaps(op, op.getBodyDimsAttr(), carried + 1, "body_dims")) ||
      failed(checkMaps(op, op.getDimsAttr(), op.getNumResults(), "dims")))
    return failure();
  SmallVector<Type> yielded{
      RankedTensorType::get({}, IntegerType::get(op.getContext(), 1))};
  for (auto [i, type] : llvm::enumerate(op.getResultTypes())) {
    bool scanned = i >= carried;
    if (scanned && cast<RankedTensorType>(type).getRank() == 0)
      return op.emitOpError("a scanned result has rank 0");
    yielded.push_back(scanned ? withoutFirst(type) : type);
  }
  for (auto [initial, argument] :
       llvm::zip(op.getInitial(), block.getArguments().drop_front()))
    if (!isa<RankedTensorType>(argument.getType()) ||
        failed(checkElement(op, argument, elementOf(initial), "an argument")) ||
        failed(checkRank(op, argument, rankOf(initial), "an argument")))
      return failure();
  return checkYield(op, op.getBody(), yielded);
}

// Foreign.

LogicalResult check(ExternalKernelOp op) {
  if (op.getNumResults() == 0)
    return op.emitOpError("has no outputs"); // external_kernel_c1
  if (op.getFunction().empty())
    return op.emitOpError("names no function"); // external_kernel_c2
  if (std::optional<AffineMap> extents = op.getExtents();
      extents && failed(checkMap(op, *extents, -1, "extents")))
    return failure();
  return checkMaps(op, op.getDimsAttr(), op.getNumResults(), "dims");
}

} // namespace

static LogicalResult checkBasics(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<ReshapeOp, BroadcastOp, TileOp, PadOp, IotaOp, ExtentsOp,
            ConstantOp, PowOp, SelectOp, BitcastOp, BindDimOp, BindElementOp,
            BindBroadcastOp, BindClampOp, IfOp, LoopOp, ExternalKernelOp>(
          [](auto known) { return check(known); })
      .Default(success());
}

LogicalResult opc::checkOperands(Operation *op) {
  return success(succeeded(checkBasics(op)) && succeeded(checkIndexing(op)) &&
                 succeeded(checkLayers(op)));
}

bool opc::isMadeByStages(OperationName op) {
  return llvm::is_contained(
      {LaunchOp::getOperationName(), CopyOp::getOperationName(),
       PackedMatmulOp::getOperationName(),
       PackedQuantizedMatmulOp::getOperationName(),
       PackedConvOp::getOperationName(), DepthwiseConvOp::getOperationName(),
       PackedRecurrentOp::getOperationName()},
      op.getStringRef());
}
