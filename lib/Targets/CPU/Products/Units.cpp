//===- Units.cpp - a chip's units by what they multiply -------------------===//
#include "opc/Targets/CPU/Products/Units.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Support/DebugStringHelper.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
namespace opc::cpu {

std::string elementSpelling(Value tensor) {
  return debugString(getElementTypeOrSelf(tensor));
}

const MatrixUnit *findUnit(const TargetDesc &desc, StringRef a, StringRef b,
                           llvm::function_ref<bool(const MatrixUnit &)> known) {
  const MatrixUnit *found =
      llvm::find_if(desc.matrixUnits, [&](const MatrixUnit &unit) {
        return unit.a == a && unit.b == b && known(unit);
      });
  return found == desc.matrixUnits.end() ? nullptr : found;
}

} // namespace opc::cpu
