//===- SplitKernels.cpp - Kernels move into modules compiled apart --------===//
//
//   llvm.func @opc_entry ...  llvm.func @k ...  llvm.func internal @k.body ...
//   // becomes
//   module { llvm.func @opc_entry ...  llvm.func @k(...) }   // a declaration
//   module { llvm.func @k ...  llvm.func internal @k.body ... }
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Passes.h"

#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

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
using namespace opc;

namespace {

/// Symbols of a module that must stay together.
struct Group {
  SmallVector<Operation *> members;
  unsigned size = 0;
  /// The chip that they are compiled for; null: the module's.
  StringAttr target;
  bool hasEntry = false;
};

/// The chip of a kernel, where it is another one than the module's.
StringAttr ownTarget(Operation *op, ModuleOp module) {
  auto target = op->getAttrOfType<StringAttr>(kTargetAttr);
  auto whole = module->getAttrOfType<StringAttr>(kTargetAttr);
  bool runsApart = op->hasAttr(kDeviceAttr) || (whole && target != whole);
  return target && runsApart ? target : StringAttr();
}

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
    if (!isDeclaration(&op) && !isa<ModuleOp>(op)) {
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
    if (StringAttr target = ownTarget(op, module))
      group.target = target;
    auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
    group.hasEntry |= function && function.getName() == kEntrySymbol;
  }
  std::vector<Group> result;
  for (auto &[leader, group] : groups)
    result.push_back(std::move(group));
  return result;
}

/// Nested modules that are filled one after the other, those of each chip
/// apart.
class Parts {
public:
  Parts(ModuleOp module, unsigned size, unsigned largeEntry)
      : b(OpBuilder::atBlockEnd(module.getBody())), loc(module.getLoc()),
        size(size), largeEntry(largeEntry) {}

  void add(const Group &group) {
    if (group.hasEntry && group.size > largeEntry) {
      move(group, start(group.target));
      return;
    }
    Filling &last = filling[group.target];
    if (!last.part || last.room < group.size)
      last = {start(group.target), size};
    last.room -= std::min(last.room, group.size);
    move(group, last.part);
  }
  ArrayRef<ModuleOp> all() const { return parts; }

private:
  struct Filling {
    ModuleOp part;
    unsigned room = 0;
  };

  ModuleOp start(StringAttr target) {
    ModuleOp part = ModuleOp::create(b, loc);
    if (target)
      part->setAttr(kTargetAttr, target);
    parts.push_back(part);
    return part;
  }

  static void move(const Group &group, ModuleOp part) {
    for (Operation *op : group.members)
      op->moveBefore(part.getBody(), part.getBody()->end());
  }

  OpBuilder b;
  Location loc;
  unsigned size, largeEntry;
  SmallVector<ModuleOp> parts;
  llvm::MapVector<StringAttr, Filling> filling;
};

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

    Parts parts(module, size, largeEntry);
    for (const Group &group : groups)
      parts.add(group);
    for (ModuleOp part : parts.all())
      declareUsed(part, all);
    for (Operation &op : llvm::make_early_inc_range(module.getOps()))
      if (isDeclaration(&op))
        op.erase();
  }
};

} // namespace
