//===- DescribeOperands.cpp - Tensors as messages name them ---------------===//
#include "opc/Frontend/Graph/DescribeOperands.h"
#include "opc/Frontend/Graph/ElementTypes.h"
#include "opc/Frontend/Graph/Emitter.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

std::string opc::graph::shapeText(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto extents = llvm::map_to_vector(type.getShape(), [](int64_t extent) {
    return ShapedType::isDynamic(extent) ? "?" : std::to_string(extent);
  });
  return "[" + llvm::join(extents, ", ") + "]";
}

void opc::graph::describeOperands(ArrayRef<Value> tensors,
                                  runtime::Diagnostic &diagnostic) {
  SmallVector<std::string> types, shapes;
  for (Value tensor : tensors) {
    if (!tensor)
      continue;
    types.push_back(dtypeName(Emitter::elementOf(tensor)));
    shapes.push_back(shapeText(tensor));
  }
  diagnostic.dtype = llvm::join(types, ", ");
  diagnostic.shape = llvm::join(shapes, ", ");
}
