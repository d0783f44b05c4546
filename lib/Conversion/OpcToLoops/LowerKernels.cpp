//===- LowerKernels.cpp - kernels on tensors to plain loops on buffers ----===//
//
// The schedule of the reference target, and the last resort of all others.
//
// Before:
//   func.func private @relu(%x: tensor<4x8xf32> {opc.dims = ...})
//       -> tensor<4x8xf32> attributes {opc.kernel, opc.symbols = []} {
//     %0 = opc.relu %x : ...
//     return %0
//   }
// After:
//   func.func private @relu(%status: memref<4xi64>, %x: memref<?xf32>,
//                           %y: memref<?xf32>, %begin: index, %end: index)
//       attributes {opc.kernel, opc.units = affine_map<() -> (32)>, ...} {
//     scf.for %i = %begin to %end step %c1 { ... }
//     return
//   }
//
//===----------------------------------------------------------------------===//
#include "opc/Conversion/OpcToLoops/LowerKernels.h"
#include "Rows.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Pass/Pass.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
#define GEN_PASS_DEF_LOWERKERNELSPASS
#include "opc/Conversion/OpcToLoops/Passes.h.inc"

namespace {

/// The op of the kernel that is not indexed, or null; fails, with an error,
/// where there are two, or one that has no loops.
FailureOr<Operation *> findNest(Region &body) {
  Operation *nest = nullptr;
  for (Operation &op : body.front().without_terminator()) {
    if (indexedLowering(&op))
      continue;
    if (!nestLowering(&op))
      return op.emitError("has no lowering to loops");
    if (nest)
      return op.emitError("a kernel of plain loops cannot hold it beside ")
             << nest->getName();
    nest = &op;
  }
  return nest;
}

LogicalResult checkNestResults(Operation *nest, const KernelSignature &s) {
  llvm::SmallPtrSet<Value, 4> seen;
  for (Value result : s.results)
    if (result.getDefiningOp() != nest || !seen.insert(result).second)
      return nest->emitError("a kernel of plain loops must return each result "
                             "of this op at most once and nothing else");
  return success();
}

/// Results with equal extents, which one nest of loops writes.
struct ResultGroup {
  Dims dims;
  SmallVector<unsigned> results;
};

SmallVector<ResultGroup> groupResults(const KernelSignature &s, ShapeEnv &env) {
  SmallVector<ResultGroup> groups;
  for (auto [i, result] : llvm::enumerate(s.results)) {
    const Dims &dims = env.dims(result);
    auto *group = llvm::find_if(
        groups, [&](const ResultGroup &g) { return g.dims == dims; });
    if (group == groups.end())
      group = &groups.emplace_back(ResultGroup{dims, {}});
    group->results.push_back(i);
  }
  return groups;
}

void emitGroup(const ResultGroup &group, Value begin, Value end,
               const KernelSignature &s, KernelEmitter &e) {
  emitRows(group.dims, begin, end, e, [&](ValueRange indices) {
    for (unsigned result : group.results)
      e.storeFlat(e.element(s.results[result], indices),
                  s.resultBuffers[result], e.linearize(indices, group.dims));
  });
}

/// Writes the body of a kernel of indexed ops; returns its units.
AffineExpr emitIndexed(const KernelSignature &s, KernelEmitter &e) {
  SmallVector<ResultGroup> groups = groupResults(s, e.env);
  AffineExpr done = e.env.constant(0);
  for (const ResultGroup &group : groups) {
    AffineExpr units = rowUnits(group.dims, e.env);
    Value begin = s.begin, end = s.end;
    if (groups.size() > 1) {
      begin = e.max(e.sub(begin, e.expr(done)), e.constant(0));
      end = e.min(e.sub(end, e.expr(done)), e.expr(units));
    }
    emitGroup(group, begin, end, s, e);
    done = done + units;
  }
  return done;
}

/// Lets the host give an updated operand's buffer to the result, where the op
/// alone reads it.
void allowInPlace(func::FuncOp kernel, Operation *nest, ShapeEnv &env) {
  Value x = nest->getOperand(0), y = nest->getResult(0);
  auto input = dyn_cast<BlockArgument>(x);
  OperandRange results = kernel.front().getTerminator()->getOperands();
  auto output = llvm::find(results, y);
  if (!input || !x.hasOneUse() || output == results.end() ||
      x.getType() != y.getType() || env.dims(x) != env.dims(y))
    return;
  OpBuilder b(kernel.getContext());
  Attribute pair =
      b.getI64ArrayAttr({output - results.begin(), input.getArgNumber()});
  kernel->setAttr(kInplaceAttr, b.getArrayAttr(pair));
}

struct LowerKernels : impl::LowerKernelsPassBase<LowerKernels> {
  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    bool onTensors = kernel->hasAttr(kKernelAttr) && !kernel.isExternal() &&
                     !kernel->hasAttr(kUnitsAttr);
    if (onTensors && failed(lowerKernelToLoops(kernel)))
      signalPassFailure();
  }
};

} // namespace

LogicalResult lowerKernelToLoops(func::FuncOp kernel) {
  FailureOr<Operation *> nest = findNest(kernel.getBody());
  if (failed(nest))
    return failure();
  ShapeEnv env(kernel.getContext());
  const NestLowering *lowering = *nest ? nestLowering(*nest) : nullptr;
  if (lowering && lowering->updatesFirst)
    allowInPlace(kernel, *nest, env);
  FailureOr<KernelSignature> s = rewriteKernelSignature(kernel, env);
  if (failed(s) || (*nest && failed(checkNestResults(*nest, *s))))
    return failure();
  OpBuilder b(kernel.getBody().front().getTerminator());
  Location loc = *nest ? (*nest)->getLoc() : kernel.getLoc();
  KernelEmitter e(b, loc, env, s->buffers(), s->symbols, s->status);
  AffineExpr units;
  if (lowering) {
    units = lowering->units(*nest, env);
    lowering->emit(*nest, s->begin, s->end, e);
  } else {
    units = emitIndexed(*s, e);
  }
  setKernelWork(kernel, units, kernelCost(*s, env));
  return failure(e.failed());
}

} // namespace opc
