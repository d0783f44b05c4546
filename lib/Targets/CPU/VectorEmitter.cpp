//===- VectorEmitter.cpp - elements of tensors, many at once --------------===//
#include "opc/Targets/CPU/VectorEmitter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/CPU/VectorMath.h"

using namespace mlir;
namespace opc::cpu {
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

/// Functions of which vectors have a form that is not made of others, in f32.
Value ownForm(OpBuilder &b, Operation *op, ValueRange args) {
  auto gelu = dyn_cast<GeluOp>(op);
  if (!gelu)
    return {};
  Value x = args[0];
  auto type = dyn_cast<VectorType>(x.getType());
  if (!type || type.getElementType().isF64())
    return {};
  Location loc = op->getLoc();
  VectorType wide = type.clone(b.getF32Type());
  if (type != wide)
    x = arith::ExtFOp::create(b, loc, wide, x);
  VectorMath f(b, loc, wide, /*scalef=*/false);
  Value y = gelu.getApproximate() == "none" ? f.gelu(x) : f.geluTanh(x);
  return type == wide ? y
                      : arith::TruncFOp::create(b, loc, type, y).getResult();
}

} // namespace

bool isSplat(ConstantOp constant) {
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  return dense && dense.isSplat();
}

bool isUniform(ArrayRef<LaneIndex> indices) {
  return llvm::all_of(indices, [](LaneIndex i) { return i.step == 0; });
}

const Dims &VectorEmitter::dims(Value tensor) {
  auto it = seen.find(tensor);
  return it != seen.end() ? it->second : e.env.dims(tensor);
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
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    LaneIndices source(indices.size());
    for (auto [axis, from] : llvm::enumerate(transpose.getPerm()))
      source[from] = indices[axis];
    return element(transpose.getX(), source);
  }
  if (auto broadcast = dyn_cast<BroadcastOp>(op))
    return element(broadcast.getX(), broadcastTo(broadcast.getX(), indices));
  if (auto reshape = dyn_cast<ReshapeOp>(op))
    if (seen.contains(reshape.getX()))
      return element(reshape.getX(), indices);
  if (auto slice = dyn_cast<SliceOp>(op)) {
    LaneIndices source;
    Dims starts = toDims(slice.getStarts());
    for (auto [axis, index] : llvm::enumerate(indices)) {
      int64_t step = slice.getSteps()[axis];
      source.push_back({l.add(l.mul(index.base, step), e.expr(starts[axis])),
                        index.step * step});
    }
    return element(slice.getX(), source);
  }
  if (auto concat = dyn_cast<ConcatOp>(op); concat && concat == part.concat) {
    LaneIndices source(indices);
    LaneIndex &along = source[concat.getAxis()];
    along.base = l.sub(along.base, part.start);
    return element(concat.getInputs()[part.operand], source);
  }
  if (isa<PadOp>(op) && cast<PadOp>(op).getMode() == "constant")
    return padded(op, indices);
  if (auto gather = dyn_cast<GatherOp>(op))
    return picked(gather, indices);
  return gathered(op->getResult(result), indices);
}

Value VectorEmitter::scalarOp(Operation *op, ArrayRef<LaneIndex> indices) {
  SmallVector<Value> args;
  for (Value operand : op->getOperands())
    args.push_back(element(operand, broadcastTo(operand, indices)));
  bool anyVector = llvm::any_of(
      args, [](Value arg) { return isa<VectorType>(arg.getType()); });
  if (anyVector)
    for (Value &arg : args)
      arg = splat(arg);
  if (Value value = ownForm(l.b, op, args))
    return value;
  return cast<ScalarOp>(op).emitScalar(l.b, l.loc, args);
}

LaneIndices VectorEmitter::broadcastTo(Value operand,
                                       ArrayRef<LaneIndex> indices) {
  const Dims &extents = dims(operand);
  LaneIndices own;
  for (auto [extent, index] :
       llvm::zip(extents, indices.take_back(extents.size())))
    own.push_back(constantOf(extent) == 1 ? LaneIndex{l.index(0), 0} : index);
  return own;
}

/// Outside of x a load is not made: its lanes are masked off.
Value VectorEmitter::padded(Operation *op, ArrayRef<LaneIndex> indices) {
  auto pad = cast<PadOp>(op);
  Value x = pad.getX();
  if (x.getDefiningOp() || bound.contains(x) ||
      !isConsecutive(indices, dims(x)))
    return gathered(pad.getY(), indices);
  Dims low = toDims(pad.getLow());
  LaneIndices source;
  Value inside = currentMask ? currentMask
                             : splat(arith::ConstantIntOp::create(
                                   l.b, l.loc, /*value=*/1, /*width=*/1));
  for (auto [axis, index] : llvm::enumerate(indices)) {
    Value base = l.sub(index.base, e.expr(low[axis]));
    Value end = e.expr(dims(x)[axis]);
    source.push_back({base, index.step});
    Value ok;
    if (index.step == 0) {
      ok = splat(l.b.createOrFold<arith::CmpIOp>(
          l.loc, arith::CmpIPredicate::ult, base, end));
    } else {
      Value below = lanesBelow(base, end);
      Value before = lanesBelow(base, l.index(0));
      Value all = splat(arith::ConstantIntOp::create(l.b, l.loc, 1, 1));
      Value from = arith::XOrIOp::create(l.b, l.loc, before, all);
      ok = arith::AndIOp::create(l.b, l.loc, below, from);
    }
    inside = arith::AndIOp::create(l.b, l.loc, inside, ok);
  }
  Value position = e.linearize(basesOf(source), dims(x));
  Value value = splat(element(pad.getValue(), {}));
  Value read =
      fromStorage(load(e.buffer(x), position, inside), getElementTypeOrSelf(x));
  return arith::SelectOp::create(l.b, l.loc, inside, read, value);
}

/// Where all lanes share the index, a slice of x.
Value VectorEmitter::picked(GatherOp gather, ArrayRef<LaneIndex> indices) {
  size_t axis = gather.getAxis();
  size_t rank = e.env.dims(gather.getIndices()).size();
  ArrayRef<LaneIndex> which = indices.slice(axis, rank);
  std::optional<int64_t> known = constantOf(dims(gather.getX())[axis]);
  if (!isUniform(which) || isUniform(indices) || known.value_or(0) == 0)
    return gathered(gather.getY(), indices);
  Value index = e.element(gather.getIndices(), basesOf(which));
  LaneIndices source(indices.take_front(axis));
  source.push_back({e.checkedIndex(index, l.index(*known)), 0});
  llvm::append_range(source, indices.drop_front(axis + rank));
  return element(gather.getX(), source);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value VectorEmitter::load(Value buffer, Value at, Value mask) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  auto type = VectorType::get({lanes}, element);
  if (!mask)
    return vector::LoadOp::create(l.b, l.loc, type, buffer, ValueRange{at});
  Value zero = arith::ConstantOp::create(l.b, l.loc, l.b.getZeroAttr(type));
  return vector::MaskedLoadOp::create(l.b, l.loc, type, buffer, ValueRange{at},
                                      mask, zero);
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

} // namespace opc::cpu
