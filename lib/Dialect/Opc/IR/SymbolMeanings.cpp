//===- SymbolMeanings.cpp - what symbols stand for ------------------------===//
#include "opc/Dialect/Opc/IR/SymbolMeanings.h"

using namespace mlir;
using namespace opc;

/// A symbol does not stand for more parts than this: those of a sum of 64
/// symbols, as many as elements are followed (ShapeEnv::contentsLimit), are
/// 127. All that is made of a symbol is walked anew with it, so that what stays
/// a symbol costs less, and only what could have been proven of it.
static constexpr unsigned kMostParts = 128;

void SymbolMeanings::countParts(AffineExpr e, unsigned &parts) const {
  if (parts > kMostParts)
    return;
  auto symbol = dyn_cast<AffineSymbolExpr>(e);
  AffineExpr other = symbol && symbol.getPosition() < meaning.size()
                         ? meaning[symbol.getPosition()]
                         : e;
  if (other != e)
    return countParts(other, parts);
  ++parts;
  if (auto binary = dyn_cast<AffineBinaryOpExpr>(e)) {
    countParts(binary.getLHS(), parts);
    countParts(binary.getRHS(), parts);
  }
}

bool SymbolMeanings::isSmall(AffineExpr e) const {
  unsigned parts = 0;
  countParts(e, parts);
  return parts <= kMostParts;
}

bool SymbolMeanings::define(unsigned symbol, AffineExpr value) {
  if (!isSmall(value))
    return false;
  for (unsigned next = meaning.size(); next <= symbol; ++next)
    meaning.push_back(getAffineSymbolExpr(next, value.getContext()));
  AffineExpr old = std::exchange(meaning[symbol], value);
  // What is made of the symbol grows with it.
  if (used.contains(symbol) &&
      !llvm::all_of(meaning, [&](AffineExpr e) { return isSmall(e); })) {
    meaning[symbol] = old;
    return false;
  }
  value.walk([&](AffineExpr part) {
    if (auto other = dyn_cast<AffineSymbolExpr>(part))
      used.insert(other.getPosition());
  });
  return true;
}

AffineExpr SymbolMeanings::canonical(
    AffineExpr e, llvm::function_ref<AffineExpr(AffineExpr)> simplify) const {
  while (true) {
    AffineExpr next = simplify(e.replaceSymbols(meaning));
    if (next == e)
      return e;
    e = next;
  }
}
