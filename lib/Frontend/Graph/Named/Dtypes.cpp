//===- Dtypes.cpp - element types by name ---------------------------------===//
#include "opc/Frontend/Graph/Named/Dtypes.h"
#include "mlir/IR/Builders.h"
#include "opc/Frontend/Graph/ElementTypes.h"

using namespace mlir;

namespace opc::graph {

Type elementNamed(MLIRContext *context, llvm::StringRef name) {
  Builder b(context);
  SmallVector<Type> types{b.getI1Type(), b.getF16Type(), b.getBF16Type(),
                          b.getF32Type(), b.getF64Type()};
  for (unsigned bits : {8, 16, 32, 64}) {
    types.push_back(b.getIntegerType(bits));
    types.push_back(b.getIntegerType(bits, /*isSigned=*/false));
  }
  for (Type type : types)
    if (dtypeName(type) == name)
      return type;
  return {};
}

} // namespace opc::graph
