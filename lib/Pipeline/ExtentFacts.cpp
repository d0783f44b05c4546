//===- ExtentFacts.cpp - what a graph's bindings say of extents -----------===//
#include "ExtentFacts.h"

#include "opc/Runtime/Demand.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace opc;
using namespace mlir;

static AffineExpr symbolOf(Operation *op) {
  auto symbol = op->getAttrOfType<IntegerAttr>("symbol");
  return getAffineSymbolExpr(symbol.getInt(), op->getContext());
}

static AffineExpr simplified(AffineExpr e) {
  unsigned symbols = toMap(e.getContext(), e).getNumSymbols();
  return simplifyAffineExpr(e, /*numDims=*/0, symbols);
}

AffineExpr ExtentFacts::canonical(AffineExpr e) const {
  return meanings.canonical(e, simplified);
}

bool ExtentFacts::areEqual(AffineExpr a, AffineExpr b) const {
  a = canonical(a);
  b = canonical(b);
  return a == b || constantOf(simplified(a - b)) == 0;
}

bool ExtentFacts::isAtMost(AffineExpr a, AffineExpr b) const {
  return bounds.provablyAtMost(a, b) ||
         bounds.provablyAtMost(canonical(a), canonical(b));
}

bool ExtentFacts::broadcasts(AffineExpr from, AffineExpr to) const {
  to = canonical(to);
  SmallVector<AffineExpr> open{canonical(from)};
  llvm::DenseSet<AffineExpr> seen;
  while (!open.empty()) {
    AffineExpr next = open.pop_back_val();
    if (constantOf(next) == 1 || areEqual(next, to))
      return true;
    if (auto found = wider.find(next);
        seen.insert(next).second && found != wider.end())
      open.append(found->second);
  }
  return false;
}

void ExtentFacts::noteBroadcast(AffineExpr from, AffineExpr to) {
  wider[canonical(from)].push_back(canonical(to));
}

/// Takes `symbol` for `value`, unless that is no symbol, or the value is made
/// of it or too large.
bool ExtentFacts::define(AffineExpr symbol, AffineExpr value) {
  auto own = dyn_cast<AffineSymbolExpr>(symbol);
  if (!own || value.isFunctionOfSymbol(own.getPosition()) ||
      !meanings.define(own.getPosition(), value))
    return false;
  auto old = std::move(wider);
  wider.clear();
  for (auto &[from, targets] : old)
    for (AffineExpr to : targets)
      noteBroadcast(from, to);
  return true;
}

/// Takes a symbol that a = b has alone in a term for the rest of the equation.
bool ExtentFacts::solve(AffineExpr a, AffineExpr b) {
  AffineExpr difference = simplified(a - b);
  SmallVector<AffineExpr> symbols;
  difference.walk([&](AffineExpr part) {
    if (isa<AffineSymbolExpr>(part))
      symbols.push_back(part);
  });
  return llvm::any_of(symbols, [&](AffineExpr symbol) {
    return define(symbol, simplified(symbol - difference)) ||
           define(symbol, simplified(difference + symbol));
  });
}

void ExtentFacts::noteEqual(AffineExpr a, AffineExpr b) {
  a = canonical(a);
  b = canonical(b);
  if (a == b || define(a, b) || define(b, a) || solve(a, b))
    return;
  noteBroadcast(a, b);
  noteBroadcast(b, a);
}

/// The run goes on where both are the symbol or 1; so a constant other than 1
/// is what the symbol is.
void ExtentFacts::note(BindBroadcastOp op) {
  AffineExpr symbol = symbolOf(op);
  ArrayRef<AffineExpr> pair = op.getPair().getResults();
  for (AffineExpr part : pair)
    if (constantOf(part).value_or(1) != 1)
      noteEqual(symbol, part);
  for (AffineExpr part : pair)
    noteBroadcast(part, symbol);
}

void ExtentFacts::note(BindClampOp op) {
  ArrayRef<AffineExpr> ends = op.getBounds().getResults();
  bounds.setClamp(op.getSymbol(), ends[0], ends[1], ends[2]);
  if (!op->hasAttr(kDemandAttr))
    return;
  noteEqual(symbolOf(op), ends[0]);
  if (ends[1] == ends[2])
    noteEqual(ends[0], ends[1]);
}

void ExtentFacts::note(BindElementOp op) {
  bounds.set(op.getSymbol(), {int64_t(op.getMin()), std::nullopt});
}

void ExtentFacts::note(Operation *op, ShapeEnv &env) {
  llvm::TypeSwitch<Operation *>(op)
      .Case<BindBroadcastOp, BindClampOp, BindElementOp>(
          [&](auto bind) { note(bind); })
      .Case<BindDimOp>([&](BindDimOp bind) {
        noteEqual(symbolOf(bind), env.dim(bind.getX(), bind.getAxis()));
      });
}
