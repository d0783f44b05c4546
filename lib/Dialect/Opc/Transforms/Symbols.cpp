//===- Symbols.cpp - The symbols in attributes of ops ---------------------===//
#include "Symbols.h"
#include "opc/Dialect/Opc/IR/ShapeEnv.h"

using namespace mlir;
using namespace opc;

void opc::forEachSymbol(AffineExpr expr,
                        llvm::function_ref<void(unsigned)> fn) {
  if (!expr)
    return;
  expr.walk([&](AffineExpr e) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(e))
      fn(symbol.getPosition());
  });
}

void opc::forEachSymbol(Attribute attribute,
                        llvm::function_ref<void(unsigned)> fn) {
  if (auto array = dyn_cast<ArrayAttr>(attribute))
    for (Attribute element : array)
      forEachSymbol(element, fn);
  if (auto map = dyn_cast<AffineMapAttr>(attribute))
    for (AffineExpr expr : map.getValue().getResults())
      forEachSymbol(expr, fn);
}

Attribute opc::replaceSymbols(Attribute attribute,
                              ArrayRef<AffineExpr> symbols) {
  if (auto map = dyn_cast<AffineMapAttr>(attribute)) {
    SmallVector<AffineExpr> results;
    for (AffineExpr expr : map.getValue().getResults())
      results.push_back(expr.replaceSymbols(symbols));
    return AffineMapAttr::get(toMap(attribute.getContext(), results));
  }
  auto array = dyn_cast<ArrayAttr>(attribute);
  if (!array)
    return attribute;
  SmallVector<Attribute> elements;
  for (Attribute element : array)
    elements.push_back(replaceSymbols(element, symbols));
  return ArrayAttr::get(attribute.getContext(), elements);
}
