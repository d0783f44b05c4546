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
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace opc {
#define GEN_PASS_DEF_FOLDCONSTANTSPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

namespace {

/// Runs work until each result has a value or has failed by itself.
class Folder {
public:
  explicit Folder(ModuleOp module) : module(module) {}

  void evaluate(const ConstantWork &work);
  /// Puts values in the place of results and erases what nobody uses then.
  void replace(const ConstantWork &work);

private:
  ModuleOp module;
  llvm::MapVector<Value, ElementsAttr> values;
  /// Compilations that one model may ask for.
  int attempts = 32;
};

void Folder::evaluate(const ConstantWork &work) {
  if (--attempts < 0)
    return;
  SmallVector<ElementsAttr> found;
  Status status = evaluateConstants(module, work, found);
  size_t count = work.results.size();
  if (status.ok()) {
    for (auto [result, value] : llvm::zip_equal(work.results, found))
      values[result] = value;
  } else if (count == 1) {
    emitRemark(work.results.front().getLoc())
        << "constant work is left to each run: " << status.message();
  } else {
    evaluate(work.part(0, count / 2));
    evaluate(work.part(count / 2, count - count / 2));
  }
}

void Folder::replace(const ConstantWork &work) {
  ConstantEraser eraser(module);
  for (auto [result, value] : values) {
    OpBuilder b(result.getDefiningOp());
    auto constant =
        ConstantOp::create(b, result.getLoc(), result.getType(), value);
    eraser.add(constant);
    Value(result).replaceAllUsesWith(constant);
  }
  llvm::SetVector<Operation *> sources;
  for (Operation *op : llvm::reverse(work.ops)) {
    if (!op->use_empty())
      continue;
    for (Value operand : op->getOperands())
      if (auto constant = operand.getDefiningOp<ConstantOp>())
        sources.insert(constant);
    op->erase();
  }
  for (Operation *constant : sources)
    eraser.eraseIfUnused(cast<ConstantOp>(constant));
}

struct FoldConstantsPass : opc::impl::FoldConstantsPassBase<FoldConstantsPass> {
  using FoldConstantsPassBase::FoldConstantsPassBase;
  void runOnOperation() override {
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!main || main.isExternal())
      return;
    ConstantWork work = ConstantWork::find(main, growth);
    if (work.empty())
      return;
    Folder folder(getOperation());
    folder.evaluate(work);
    folder.replace(work);
  }
};

} // namespace
