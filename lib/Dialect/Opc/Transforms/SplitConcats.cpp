//===- SplitConcats.cpp - No kernel has thousands of operands -------------===//
//
//   %y = opc.concat %0, ..., %9999
//   // becomes, 64 to each
//   %a0 = opc.concat %0, ..., %63
//   ...
//   %y = opc.concat %b0, %b1, %b2
//
// The code of a concat is as long as its operands are many, and what compiles
// it takes more than time in proportion. Parts of equal extents are one kernel.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;

namespace opc {
#define GEN_PASS_DEF_SPLITCONCATSPASS
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"

namespace {

/// One concat of a few neighbours; a single one is its own.
Value join(ConcatOp whole, ArrayRef<Value> parts, ShapeEnv &env) {
  if (parts.size() == 1)
    return parts.front();
  Dims dims(env.dims(whole.getY()));
  int64_t axis = whole.getAxis();
  dims[axis] = env.constant(0);
  for (Value part : parts)
    dims[axis] = dims[axis] + env.dim(part, axis);
  SuccessorBuilder b(whole);
  return ConcatOp::create(b, whole.getLoc(),
                          tensorType(dims, getElementTypeOrSelf(whole.getY())),
                          parts, whole.getAxisAttr());
}

void split(ConcatOp whole, size_t most, ShapeEnv &env) {
  SmallVector<Value> parts(whole.getInputs());
  while (parts.size() > most) {
    SmallVector<Value> joined;
    for (ArrayRef<Value> rest = parts; !rest.empty();) {
      size_t count = std::min(most, rest.size());
      joined.push_back(join(whole, rest.take_front(count), env));
      rest = rest.drop_front(count);
    }
    parts = std::move(joined);
  }
  whole->setOperands(parts);
}

struct SplitConcats : impl::SplitConcatsPassBase<SplitConcats> {
  using SplitConcatsPassBase::SplitConcatsPassBase;

  void runOnOperation() override {
    ShapeEnv env(&getContext());
    getOperation().walk([&](ConcatOp concat) {
      if (concat.getInputs().size() > most)
        split(concat, most, env);
    });
  }
};

} // namespace
} // namespace opc
