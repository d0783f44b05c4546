//===- ConstantData.cpp - memory of constants that opc computed -----------===//
#include "opc/Dialect/Opc/IR/ConstantData.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/Support/MathExtras.h"
#include <new>

using namespace mlir;
using namespace opc;

/// As OPC_ALIGNMENT, which programs promise their kernels.
static constexpr std::align_val_t kAlignment{64};

bool opc::isBelowByte(Type element) {
  auto integer = dyn_cast<IntegerType>(element);
  return integer && integer.getWidth() < 8;
}

bool opc::isSplat(ConstantOp constant) {
  auto dense = dyn_cast<DenseElementsAttr>(constant.getValue());
  return dense && dense.isSplat();
}

std::optional<int64_t> opc::storedBytes(Type tensor) {
  auto type = dyn_cast<RankedTensorType>(tensor);
  if (!type || !type.hasStaticShape() || !type.getElementType().isIntOrFloat())
    return std::nullopt;
  unsigned bits = type.getElementType().getIntOrFloatBitWidth();
  if (bits % 8 != 0 && !isBelowByte(type.getElementType()))
    return std::nullopt;
  int64_t bytes = (bits + 7) / 8;
  for (int64_t extent : type.getShape())
    if (llvm::MulOverflow(bytes, extent, bytes) || bytes >= int64_t(1) << 62)
      return std::nullopt;
  return bytes;
}

void ConstantMemory::Free::operator()(char *data) const {
  ::operator delete(data, kAlignment);
}

ConstantMemory::ConstantMemory(size_t size)
    : memory(static_cast<char *>(
          ::operator new(std::max<size_t>(size, 1), kAlignment, std::nothrow))),
      size(size) {}

static void freeConstantMemory(void *data, size_t, size_t) {
  ::operator delete(data, kAlignment);
}

ElementsAttr ConstantMemory::release(RankedTensorType type, StringRef name) && {
  if (type.getNumElements() <= kSmallConstant) {
    if (!type.getElementType().isInteger(1))
      return DenseElementsAttr::getFromRawBuffer(type, bytes());
    SmallVector<bool> values(bytes().begin(), bytes().end());
    return DenseElementsAttr::get(type, values);
  }
  MutableArrayRef<char> data = bytes();
  memory.release();
  AsmResourceBlob blob(data, size_t(kAlignment), freeConstantMemory,
                       /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}

const AsmResourceBlob *opc::blobOf(Attribute value) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(value);
  return resource ? resource.getRawHandle().getBlob() : nullptr;
}

ConstantEraser::ConstantEraser(Operation *root) {
  root->walk([&](ConstantOp constant) { add(constant); });
}

void ConstantEraser::add(ConstantOp constant) {
  if (const AsmResourceBlob *blob = blobOf(constant.getValue()))
    ++uses[blob];
}

void ConstantEraser::eraseIfUnused(ConstantOp constant) {
  if (!constant->use_empty())
    return;
  ElementsAttr value = constant.getValue();
  constant.erase();
  const AsmResourceBlob *blob = blobOf(value);
  if (!blob || --uses[blob] != 0)
    return;
  uses.erase(blob);
  // An empty blob takes the place of the old one, which frees its memory.
  auto entry = cast<DenseResourceElementsAttr>(value).getRawHandle();
  entry.getResource()->setBlob(AsmResourceBlob());
}
