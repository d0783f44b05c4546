//===- OpcDialect.cpp - registration and attributes of the opc dialect ----===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

#include "opc/Dialect/Opc/IR/OpcDialect.cpp.inc"
#include "opc/Dialect/Opc/IR/OpcInterfaces.cpp.inc"

void OpcDialect::initialize() {
  registerAttributes();
  registerOpcDialectOperations(this);
}

void opc::pinDims(Operation *op, ArrayRef<Dims> results) {
  SmallVector<Attribute> maps;
  for (const Dims &dims : results)
    maps.push_back(AffineMapAttr::get(toMap(op->getContext(), dims)));
  op->setAttr(kDimsAttr, ArrayAttr::get(op->getContext(), maps));
}

unsigned opc::addSymbol(Operation *function, StringRef name) {
  SmallVector<Attribute> names;
  if (auto old = function->getAttrOfType<ArrayAttr>(kSymbolsAttr))
    llvm::append_range(names, old);
  names.push_back(StringAttr::get(function->getContext(), name));
  function->setAttr(kSymbolsAttr,
                    ArrayAttr::get(function->getContext(), names));
  return names.size() - 1;
}
