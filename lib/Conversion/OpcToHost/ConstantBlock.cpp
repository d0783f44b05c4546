//===- ConstantBlock.cpp - The constant data of a program -----------------===//
//
// Weights stay where the model's file is mapped; only splats and bool constants
// are written out, because their attributes hold them in another form. Equal
// data is stored once: exporters repeat tables and tied weights.
//
//===----------------------------------------------------------------------===//
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "opc-c/module.h"
#include "opc/Conversion/OpcToHost/HostProgram.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>

using namespace mlir;
using namespace opc;

llvm::ArrayRef<char> ConstantBlock::own(std::vector<char> data) {
  owned.push_back(std::make_unique<std::vector<char>>(std::move(data)));
  return *owned.back();
}

llvm::ArrayRef<char> ConstantBlock::dataOf(ElementsAttr value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? blob->getData() : llvm::ArrayRef<char>();
  }
  auto dense = cast<DenseElementsAttr>(value);
  if (dense.getElementType().isInteger(1)) {
    std::vector<char> bytes;
    for (bool element : dense.getValues<bool>())
      bytes.push_back(element);
    return own(std::move(bytes));
  }
  llvm::ArrayRef<char> raw = dense.getRawData();
  if (!dense.isSplat())
    return raw;
  std::vector<char> bytes;
  bytes.reserve(raw.size() * dense.getNumElements());
  for (int64_t i = 0; i < dense.getNumElements(); ++i)
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  return own(std::move(bytes));
}

uint64_t ConstantBlock::add(ElementsAttr value) {
  if (auto it = known.find(value); it != known.end())
    return it->second;
  llvm::ArrayRef<char> data = dataOf(value);
  uint64_t hash = llvm::xxh3_64bits(
      {reinterpret_cast<const uint8_t *>(data.data()), data.size()});
  auto &equals = byHash[hash];
  for (unsigned index : equals)
    if (all[index].data == data)
      return known[value] = all[index].offset;
  equals.push_back(all.size());
  all.push_back({bytes, data});
  known[value] = bytes;
  uint64_t offset = bytes;
  bytes = llvm::alignTo(bytes + data.size(), OPC_ALIGNMENT);
  return offset;
}

void ConstantBlock::copyTo(char *to) const {
  std::fill_n(to, bytes, 0);
  for (const Piece &piece : all)
    llvm::copy(piece.data, to + piece.offset);
}
