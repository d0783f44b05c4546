//===- SplitKernels.cpp - Kernels move into modules compiled apart --------===//
//
//   llvm.func @opc_entry ...  llvm.func @k ...  llvm.func internal @k.body ...
//   // becomes
//   module { llvm.func @opc_entry ...  llvm.func @k(...) }   // a declaration
//   module { llvm.func @k ...  llvm.func internal @k.body ... }
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace opc {
#define GEN_PASS_DEF_SPLITKERNELSPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;

namespace {

/// Symbols of a module that must stay together.
struct Group {
  SmallVector<Operation *> members;
  unsigned size = 0;
};

bool isInternal(Operation *op) {
  if (auto function = dyn_cast<LLVM::LLVMFuncOp>(op))
    return function.getLinkage() != LLVM::Linkage::External;
  if (auto global = dyn_cast<LLVM::GlobalOp>(op))
    return global.getLinkage() != LLVM::Linkage::External;
  return false;
}

bool isDeclaration(Operation *op) {
  auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
  return function && function.isExternal();
}

/// The symbols that the bodies inside `op` name.
llvm::SetVector<StringRef> namesUsed(Operation *op) {
  llvm::SetVector<StringRef> names;
  if (auto uses = SymbolTable::getSymbolUses(op))
    for (SymbolTable::SymbolUse use : *uses)
      names.insert(use.getSymbolRef().getRootReference().getValue());
  return names;
}

unsigned countOps(Operation *op) {
  unsigned count = 0;
  op->walk([&](Operation *) { ++count; });
  return count;
}

/// Internal symbols join whoever uses them.
std::vector<Group> groupsOf(ModuleOp module, const SymbolTable &symbols) {
  llvm::EquivalenceClasses<Operation *> classes;
  SmallVector<Operation *> definitions;
  for (Operation &op : module.getOps())
    if (!isDeclaration(&op)) {
      definitions.push_back(&op);
      classes.insert(&op);
    }
  for (Operation *op : definitions)
    for (StringRef name : namesUsed(op))
      if (Operation *used = symbols.lookup(name);
          used && used != op && isInternal(used))
        classes.unionSets(op, used);
  llvm::MapVector<Operation *, Group> groups;
  for (Operation *op : definitions) {
    Group &group = groups[classes.getLeaderValue(op)];
    group.members.push_back(op);
    group.size += countOps(op);
  }
  std::vector<Group> result;
  for (auto &[leader, group] : groups)
    result.push_back(std::move(group));
  return result;
}

/// Declares in `part` what its members use and other parts define.
void declareUsed(ModuleOp part, const llvm::StringMap<Operation *> &all) {
  SymbolTable own(part);
  llvm::SetVector<StringRef> names;
  for (Operation &op : part.getOps())
    for (StringRef name : namesUsed(&op))
      names.insert(name);
  OpBuilder builder = OpBuilder::atBlockBegin(part.getBody());
  for (StringRef name : names) {
    if (own.lookup(name))
      continue;
    auto function = dyn_cast_or_null<LLVM::LLVMFuncOp>(all.lookup(name));
    if (!function)
      continue;
    auto declaration =
        cast<LLVM::LLVMFuncOp>(builder.insert(function->cloneWithoutRegions()));
    declaration.setLinkage(LLVM::Linkage::External);
  }
}

struct SplitKernels : opc::impl::SplitKernelsPassBase<SplitKernels> {
  using Base::Base;
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    llvm::StringMap<Operation *> all;
    for (Operation &op : module.getOps())
      if (auto symbol = dyn_cast<SymbolOpInterface>(op))
        all[symbol.getName()] = &op;
    std::vector<Group> groups = groupsOf(module, symbols);

    OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
    SmallVector<ModuleOp> parts;
    unsigned room = 0;
    for (Group &group : groups) {
      if (parts.empty() || room < group.size) {
        parts.push_back(ModuleOp::create(builder, module.getLoc()));
        room = size;
      }
      room -= std::min(room, group.size);
      for (Operation *op : group.members)
        op->moveBefore(parts.back().getBody(), parts.back().getBody()->end());
    }
    for (ModuleOp part : parts)
      declareUsed(part, all);
    for (Operation &op : llvm::make_early_inc_range(module.getOps()))
      if (isDeclaration(&op))
        op.erase();
  }
};

} // namespace
