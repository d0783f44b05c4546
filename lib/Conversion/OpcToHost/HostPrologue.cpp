//===- HostPrologue.cpp - Symbols, sizes and the arena at entry -----------===//
//
// Everything that the inputs alone decide. A run that is too large to address
// ends here, before anything was computed.
//
//===----------------------------------------------------------------------===//
#include "HostPrologue.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace opc;
using LLVM::ICmpPredicate;

void HostPrologue::write() {
  memory.begin();
  bindInputs();
  checkInputs();
  for (Operation *bind : plan.entryBinds())
    binds.lower(bind);
  checkSizes();
  for (const auto &[space, arena] : plan.arenas())
    layOutArena(space, arena);
  e.endPrologue();
}

/// A symbol has the first extent that is this symbol alone.
void HostPrologue::bindInputs() {
  llvm::DenseSet<unsigned> bound;
  for (BlockArgument argument : main.getArguments()) {
    for (auto [axis, dim] : llvm::enumerate(env.dims(argument))) {
      auto symbol = dyn_cast<AffineSymbolExpr>(dim);
      if (!symbol || !bound.insert(symbol.getPosition()).second)
        continue;
      e.bindEntrySymbol(symbol.getPosition(),
                        memory.inputExtent(argument.getArgNumber(), axis));
    }
  }
}

/// Extents that follow from symbols bound elsewhere must agree with them.
void HostPrologue::checkInputs() {
  llvm::DenseSet<unsigned> bound;
  for (BlockArgument argument : main.getArguments())
    for (auto [axis, dim] : llvm::enumerate(env.dims(argument))) {
      auto symbol = dyn_cast<AffineSymbolExpr>(dim);
      bool binds = symbol && bound.insert(symbol.getPosition()).second;
      if (binds || isa<AffineConstantExpr>(dim))
        continue;
      Value given = memory.inputExtent(argument.getArgNumber(), axis);
      Value wanted = e.value(dim);
      e.failIf(e.compare(ICmpPredicate::ne, given, wanted),
               e.number(OPC_FAULT_SHAPE),
               e.number(facts.place(argument.getLoc())), given, wanted);
    }
}

/// Every size that the inputs decide, once for each different shape. What is in
/// a branch or a loop is looked at there: it may never run.
void HostPrologue::checkSizes() {
  llvm::DenseSet<AffineMap> seen;
  Checks checks;
  for (Operation &op : main.front())
    for (Value result : op.getResults()) {
      const Dims &dims = env.dims(result);
      if (constantsOf(dims) || !plan.isEntryBound(dims) ||
          !seen.insert(toMap(main.getContext(), dims)).second)
        continue;
      // The widest element: one look covers every type.
      e.bytes(dims, sizeof(int64_t), checks, place(&op));
    }
  e.flush(checks, OPC_FAULT_LIMIT);
}

/// The largest formula of a region, rounded up. Formulas of branches that do
/// not run may be negative.
Value HostPrologue::regionBytes(const ArenaPlan::Region &region,
                                Checks &checks) {
  if (region.sizes.size() == 1 && constantOf(region.sizes.front()))
    return e.value(region.sizes.front());
  Value largest = e.number(0);
  for (AffineExpr size : region.sizes)
    largest = LLVM::SMaxOp::create(e.b, e.loc, largest, e.value(size, &checks));
  Value padded = e.checkedAdd(largest, e.number(OPC_ALIGNMENT - 1), &checks, 0);
  return LLVM::AndOp::create(e.b, e.loc, padded, e.number(-OPC_ALIGNMENT));
}

void HostPrologue::layOutArena(StringRef space, const ArenaPlan &arena) {
  Checks checks;
  Value total = e.number(0);
  SmallVector<Value> offsets;
  for (const ArenaPlan::Region &region : arena.regions) {
    offsets.push_back(total);
    total = e.checkedAdd(total, regionBytes(region, checks), &checks, 0);
  }
  e.flush(checks, OPC_FAULT_LIMIT);
  if (offsets.empty())
    return;
  Value begin = memory.allocate(space, total, facts.place(main.getLoc()));
  SmallVector<Value> starts;
  for (Value offset : offsets)
    starts.push_back(e.at(begin, offset));
  memory.setRegions(space, std::move(starts));
}
