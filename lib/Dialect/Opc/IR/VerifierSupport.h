//===- VerifierSupport.h - checks that several ops need ---------*- C++ -*-===//
//
// Each says on the op what does not fit.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_DIALECT_OPC_IR_VERIFIERSUPPORT_H
#define OPC_LIB_DIALECT_OPC_IR_VERIFIERSUPPORT_H

#include "opc/Dialect/Opc/IR/OpcDialect.h"

#include "llvm/ADT/TypeSwitch.h"

namespace opc::verifiers {

using namespace mlir;

/// Each checks the ops of some families, and lets others pass.
LogicalResult checkIndexing(Operation *op);
LogicalResult checkLayers(Operation *op);

inline RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}
inline int64_t rankOf(Value value) { return typeOf(value).getRank(); }
inline Type elementOf(Value value) { return typeOf(value).getElementType(); }

inline LogicalResult checkRank(Operation *op, Value value, int64_t rank,
                               StringRef name) {
  if (rankOf(value) == rank)
    return success();
  return op->emitOpError() << name << " has rank " << rankOf(value) << ", not "
                           << rank;
}

inline LogicalResult checkAxis(Operation *op, int64_t axis, int64_t rank,
                               StringRef name = "axis") {
  if (axis >= 0 && axis < rank)
    return success();
  return op->emitOpError() << name << " " << axis << " is out of rank " << rank;
}

inline LogicalResult checkElement(Operation *op, Value value, Type element,
                                  StringRef name) {
  if (elementOf(value) == element)
    return success();
  return op->emitOpError() << name << " has elements of " << elementOf(value)
                           << ", not " << element;
}

/// Extents `i` of `a` and `j` of `b` agree, where both are known.
inline LogicalResult checkExtents(Operation *op, Value a, int64_t i, Value b,
                                  int64_t j) {
  int64_t x = typeOf(a).getDimSize(i), y = typeOf(b).getDimSize(j);
  if (x == y || ShapedType::isDynamic(x) || ShapedType::isDynamic(y))
    return success();
  return op->emitOpError("extents ") << x << " and " << y << " differ";
}

inline LogicalResult checkExtent(Operation *op, Value a, int64_t i,
                                 int64_t wanted) {
  int64_t extent = typeOf(a).getDimSize(i);
  if (extent == wanted || ShapedType::isDynamic(extent))
    return success();
  return op->emitOpError("extent ") << extent << " is not " << wanted;
}

/// Off the axis, `inner` reaches no further than `outer`; both have one rank.
inline LogicalResult checkInside(Operation *op, Value inner, Value outer,
                                 int64_t axis) {
  for (int64_t i = 0; i < rankOf(inner); ++i) {
    int64_t x = typeOf(inner).getDimSize(i), y = typeOf(outer).getDimSize(i);
    if (i != axis && !ShapedType::isDynamic(y) && x > y)
      return op->emitOpError("extent ") << x << " is more than " << y;
  }
  return success();
}

inline LogicalResult checkSameShape(Operation *op, Value a, Value b) {
  for (int64_t i = 0; i < rankOf(a); ++i)
    if (failed(checkExtents(op, a, i, b, i)))
      return failure();
  return success();
}

/// All values have elements of one type.
inline LogicalResult checkSameElement(Operation *op, ValueRange values) {
  for (Value value : values)
    if (elementOf(value) != elementOf(values.front()))
      return op->emitOpError("elements of ")
             << elementOf(values.front()) << " and of " << elementOf(value)
             << " do not fit";
  return success();
}

/// A map of expressions over symbols, `count` of them (less than 0: any).
inline LogicalResult checkMap(Operation *op, AffineMap map, int64_t count,
                              StringRef name) {
  if (map.getNumDims() != 0)
    return op->emitOpError() << name << " is no map over symbols alone";
  if (count >= 0 && map.getNumResults() != static_cast<uint64_t>(count))
    return op->emitOpError() << name << " has " << map.getNumResults()
                             << " expressions, not " << count;
  for (AffineExpr e : map.getResults())
    if (std::optional<int64_t> value = constantOf(e); value && *value < 0)
      if (name == "dims" || name == "count")
        return op->emitOpError() << name << " holds " << *value;
  return success();
}

inline LogicalResult checkLength(Operation *op, size_t length, int64_t wanted,
                                 StringRef name) {
  if (static_cast<int64_t>(length) == wanted)
    return success();
  return op->emitOpError() << name << " has " << length << " entries, not "
                           << wanted;
}

inline LogicalResult checkAtLeast(Operation *op, ArrayRef<int64_t> values,
                                  int64_t least, StringRef name) {
  for (int64_t value : values)
    if (value < least)
      return op->emitOpError() << name << " holds " << value;
  return success();
}

/// Strides, dilations and pads of `spatial` axes.
template <typename Op> LogicalResult checkWindow(Op op, int64_t spatial) {
  struct List {
    ArrayRef<int64_t> values;
    StringRef name;
    int64_t least;
  };
  constexpr int64_t kAny = std::numeric_limits<int64_t>::min();
  for (const List &list : {List{op.getStrides(), "strides", 1},
                           List{op.getDilations(), "dilations", 1},
                           List{op.getPadLow(), "pad_low", kAny},
                           List{op.getPadHigh(), "pad_high", kAny}})
    if (failed(checkLength(op, list.values.size(), spatial, list.name)) ||
        failed(checkAtLeast(op, list.values, list.least, list.name)))
      return failure();
  return success();
}

inline Type i64Of(Operation *op) {
  return IntegerType::get(op->getContext(), 64);
}

} // namespace opc::verifiers

#endif // OPC_LIB_DIALECT_OPC_IR_VERIFIERSUPPORT_H
