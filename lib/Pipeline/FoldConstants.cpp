//===- FoldConstants.cpp - constant work is done once ---------------------===//
//
//   %0 = opc.cast %weights : (tensor<64x32xui8>) -> tensor<64x32xi32>
//   %1 = opc.sub %0, %zero_point
//   %2 = opc.matmul %x, %1
//   // becomes
//   %1 = opc.constant {value = dense_resource<computed> : tensor<64x32xi32>}
//   %2 = opc.matmul %x, %1
//
// There is no second implementation of any op: the code that a run would
// execute is compiled and runs now (EvaluateConstants.h). What is worth it is
// in ConstantWork.h.
//
//===----------------------------------------------------------------------===//
#include "EvaluateConstants.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Pipeline/Passes.h"

#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace opc {
#define GEN_PASS_DEF_FOLDCONSTANTSPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

/// Puts `values` in the place of the results of `work` and erases what nobody
/// uses then.
static void replace(ModuleOp module, const ConstantWork &work,
                    ArrayRef<ElementsAttr> values) {
  ConstantEraser eraser(module);
  for (auto [result, value] : llvm::zip_equal(work.results, values)) {
    OpBuilder b(result.getDefiningOp());
    auto constant =
        ConstantOp::create(b, result.getLoc(), result.getType(), value);
    eraser.add(constant);
    Value(result).replaceAllUsesWith(constant);
  }
  SmallVector<ConstantOp> sources;
  for (Operation *op : llvm::reverse(work.ops)) {
    if (!op->use_empty())
      continue;
    for (Value operand : op->getOperands())
      if (auto constant = operand.getDefiningOp<ConstantOp>())
        sources.push_back(constant);
    op->erase();
  }
  llvm::SetVector<Operation *> distinct(sources.begin(), sources.end());
  for (Operation *constant : distinct)
    eraser.eraseIfUnused(cast<ConstantOp>(constant));
}

namespace {

struct FoldConstantsPass : opc::impl::FoldConstantsPassBase<FoldConstantsPass> {
  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal())
      return;
    ConstantWork work = ConstantWork::find(main);
    if (work.empty())
      return;
    SmallVector<ElementsAttr> values;
    Status status = evaluateConstants(getOperation(), work, values);
    if (!status.ok()) {
      main.emitRemark() << "constant work is left to each run: "
                        << status.message();
      return;
    }
    replace(getOperation(), work, values);
  }
};

} // namespace
