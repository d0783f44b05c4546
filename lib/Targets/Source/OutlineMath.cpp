//===- OutlineMath.cpp - functions of f32 as functions of our own ---------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "opc/Targets/Schedule/VectorMath.h"
#include "opc/Targets/Source/Passes.h"

namespace opc::source {
#define GEN_PASS_DEF_OUTLINEMATHPASS
#include "opc/Targets/Source/Passes.h.inc"
} // namespace opc::source

using namespace mlir;
namespace opc::source {
namespace {

/// opc_exp, or opc_exp_4 of vectors.
std::string nameOf(Operation *op) {
  StringRef name = op->getName().getStringRef();
  name.consume_front("math.");
  std::string result = ("opc_" + name).str();
  if (auto vector = dyn_cast<VectorType>(op->getResult(0).getType()))
    result += "_" + std::to_string(vector.getNumElements());
  return result;
}

struct OutlineMath : impl::OutlineMathPassBase<OutlineMath> {
  void runOnOperation() override {
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (hasFunctionForm(op))
        ops.push_back(op);
    });
    for (Operation *op : ops) {
      func::FuncOp function = functionFor(op);
      OpBuilder b(op);
      auto call =
          func::CallOp::create(b, op->getLoc(), function, op->getOperands());
      op->getResult(0).replaceAllUsesWith(call.getResult(0));
      op->erase();
    }
  }

  func::FuncOp functionFor(Operation *op) {
    std::string name = nameOf(op);
    ModuleOp module = getOperation();
    if (auto known = module.lookupSymbol<func::FuncOp>(name))
      return known;
    OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
    Type type = op->getResult(0).getType();
    auto function = func::FuncOp::create(b, module.getLoc(), name,
                                         b.getFunctionType(type, type));
    function.setPrivate();
    Block *entry = function.addEntryBlock();
    b.setInsertionPointToStart(entry);
    Value value = functionForm(op, entry->getArgument(0), b);
    func::ReturnOp::create(b, module.getLoc(), value);
    return function;
  }
};

} // namespace

llvm::Error makeReady(ModuleOp kernels, const TargetDesc &desc) {
  PassManager pm(kernels.getContext());
  pm.addPass(createOutlineMathPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  if (succeeded(pm.run(kernels)))
    return llvm::Error::success();
  return llvm::createStringError(desc.name() +
                                 ": kernels could not be made ready");
}

} // namespace opc::source
