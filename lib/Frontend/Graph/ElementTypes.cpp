//===- ElementTypes.cpp - types of tensors that a front end may make ------===//
#include "opc/Frontend/Graph/ElementTypes.h"
#include "opc/Dialect/Opc/IR/Limits.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

std::string dtypeName(Type element) {
  unsigned bits = element.getIntOrFloatBitWidth();
  if (element.isInteger(1))
    return "bool";
  if (element.isBF16())
    return "bf16";
  char kind = isa<FloatType>(element)       ? 'f'
              : element.isUnsignedInteger() ? 'u'
                                            : 'i';
  return formatv("{0}{1}", kind, bits);
}

int64_t bytesOfElement(Type element) {
  return (element.getIntOrFloatBitWidth() + 7) / 8;
}

RankedTensorType checkedType(ArrayRef<int64_t> shape, Type element,
                             Objection &error) {
  int64_t bytes = bytesOfElement(element);
  if (static_cast<int64_t>(shape.size()) > kMostAxes) {
    error = Objection::unsupported(
        formatv("rank {0} is not supported", shape.size()),
        llvm::Twine(kMostAxes));
    return {};
  }
  for (int64_t extent : shape) {
    if (ShapedType::isDynamic(extent))
      continue;
    if (extent < 0) {
      error = formatv("extent {0} is negative", extent);
      return {};
    }
    // A zero extent must not hide the others' size.
    if (llvm::MulOverflow(bytes, std::max<int64_t>(extent, 1), bytes) ||
        bytes > kLargestBytes) {
      error = formatv("a tensor of extents [{0}] exceeds 2^40 bytes",
                      llvm::make_range(shape.begin(), shape.end()));
      return {};
    }
  }
  return RankedTensorType::get(shape, element);
}

} // namespace opc::graph
