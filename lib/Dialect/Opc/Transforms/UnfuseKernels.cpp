//===- UnfuseKernels.cpp - Breaks up kernels that no schedule took --------===//
//
//   %0 = opc.launch @pool_add_3(%x) ...   // @pool_add_3 is still on tensors
//   // becomes
//   %1 = opc.launch @pool_7(%x) ...
//   %0 = opc.launch @add_8(%1) ...
//
// The module says which became what (opc.broken_up).
//
//===----------------------------------------------------------------------===//
#include "FormKernels.h"
#include "Symbols.h"
#include "mlir/IR/IRMapping.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace opc {
#define GEN_PASS_DEF_UNFUSEKERNELSPASS
#include "opc/Dialect/Opc/Transforms/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

/// Whether a kernel has no form on buffers yet.
static bool isOnTensors(func::FuncOp kernel) {
  return kernel->hasAttr(kKernelAttr) && !kernel.isExternal() &&
         kernel.getNumResults() > 0;
}

namespace {

/// Which kernels became what.
class Record {
public:
  void comesFrom(Operation *op, Operation *kernel) { origins[op] = kernel; }

  void becomes(ArrayRef<Operation *> ops, StringRef name) {
    for (Operation *op : ops)
      if (Operation *kernel = origins.lookup(op))
        parts[kernel].insert(StringAttr::get(op->getContext(), name));
  }

  ArrayAttr attribute(MLIRContext *context) const {
    Builder b(context);
    SmallVector<Attribute> rows;
    for (const auto &[kernel, into] : parts) {
      NamedAttrList row(kernel->getDiscardableAttrDictionary());
      row.set("kernel", SymbolTable::getSymbolName(kernel));
      row.set("into", b.getArrayAttr(into.getArrayRef()));
      rows.push_back(row.getDictionary(context));
    }
    return b.getArrayAttr(rows);
  }

private:
  DenseMap<Operation *, Operation *> origins;
  llvm::MapVector<Operation *, llvm::SetVector<Attribute>> parts;
};

} // namespace

/// Puts the ops of `kernel` in the place of `launch`; they stay with its chip.
static void inlineLaunch(LaunchOp launch, func::FuncOp kernel, Record &record) {
  OpBuilder b(launch);
  Attribute target = kernel->getAttr(kTargetAttr);
  IRMapping mapping;
  mapping.map(kernel.getArguments(), launch.getInputs());
  for (Operation &op : kernel.front().without_terminator()) {
    Operation *copy = b.clone(op, mapping);
    record.comesFrom(copy, kernel);
    for (NamedAttribute attribute : op.getAttrs())
      copy->setAttr(attribute.getName(),
                    replaceSymbols(attribute.getValue(),
                                   launch.getSymbols().getResults()));
    if (target)
      copy->setAttr(kTargetAttr, target);
  }
  for (auto [result, value] : llvm::zip_equal(
           launch.getResults(), kernel.front().getTerminator()->getOperands()))
    result.replaceAllUsesWith(mapping.lookup(value));
  launch.erase();
}

namespace {
struct UnfuseKernels : opc::impl::UnfuseKernelsPassBase<UnfuseKernels> {
  void runOnOperation() override {
    llvm::SetVector<Operation *> kernels;
    for (auto kernel : getOperation().getOps<func::FuncOp>())
      if (isOnTensors(kernel))
        kernels.insert(kernel);
    if (kernels.empty())
      return;
    SymbolTable symbols(getOperation());
    Record record;
    llvm::SetVector<func::FuncOp> functions;
    getOperation().walk([&](LaunchOp launch) {
      auto kernel = symbols.lookup<func::FuncOp>(launch.getKernel());
      if (!kernels.contains(kernel))
        return;
      functions.insert(launch->getParentOfType<func::FuncOp>());
      inlineLaunch(launch, kernel, record);
    });
    auto rules = [](Operation *) -> const FusionRules & { return noFusion(); };
    auto note = [&](ArrayRef<Operation *> ops, StringRef kernel) {
      record.becomes(ops, kernel);
    };
    for (func::FuncOp function : functions)
      if (failed(formKernels(function, rules, note)))
        return signalPassFailure();
    getOperation()->setAttr(kBrokenUpAttr, record.attribute(&getContext()));
    for (Operation *kernel : kernels)
      kernel->erase();
  }
};
} // namespace
