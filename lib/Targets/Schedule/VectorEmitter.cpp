//===- VectorEmitter.cpp - elements of tensors, many at once --------------===//
#include "opc/Targets/Schedule/VectorEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/Schedule/VectorMath.h"

using namespace mlir;
namespace opc {
namespace {

SmallVector<Value> basesOf(ArrayRef<LaneIndex> indices) {
  return llvm::map_to_vector(indices, [](LaneIndex i) { return i.base; });
}

/// Whether lanes lie one after the other in a row-major buffer.
bool isConsecutive(ArrayRef<LaneIndex> indices, const Dims &extents) {
  size_t rank = indices.size();
  while (rank > 0 && indices[rank - 1].step == 0 &&
         constantOf(extents[rank - 1]) == 1)
    --rank;
  return rank > 0 && indices[rank - 1].step == 1 &&
         isUniform(indices.take_front(rank - 1));
}

/// Functions that have a form which is not made of others, in f32: of vectors,
/// and of numbers where each is a lane of its own.
Value ownForm(OpBuilder &b, Operation *op, ValueRange args, bool ofNumbers) {
  auto gelu = dyn_cast<GeluOp>(op);
  if (!gelu)
    return {};
  Value x = args[0];
  Type type = x.getType();
  auto vector = dyn_cast<VectorType>(type);
  if ((!vector && !ofNumbers) || getElementTypeOrSelf(type).isF64())
    return {};
  Location loc = op->getLoc();
  Type wide = b.getF32Type();
  if (vector)
    wide = vector.clone(wide);
  if (type != wide)
    x = arith::ExtFOp::create(b, loc, wide, x);
  VectorMath f(b, loc, wide, /*scalef=*/false);
  Value y = gelu.getApproximate() == "none" ? f.gelu(x) : f.geluTanh(x);
  return type == wide ? y
                      : arith::TruncFOp::create(b, loc, type, y).getResult();
}

} // namespace

bool isUniform(ArrayRef<LaneIndex> indices) {
  return llvm::all_of(indices, [](LaneIndex i) { return i.step == 0; });
}

void VectorEmitter::setDims(Value tensor, Dims dims) {
  if (!seen)
    seen.emplace(e.env);
  seen->setDims(tensor, std::move(dims));
}

//===----------------------------------------------------------------------===//
// Lanes
//===----------------------------------------------------------------------===//

Value VectorEmitter::splat(Value value) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(
      l.b, l.loc, VectorType::get({lanes}, value.getType()), value);
}

Value VectorEmitter::laneNumbers(Type element) {
  SmallVector<Attribute> numbers;
  for (int64_t i = 0; i < lanes; ++i)
    numbers.push_back(l.b.getIntegerAttr(element, i));
  return arith::ConstantOp::create(
      l.b, l.loc,
      DenseElementsAttr::get(VectorType::get({lanes}, element), numbers));
}

Value VectorEmitter::lanesBelow(Value value, Value limit) {
  // limit - value first: positions may exceed 32 bits, their distance does not
  // matter beyond the number of lanes.
  Value left = l.min(l.max(l.sub(limit, value), l.index(0)), l.index(lanes));
  Type i32 = l.b.getI32Type();
  Value narrow = arith::IndexCastOp::create(l.b, l.loc, i32, left);
  return arith::CmpIOp::create(l.b, l.loc, arith::CmpIPredicate::slt,
                               laneNumbers(i32), splat(narrow));
}

std::pair<Value, Value> VectorEmitter::halves(Value vector, int64_t half) {
  auto part = [&](int64_t first) -> Value {
    auto numbers = llvm::to_vector(llvm::seq(first, first + half));
    return vector::ShuffleOp::create(l.b, l.loc, vector, vector, numbers);
  };
  return {part(0), part(half)};
}

