//===- AccessLoops.cpp - one entry for all ops that only move elements
//-------===//
//
// The ops say themselves where an element of theirs lies (AccessOp); here it is
// read.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "Scalar.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

using Indices = SmallVector<Value>;

Indices valuesOf(ArrayRef<AffineExpr> exprs, ValueRange positions,
                 KernelEmitter &e) {
  return llvm::map_to_vector(
      exprs, [&](AffineExpr expr) { return e.expr(expr, positions); });
}

/// Whether the element exists (i1).
Value exists(const Access &access, Value x, ValueRange positions,
             KernelEmitter &e) {
  Value inside = e.boolean(true);
  for (unsigned axis : access.guarded)
    inside = e.both(inside, e.compare(arith::CmpIPredicate::ult,
                                      e.expr(access.at[axis], positions),
                                      e.extent(x, axis)));
  return inside;
}

} // namespace

Value isAny(ArrayRef<AffineExpr> extents, KernelEmitter &e) {
  Value any = e.boolean(true);
  for (AffineExpr extent : extents)
    any = e.both(any, e.compare(arith::CmpIPredicate::sgt, e.expr(extent),
                                e.constant(0)));
  return any;
}

Value emitRead(Operation *op, const Access &access, ValueRange positions,
               KernelEmitter &e) {
  Value x = op->getOperand(access.operand);
  if (access.position && e.isLoaded(x))
    return e.load(e.buffer(x), e.expr(access.position, positions),
                  elementType(x));
  Indices known(positions);
  Exprs extents;
  for (const PickedIndex &index : access.picked) {
    extents.push_back(index.extent);
    Value element = e.element(op->getOperand(index.operand),
                              valuesOf(index.at, positions, e));
    known.push_back(e.checkedIndex(element, e.expr(index.extent)));
  }
  Indices at = valuesOf(access.at, known, e);
  if (extents.empty())
    return e.element(x, at);
  // Where there is no element, none can stand in for one out of range.
  return e.choose(
      isAny(extents, e), [&] { return e.element(x, at); },
      [&] { return emitZero(computeType(elementType(x)), e); });
}

/// The first of the accesses that exists; the last needs no test.
static Value firstOf(Operation *op, ArrayRef<Access> accesses,
                     ValueRange positions, KernelEmitter &e) {
  const Access &access = accesses.front();
  auto here = [&] { return emitRead(op, access, positions, e); };
  if (accesses.size() == 1)
    return here();
  return e.choose(
      exists(access, op->getOperand(access.operand), positions, e), here,
      [&] { return firstOf(op, accesses.drop_front(), positions, e); });
}

Value emitMoved(Operation *op, unsigned, ValueRange indices, KernelEmitter &e) {
  const Accesses *accesses = e.env.accesses(op);
  if (!accesses)
    return e.refuse(op, "does not say which elements it reads",
                    computeType(elementType(op->getResult(0))));
  return firstOf(op, *accesses, indices, e);
}

void registerAccessLowerings(IndexedTable &indexed) {
  indexed[kMovementEntry] = {emitMoved};
}

} // namespace opc
