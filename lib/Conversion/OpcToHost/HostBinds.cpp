//===- HostBinds.cpp - Symbols that get their values on the way -----------===//
#include "HostBinds.h"
#include "opc/Runtime/Demand.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace opc;
using LLVM::ICmpPredicate;

void HostBinds::lower(Operation *op) {
  llvm::TypeSwitch<Operation *>(op)
      .Case<BindDimOp, BindElementOp, BindBroadcastOp, BindClampOp>(
          [&](auto bindOp) { bind(op, boundValue(bindOp)); });
}

void HostBinds::bind(Operation *op, Value value) {
  unsigned symbol = op->getAttrOfType<IntegerAttr>("symbol").getInt();
  if (plan.isEntryBind(op))
    e.bindEntrySymbol(symbol, value);
  else
    e.bindSymbol(symbol, value);
}

/// What came out of a branch or a loop has its extents beside its pointer.
Value HostBinds::boundValue(BindDimOp op) {
  const HostBuffer &buffer = plan.bufferOf(op.getX());
  bool isReshaped = op.getX().getDefiningOp<ReshapeOp>() != nullptr;
  if (buffer.place != Place::Slot || !buffer.isOwned || isReshaped)
    return e.value(env.dim(op.getX(), op.getAxis()));
  return e.load(e.i64, memory.slotExtents(buffer.index),
                op.getAxis() * sizeof(int64_t));
}

Value HostBinds::boundValue(BindElementOp op) {
  Value value = memory.scalar(op.getX(), op.getIndex());
  Value least = e.number(op.getMin());
  demand(op, e.compare(ICmpPredicate::slt, value, least), OPC_FAULT_LIMIT,
         value, least);
  return value;
}

Value HostBinds::boundValue(BindBroadcastOp op) {
  Value one = e.number(1);
  Value a = e.value(op.getPair().getResult(0));
  Value b = e.value(op.getPair().getResult(1));
  Value aIsOne = e.compare(ICmpPredicate::eq, a, one);
  Value result = LLVM::SelectOp::create(e.b, e.loc, aIsOne, b, a);
  // Whichever was chosen, the other is equal to it or 1.
  auto fits = [&](Value x) -> Value {
    return LLVM::OrOp::create(e.b, e.loc,
                              e.compare(ICmpPredicate::eq, x, result),
                              e.compare(ICmpPredicate::eq, x, one));
  };
  Value good = LLVM::AndOp::create(e.b, e.loc, fits(a), fits(b));
  Value falsehood =
      LLVM::ConstantOp::create(e.b, e.loc, e.i1, e.b.getBoolAttr(false));
  e.failIf(e.compare(ICmpPredicate::eq, good, falsehood),
           e.number(OPC_FAULT_SHAPE), e.number(place(op)), a, b);
  return result;
}

Value HostBinds::boundValue(BindClampOp op) {
  auto bound = [&](unsigned index) {
    return e.value(op.getBounds().getResult(index));
  };
  Value value = bound(0);
  Value raised = LLVM::SMaxOp::create(e.b, e.loc, value, bound(1));
  Value result = LLVM::SMinOp::create(e.b, e.loc, raised, bound(2));
  if (op->hasAttr(kDemandAttr))
    demand(op, e.compare(ICmpPredicate::ne, value, result), OPC_FAULT_SHAPE,
           value, result);
  return result;
}

/// Ends the run where `isBad`, in the words of the op if it has any.
void HostBinds::demand(Operation *op, Value isBad, opc_fault fault,
                       Value observed, Value expected) {
  auto text = op->getAttrOfType<StringAttr>(kDemandAttr);
  int64_t where = text ? facts.demand(op->getLoc(), text) : place(op);
  e.failIf(isBad, e.number(fault), e.number(where), observed, expected);
}
