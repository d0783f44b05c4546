//===- ElementwiseLoops.cpp - one entry for all element-wise ops
//---------------===//
//
// The ops say their expression and what they read themselves (ScalarOp,
// AccessOp); f16 and bf16 are computed in f32 here and rounded once.
//
//===----------------------------------------------------------------------===//
#include "Rows.h"
#include "Scalar.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {

/// Whether the op's one element type is narrower than f32, which the functions
/// of the math dialect do not take.
static bool computesInF32(Operation *op) {
  Type type = elementType(op->getResult(0));
  return op->hasTrait<OpTrait::SameOperandsAndResultElementType>() &&
         accumulatorType(type) != computeType(type);
}

static Value elementwise(Operation *op, unsigned, ValueRange indices,
                         KernelEmitter &e) {
  Value result = op->getResult(0);
  SmallVector<Value> args;
  for (const Access &access : *e.env.accesses(op))
    args.push_back(emitRead(op, access, indices, e));
  auto scalar = cast<ScalarOp>(op);
  if (!computesInF32(op))
    return scalar.emitScalar(e.b, e.loc, args);
  Type narrowType = elementType(result);
  for (Value &arg : args)
    arg = widen({e, arg}, narrowType, e.b.getF32Type());
  return narrow({e, scalar.emitScalar(e.b, e.loc, args)}, narrowType);
}

void registerElementwiseLowerings(IndexedTable &indexed) {
  indexed[kElementwiseEntry] = {elementwise};
}

} // namespace opc
