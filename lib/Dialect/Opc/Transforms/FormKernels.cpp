//===- FormKernels.cpp - Moves computing ops into kernel functions --------===//
//
// What a target receives whole, what is scheduled, timed and cached, is a
// kernel. This pass forms them: FusionPlan says which ops go together,
// KernelOutliner moves them, and what is left of @main is the host program.
//
//===----------------------------------------------------------------------===//
#include "FormKernels.h"
#include "FusionPlan.h"
#include "KernelOutliner.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

namespace opc {
#define GEN_PASS_DEF_FORMKERNELSPASS
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

/// Removes ops whose results nobody uses, last first.
static void eraseUnused(Block &block) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(block.getOperations()))) {
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        eraseUnused(inner);
    if (isa<ShapedOp>(op) && op.use_empty())
      op.erase();
  }
}

/// A kernel takes its buffers' sizes from these extents, so none may be
/// missing.
static LogicalResult verifyExtents(Block &block, ShapeEnv &env) {
  WalkResult result = block.walk<WalkOrder::PreOrder>([&](Operation *op) {
    for (Value value : op->getResults())
      if (llvm::is_contained(env.dims(value), AffineExpr())) {
        op->emitOpError("has a result of type ")
            << value.getType() << " with an extent that nothing explains";
        return WalkResult::interrupt();
      }
    return isa<BodyOp>(op) ? WalkResult::skip() : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

static void formInBlock(Block &block, ShapeEnv &env, const FusionRulesOf &rules,
                        KernelOutliner &outliner, KernelObserver observer) {
  OpBuilder b(block.getTerminator());
  for (const FusionGroup &group : planFusion(block, env, rules)) {
    if (group.isKernel) {
      LaunchOp launch = outliner.outline(group.ops, b);
      if (launch && observer)
        observer(group.ops, launch.getKernel());
      continue;
    }
    Operation *op = group.ops.front();
    op->moveBefore(block.getTerminator());
    for (Region &region : op->getRegions())
      for (Block &inner : region)
        formInBlock(inner, env, rules, outliner, observer);
  }
}

LogicalResult opc::formKernels(func::FuncOp function,
                               const FusionRulesOf &rules,
                               KernelObserver observer) {
  Block &block = function.front();
  eraseUnused(block);
  ShapeEnv env(function.getContext());
  if (failed(verifyExtents(block, env)))
    return failure();
  KernelOutliner outliner(function->getParentOfType<ModuleOp>(), env, rules);
  formInBlock(block, env, rules, outliner, observer);
  outliner.eraseOutlined();
  eraseUnused(block);
  return success();
}

namespace {
struct FormKernels : opc::impl::FormKernelsPassBase<FormKernels> {
  using FormKernelsPassBase::FormKernelsPassBase;
  explicit FormKernels(FusionRulesOf rules) : given(std::move(rules)) {}

  void runOnOperation() override {
    FusionRulesOf rules = given;
    if (!rules)
      rules = [&](Operation *) -> const FusionRules & {
        return fuse ? defaultFusion() : noFusion();
      };
    auto functions = llvm::to_vector(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp function : functions)
      if (!function->hasAttr(kKernelAttr) && !function.isExternal() &&
          failed(formKernels(function, rules)))
        return signalPassFailure();
  }

  FusionRulesOf given;
};
} // namespace

std::unique_ptr<Pass> opc::createFormKernelsPass(FusionRulesOf rules) {
  return std::make_unique<FormKernels>(std::move(rules));
}