void VectorEmitter::setCount(Value newCount) {
  count = newCount;
  currentMask = count ? lanesBelow(l.index(0), count) : Value();
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

Value VectorEmitter::element(Value tensor, ArrayRef<LaneIndex> indices) {
  if (Value held = bound.lookup(tensor))
    return held;
  Operation *op = tensor.getDefiningOp();
  if (!op)
    return loaded(tensor, indices);
  return computed(op, cast<OpResult>(tensor).getResultNumber(), indices);
}

Value VectorEmitter::computed(Operation *op, unsigned result,
                              ArrayRef<LaneIndex> indices) {
  if (isa<ScalarOp>(op))
    return scalarOp(op, indices);
  if (auto constant = dyn_cast<ConstantOp>(op); constant && isSplat(constant))
    return e.element(
        op->getResult(0),
        SmallVector<Value>(e.env.dims(op->getResult(0)).size(), l.index(0)));
  if (const Accesses *accesses = view().accesses(op))
    return moved(op, *accesses, indices);
  return gathered(op->getResult(result), indices);
}

Value VectorEmitter::moved(Operation *op, ArrayRef<Access> accesses,
                           ArrayRef<LaneIndex> indices) {
  if (op == part.op)
    accesses = accesses.slice(part.access, 1);
  const Access &access = accesses.front();
  bool isCertain = access.guarded.empty() || op == part.op;
  std::optional<LaneIndices> at = placeOf(op, access, indices);
  Value read;
  if (at && accesses.size() == 1 && isCertain)
    read = element(op->getOperand(access.operand), *at);
  else if (at && accesses.size() == 2)
    read = guarded(op, access, *at, accesses[1], indices);
  return read ? read : gathered(op->getResult(0), indices);
}

Value VectorEmitter::scalarOp(Operation *op, ArrayRef<LaneIndex> indices) {
  SmallVector<Value> args;
  for (const Access &access : *view().accesses(op)) {
    std::optional<LaneIndices> at = placeOf(op, access, indices);
    if (!at)
      return gathered(op->getResult(0), indices);
    args.push_back(element(op->getOperand(access.operand), *at));
  }
  bool anyVector = llvm::any_of(
      args, [](Value arg) { return isa<VectorType>(arg.getType()); });
  if (anyVector)
    for (Value &arg : args)
      arg = splat(arg);
  if (Value value = ownForm(l.b, op, args, singleLanes))
    return value;
  return cast<ScalarOp>(op).emitScalar(l.b, l.loc, args);
}

std::optional<LaneIndices> VectorEmitter::placeOf(Operation *op,
                                                  const Access &access,
                                                  ArrayRef<LaneIndex> indices) {
  auto steps = stepsOf(
      access, llvm::map_to_vector(indices, [](LaneIndex i) { return i.step; }));
  if (!steps)
    return std::nullopt;
  SmallVector<Value> known = basesOf(indices);
  for (const PickedIndex &index : access.picked) {
    if (isUniform(indices) || constantOf(index.extent).value_or(0) == 0)
      return std::nullopt;
    SmallVector<Value> from;
    for (AffineExpr expr : index.at)
      from.push_back(e.expr(expr, known));
    Value element = e.element(op->getOperand(index.operand), from);
    known.push_back(e.checkedIndex(element, e.expr(index.extent)));
  }
  LaneIndices at;
  for (auto [expr, step] : llvm::zip_equal(access.at, *steps))
    at.push_back({e.expr(expr, known), step});
  return at;
}

/// Which lanes lie within the extent of an axis.
Value VectorEmitter::lanesWithin(LaneIndex index, Value extent) {
  if (index.step == 0)
    return splat(l.b.createOrFold<arith::CmpIOp>(
        l.loc, arith::CmpIPredicate::ult, index.base, extent));
  Value below = lanesBelow(index.base, extent);
  Value before = lanesBelow(index.base, l.index(0));
  Value all = splat(arith::ConstantIntOp::create(l.b, l.loc, 1, 1));
  Value from = arith::XOrIOp::create(l.b, l.loc, before, all);
  return arith::AndIOp::create(l.b, l.loc, below, from);
}

/// Outside of x a load is not made: its lanes are masked off. Null where x is
/// not in memory as lanes are, or they do not share what is read instead.
Value VectorEmitter::guarded(Operation *op, const Access &access,
                             ArrayRef<LaneIndex> at, const Access &otherwise,
                             ArrayRef<LaneIndex> indices) {
  Value x = op->getOperand(access.operand);
  std::optional<LaneIndices> other = placeOf(op, otherwise, indices);
  if (x.getDefiningOp() || bound.contains(x) || !isConsecutive(at, dims(x)) ||
      !other || !isUniform(*other))
    return {};
  Value inside = currentMask ? currentMask
                             : splat(arith::ConstantIntOp::create(
                                   l.b, l.loc, /*value=*/1, /*width=*/1));
  for (unsigned axis : access.guarded)
    inside = arith::AndIOp::create(
        l.b, l.loc, inside, lanesWithin(at[axis], e.expr(dims(x)[axis])));
  Value position = e.linearize(basesOf(at), dims(x));
  Value value = splat(element(op->getOperand(otherwise.operand), *other));
  Value read =
      fromStorage(load(e.buffer(x), position, inside), getElementTypeOrSelf(x));
  return arith::SelectOp::create(l.b, l.loc, inside, read, value);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value VectorEmitter::load(Value buffer, Value at, Value mask) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  auto type = VectorType::get({lanes}, element);
  if (!mask)
    return vector::LoadOp::create(l.b, l.loc, type, buffer, ValueRange{at});
  // What one register does not hold is read in parts: LLVM 22 reads the whole
  // of a part that it knows to have no lane in the mask, and keeps that.
  constexpr int64_t laneBits = 32;
  int64_t parts =
      std::max<int64_t>(1, type.getElementTypeBitWidth() / laneBits);
  auto part = VectorType::get({lanes / parts}, element);
  Value zero = arith::ConstantOp::create(l.b, l.loc, l.b.getZeroAttr(part));
  Value read = arith::ConstantOp::create(l.b, l.loc, l.b.getZeroAttr(type));
  for (int64_t start = 0; start < lanes; start += part.getNumElements()) {
    Value own = l.b.createOrFold<vector::ExtractStridedSliceOp>(
        l.loc, mask, start, part.getNumElements(), int64_t(1));
    Value from = l.add(at, start);
    Value some = vector::MaskedLoadOp::create(l.b, l.loc, part, buffer,
                                              ValueRange{from}, own, zero);
    read = l.b.createOrFold<vector::InsertStridedSliceOp>(l.loc, some, read,
                                                          start, int64_t(1));
  }
  return read;
}

Value VectorEmitter::loaded(Value tensor, ArrayRef<LaneIndex> indices) {
  if (!isUniform(indices) && !isConsecutive(indices, dims(tensor)))
    return gathered(tensor, indices);
  Value at = e.linearize(basesOf(indices), dims(tensor));
  if (!isUniform(indices))
    return fromStorage(load(e.buffer(tensor), at, currentMask),
                       getElementTypeOrSelf(tensor));
  return fromStorage(memref::LoadOp::create(l.b, l.loc, e.buffer(tensor), at),
                     getElementTypeOrSelf(tensor));
}

Value VectorEmitter::gathered(Value tensor, ArrayRef<LaneIndex> indices) {
  if (isUniform(indices))
    return e.element(tensor, basesOf(indices));
  SmallVector<Value> elements;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    // A lane that does not exist reads what the last one does.
    Value k = l.index(lane);
    if (count)
      k = l.min(k, l.sub(count, l.index(1)));
    SmallVector<Value> at;
    for (LaneIndex index : indices)
      at.push_back(index.step == 0 ? index.base
                                   : l.add(index.base, l.mul(k, index.step)));
    Value element =
        tensor.getDefiningOp()
            ? e.element(tensor, at)
            : fromStorage(memref::LoadOp::create(l.b, l.loc, e.buffer(tensor),
                                                 e.linearize(at, dims(tensor))),
                          getElementTypeOrSelf(tensor));
    elements.push_back(element);
  }
  return vector::FromElementsOp::create(
      l.b, l.loc, VectorType::get({lanes}, elements[0].getType()), elements);
}

