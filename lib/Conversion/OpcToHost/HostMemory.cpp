//===- HostMemory.cpp - Addresses and sizes of the host's values ----------===//
#include "HostMemory.h"

using namespace mlir;
using namespace opc;
using LLVM::ICmpPredicate;

HostMemory::HostMemory(const HostPart &part) : HostPart(part) {
  int64_t rank = 1;
  for (Value returned : main.front().getTerminator()->getOperands())
    rank = std::max(rank, cast<RankedTensorType>(returned.getType()).getRank());
  outputDims = e.words(rank);
}

void HostMemory::begin() {
  constants = e.load(e.pointer, e.call(), offsetof(opc_call, constants));
  inputs = e.load(e.pointer, e.call(), offsetof(opc_call, inputs));
  inputDims = e.load(e.pointer, e.call(), offsetof(opc_call, input_dims));
}

Value HostMemory::inputExtent(unsigned input, int64_t axis) {
  Value dims = e.load(e.pointer, inputDims, input * sizeof(void *));
  return e.load(e.i64, dims, axis * sizeof(int64_t));
}

void HostMemory::releaseAfter(Operation *op) {
  for (unsigned buffer : plan.dyingAfter(op)) {
    StringRef space = plan.buffer(buffer).space;
    if (space == kHostSpace)
      e.service(Service::Release, nullptr, pointerTo(buffer));
    else
      e.service(Service::DeviceRelease, nullptr,
                {deviceOf(space), pointerTo(buffer)});
  }
}

Value HostMemory::deviceOf(StringRef space) {
  return e.number(facts.device(space, /*ownMemory=*/true));
}

void HostMemory::checkDevice(Value failure, int64_t place) {
  e.failIf(failure, e.number(OPC_FAULT_DEVICE), e.number(place), e.number(0),
           e.number(0));
}

Value HostMemory::allocate(StringRef space, Value bytes, int64_t place) {
  if (space == kHostSpace)
    return e.allocate(bytes, place);
  Value address =
      e.service(Service::DeviceAlloc, e.pointer, {deviceOf(space), bytes});
  checkDevice(e.compare(ICmpPredicate::eq, address, e.null()), place);
  return address;
}

void HostMemory::copyAcross(CopyOp op) {
  bool toHost = op.getSpace() == kHostSpace;
  StringRef space = plan.bufferOf(toHost ? op.getX() : op.getY()).space;
  Value code =
      e.service(toHost ? Service::DeviceRead : Service::DeviceWrite, e.i32,
                {deviceOf(space), pointerOf(op.getY()), pointerOf(op.getX()),
                 bytesOf(op.getX(), op)});
  Value zero =
      LLVM::ConstantOp::create(e.b, e.loc, e.i32, e.b.getI32IntegerAttr(0));
  checkDevice(e.compare(ICmpPredicate::ne, code, zero), place(op));
}

Value HostMemory::slot(int64_t index) {
  Value &address = slots[index];
  if (!address)
    address = e.words(1);
  return address;
}

Value HostMemory::slotExtents(int64_t index) {
  Value &address = extents[index];
  if (!address)
    address = e.words(
        cast<RankedTensorType>(plan.slotValue(index).getType()).getRank());
  return address;
}

Value HostMemory::arenaPointer(StringRef space, int64_t item) {
  const ArenaPlan::Place &where =
      plan.arenas().find(space)->second.places[item];
  Value start = regionStarts[space][where.region];
  if (!where.unit)
    return e.at(start, where.offset);
  Value scaled =
      e.checkedMul(e.value(where.unit), e.number(where.offset), nullptr, 0);
  return e.at(start, scaled);
}

Value HostMemory::pointerTo(unsigned index) {
  const HostBuffer &buffer = plan.buffer(index);
  switch (buffer.place) {
  case Place::Input:
    // Loaded at each use: thousands of loads in a row take LLVM more than time
    // in proportion.
    return e.load(e.pointer, inputs, buffer.index * sizeof(void *));
  case Place::Constant:
    return e.at(constants, buffer.index);
  case Place::Arena:
    return arenaPointer(buffer.space, buffer.index);
  case Place::Slot:
    return e.load(e.pointer, slot(buffer.index));
  default:
    return memory.lookup(plan.find(index));
  }
}

Value HostMemory::bytesOf(Value value, Operation *op) {
  auto type = cast<RankedTensorType>(value.getType());
  Checks checks;
  Value bytes = e.bytes(env.dims(value), storageBytes(type.getElementType()),
                        checks, place(op));
  e.flush(checks, OPC_FAULT_LIMIT);
  return bytes;
}

void HostMemory::storeExtents(Value address, Value value) {
  for (auto [axis, dim] : llvm::enumerate(env.dims(value)))
    e.store(e.value(dim), address, axis * sizeof(int64_t));
}

Value HostMemory::requestOutput(unsigned output, Value value, Operation *op) {
  Value bytes = bytesOf(value, op);
  storeExtents(outputDims, value);
  Value address =
      e.service(Service::Output, e.pointer, {e.number(output), outputDims});
  e.failIf(e.compare(ICmpPredicate::eq, address, e.null()),
           e.number(OPC_FAULT_MEMORY), e.number(place(op)), bytes, e.number(0));
  return address;
}

void HostMemory::define(Value result, Operation *op) {
  unsigned index = plan.indexOf(result);
  const HostBuffer &buffer = plan.buffer(index);
  if (buffer.definer != op || memory.contains(index))
    return;
  bool isNested = op->getBlock() != &main.front();
  if (buffer.place == Place::Arena && isNested &&
      !constantsOf(env.dims(result)))
    bytesOf(result, op);
  if (buffer.place == Place::Heap) {
    Value address = allocate(buffer.space, bytesOf(result, op), place(op));
    memory[index] = address;
  } else if (buffer.place == Place::Output) {
    Value returned = main.front().getTerminator()->getOperand(buffer.index);
    Value address = requestOutput(buffer.index, returned, op);
    memory[index] = address;
  }
}

void HostMemory::copyInto(Value address, Value value, Operation *op) {
  e.copy(address, pointerOf(value), bytesOf(value, op));
}

void HostMemory::copyToSlot(Value slotAddress, Value extentsAddress,
                            Value value, Operation *op) {
  Value bytes = bytesOf(value, op);
  Value fresh = e.allocate(bytes, place(op));
  e.copy(fresh, pointerOf(value), bytes);
  e.store(fresh, slotAddress);
  storeExtents(extentsAddress, value);
}

void HostMemory::checkSameDims(Value value, ArrayRef<AffineExpr> expected,
                               Operation *op) {
  for (auto [dim, wanted] : llvm::zip_equal(env.dims(value), expected)) {
    if (dim == wanted || !plan.isEntryBound(wanted))
      continue;
    Value observed = e.value(dim), needed = e.value(wanted);
    e.failIf(e.compare(ICmpPredicate::ne, observed, needed),
             e.number(OPC_FAULT_SHAPE), e.number(place(op)), observed, needed);
  }
}

Value HostMemory::scalar(Value tensor, int64_t index) {
  Type type = getElementTypeOrSelf(tensor.getType());
  int64_t bytes = storageBytes(type);
  Type stored = e.b.getIntegerType(bytes * 8);
  Value element = e.load(stored, pointerOf(tensor), index * bytes);
  if (bytes == 8)
    return element;
  if (type.isUnsignedInteger() || type.isInteger(1))
    return LLVM::ZExtOp::create(e.b, e.loc, e.i64, element);
  return LLVM::SExtOp::create(e.b, e.loc, e.i64, element);
}
