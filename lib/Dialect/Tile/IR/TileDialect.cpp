//===- TileDialect.cpp - registration of the tile dialect -----------------===//
#include "opc/Dialect/Tile/IR/TileDialect.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace opc::tile;

#include "opc/Dialect/Tile/IR/TileDialect.cpp.inc"
#include "opc/Dialect/Tile/IR/TileEnums.cpp.inc"
#include "opc/Dialect/Tile/IR/TileInterfaces.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "opc/Dialect/Tile/IR/TileAttrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "opc/Dialect/Tile/IR/TileTypes.cpp.inc"
#define GET_OP_CLASSES
#include "opc/Dialect/Tile/IR/TileOps.cpp.inc"

void TileDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "opc/Dialect/Tile/IR/TileAttrs.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "opc/Dialect/Tile/IR/TileTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "opc/Dialect/Tile/IR/TileOps.cpp.inc"
      >();
}

SmallVector<Value> opc::tile::buffersOf(Operation *op) {
  return llvm::to_vector(
      llvm::make_filter_range(op->getOperands(), [](Value value) {
        return isa<BufferType>(value.getType());
      }));
}

std::string opc::tile::spelling(Type element) {
  std::string text;
  llvm::raw_string_ostream(text) << element;
  return text;
}

int64_t opc::tile::elementBytes(Type element) {
  unsigned bits = element.getIntOrFloatBitWidth();
  if (bits == 1)
    return 1;
  return bits % 8 ? 0 : bits / 8;
}