void VectorEmitter::store(Value elements, Value tensor,
                          ArrayRef<LaneIndex> indices) {
  Value at = e.linearize(basesOf(indices), dims(tensor));
  storeAt(splat(toStorage(elements, getElementTypeOrSelf(tensor))),
          e.buffer(tensor), at);
}

void VectorEmitter::storeAt(Value elements, Value buffer, Value at) {
  if (currentMask)
    vector::MaskedStoreOp::create(l.b, l.loc, buffer, ValueRange{at},
                                  currentMask, elements);
  else
    vector::StoreOp::create(l.b, l.loc, elements, buffer, ValueRange{at});
}

void VectorEmitter::storeScalar(Value element, Value tensor,
                                ArrayRef<LaneIndex> indices) {
  Value at = e.linearize(basesOf(indices), dims(tensor));
  memref::StoreOp::create(l.b, l.loc,
                          toStorage(element, getElementTypeOrSelf(tensor)),
                          e.buffer(tensor), at);
}

// What has fewer bits than a byte fills one in memory, and has its own width in
// a register.
Value VectorEmitter::fromStorage(Value value, Type element) {
  if (!isBelowByte(element))
    return value;
  if (!element.isInteger(1)) {
    Type type = computeType(element);
    if (auto vector = dyn_cast<VectorType>(value.getType()))
      type = vector.clone(type);
    return arith::TruncIOp::create(l.b, l.loc, type, value);
  }
  Value zero =
      arith::ConstantOp::create(l.b, l.loc, l.b.getZeroAttr(value.getType()));
  return arith::CmpIOp::create(l.b, l.loc, arith::CmpIPredicate::ne, value,
                               zero);
}

Value VectorEmitter::toStorage(Value value, Type element) {
  if (!isBelowByte(element))
    return value;
  Type type = l.b.getI8Type();
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = VectorType::get(vector.getShape(), type);
  return arith::ExtUIOp::create(l.b, l.loc, type, value);
}

} // namespace opc
