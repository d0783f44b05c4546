//===- Regions.cpp - ops that own translated graphs -----------------------===//
#include "Regions.h"

using namespace mlir;

namespace opc::onnx {

unsigned symbolCount(Node &n) {
  return n.state.function->getAttrOfType<ArrayAttr>(kSymbolsAttr).size();
}

bool visibleOutside(AffineExpr e, unsigned count) {
  bool visible = true;
  e.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
      visible &= symbol.getPosition() < count;
  });
  return visible;
}

OpenExtents::OpenExtents(Node &n, ArrayRef<Dims> known) : n(n), all(known) {
  for (auto [value, dims] : llvm::enumerate(all))
    for (auto [axis, extent] : llvm::enumerate(dims))
      if (!extent) {
        extent = n.newSymbol();
        open.push_back({value, static_cast<int64_t>(axis)});
      }
}

void OpenExtents::bind(ValueRange values) {
  for (auto [value, axis] : open)
    n.bindDimAs(values[value], axis, all[value][axis]);
}

ArrayAttr mapsOf(Node &n, ArrayRef<Dims> all) {
  SmallVector<Attribute> maps;
  for (const Dims &dims : all)
    maps.push_back(n.exprs(dims));
  return n.state.builder.getArrayAttr(maps);
}

void yield(Node &n, ArrayRef<Value> values) {
  OperationState os(n.loc, YieldOp::getOperationName());
  os.addOperands(values);
  n.state.builder.create(os);
}

Operation *createOwner(Node &n, OperationState &os, ArrayRef<Dims> dims,
                       ArrayRef<Type> elements) {
  for (auto [extents, element] : llvm::zip(dims, elements))
    os.addTypes(tensorType(extents, element));
  Operation *op = n.state.builder.create(os);
  for (auto [result, extents] : llvm::zip(op->getResults(), dims))
    n.state.env.setDims(result, extents);
  return op;
}

} // namespace opc::onnx
