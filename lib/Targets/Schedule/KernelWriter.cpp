//===- KernelWriter.cpp - what schedules of every family share ------------===//
#include "opc/Targets/Schedule/KernelWriter.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
namespace opc {

ScheduleResult writeKernel(KernelForm &kernel, int64_t lanes, AffineExpr units,
                           int64_t grain,
                           llvm::function_ref<void(KernelWriter &)> body) {
  ShapeEnv &env = kernel.env;
  func::FuncOp function = kernel.function;
  FailureOr<KernelSignature> signature = rewriteKernelSignature(function, env);
  if (failed(signature)) {
    function->removeAttr(kInplaceAttr); // which the schedule has set
    return ScheduleResult::declined("no form in buffers");
  }
  setKernelWork(function, units, kernelCost(*signature, env), grain);
  OpBuilder b(function.getBody().front().getTerminator());
  KernelEmitter e(b, function.getLoc(), env, signature->buffers(),
                  signature->symbols, signature->status);
  VectorEmitter v(e, lanes);
  LoopBuilder l{b, function.getLoc()};
  KernelWriter writer{*signature, e, v, l, env};
  body(writer);
  return ScheduleResult::taken();
}

void walkMerged(KernelWriter &w, const MergedAxes &axes) {
  for (const auto &[value, dims] : axes.values())
    w.v.setDims(value, dims);
}

void writeResults(KernelWriter &w, ArrayRef<LaneIndex> indices) {
  SmallVector<Value> results;
  for (Value result : w.kernel.results)
    results.push_back(w.v.vector(result, indices));
  for (auto [result, value] : llvm::zip(w.kernel.results, results))
    w.v.store(value, result, indices);
}

void writeResults(KernelWriter &w, Value root, Value elements,
                  ArrayRef<LaneIndex> indices) {
  w.v.bind(root, elements);
  writeResults(w, indices);
}

LaneIndices alongLast(ValueRange outer, Value lane) {
  LaneIndices indices;
  for (Value index : outer)
    indices.push_back({index, 0});
  indices.push_back({lane, 1});
  return indices;
}

void forVectors(KernelWriter &w, Value first, Value last,
                llvm::function_ref<void(Value at)> body) {
  LoopBuilder &l = w.l;
  Value full = l.sub(last, l.rem(l.sub(last, first), l.index(w.v.lanes)));
  l.loop(first, full, w.v.lanes, body);
  l.branch(l.less(full, last), [&] {
    w.v.setCount(l.sub(last, full));
    body(full);
  });
  w.v.setCount({});
}

std::optional<StringRef> misfitAround(KernelForm &kernel, Value root,
                                      ValueRange buffers) {
  if (llvm::any_of(buffers, [](Value v) { return v.getDefiningOp(); }))
    return "an operand is computed in the kernel";
  if (!kernel.allFollow(root))
    return "a result does not follow element by element";
  return std::nullopt;
}

bool isF32(Value tensor) { return getElementTypeOrSelf(tensor).isF32(); }

} // namespace opc
