//===- ConstantElements.cpp - data of others as constants -----------------===//
#include "opc/Frontend/Graph/ConstantElements.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Frontend/Graph/ElementTypes.h"
#include "llvm/Support/FormatVariadic.h"
#include <vector>

using namespace mlir;
using llvm::formatv;

namespace opc::graph {
namespace {

using Bytes = std::vector<char>;

/// A copy in which a bool is 0 or 1: files say 0 and anything else.
std::shared_ptr<Bytes> copied(ArrayRef<char> data, bool isBool) {
  auto copy = std::make_shared<Bytes>(data.begin(), data.end());
  for (char &item : *copy)
    item = isBool ? item != 0 : item;
  return copy;
}

ElementsAttr smallElements(RankedTensorType type, ArrayRef<char> data) {
  if (!type.getElementType().isInteger(1))
    return DenseElementsAttr::getFromRawBuffer(type, data);
  SmallVector<bool> values;
  for (char item : data)
    values.push_back(item != 0);
  return DenseElementsAttr::get(type, values);
}

} // namespace

ElementsAttr elementsOver(RankedTensorType type, ArrayRef<char> data,
                          std::shared_ptr<void> owner, Objection &error) {
  Type element = type.getElementType();
  const size_t align = bytesOfElement(element);
  if (data.size() != type.getNumElements() * align) {
    error = formatv("{0} bytes of data for {1} elements of {2}", data.size(),
                    type.getNumElements(), dtypeName(element));
    return {};
  }
  if (type.getNumElements() <= kSmallConstant)
    return smallElements(type, data);
  bool isBool = element.isInteger(1);
  bool odd =
      isBool && llvm::any_of(data, [](char item) { return (item & ~1) != 0; });
  if (odd || reinterpret_cast<uintptr_t>(data.data()) % align != 0) {
    std::shared_ptr<Bytes> copy = copied(data, isBool);
    data = *copy;
    owner = copy;
  }
  AsmResourceBlob blob(
      data, align, [owner = std::move(owner)](void *, size_t, size_t) {},
      /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, "weight", std::move(blob));
}

} // namespace opc::graph
