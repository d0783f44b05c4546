//===- LowerFunctions.cpp - Kernels, as far as one function goes ----------===//
//
//   llvm.func @k.body(...) { scf.for ... { arith.truncf %x : f64 to bf16 } }
//   // becomes
//   llvm.func @k.body(...) { ... cf.cond_br ... arith.shrui ... }
//
// A pass of its own and no list of passes, so that functions in which there is
// nothing to lower are left out.
//
//===----------------------------------------------------------------------===//
#include "FloatSteps.h"
#include "LoweredFunction.h"
#include "opc/Pipeline/Passes.h"

#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include "opc/Targets/Core/Target.h"
#include <map>

namespace opc {
#define GEN_PASS_DEF_LOWERFUNCTIONSPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;

namespace {

struct LowerFunctions : opc::impl::LowerFunctionsPassBase<LowerFunctions> {
  void runOnOperation() override {
    if (opc::isLowered(getOperation()))
      return;
    FailureOr<const opc::TargetDesc *> desc = opc::targetOf(getOperation());
    if (failed(desc))
      return signalPassFailure();
    const opc::VectorUnit &unit = (*desc)->vector;
    auto key = std::make_pair(unit.convertsHalves, unit.convertsLongs);
    StringRef name = LLVM::LLVMFuncOp::getOperationName();
    auto known = steps.find(key);
    if (known == steps.end()) {
      known = steps.emplace(key, opc::floatSteps(unit, name)).first;
      known->second.addPass(createSCFToControlFlowPass());
    }
    if (failed(runPipeline(known->second, getOperation())))
      signalPassFailure();
  }

  /// Made once for all functions: patterns take longer to set up than to apply.
  std::map<std::pair<bool, bool>, OpPassManager> steps;
};

} // namespace
