//===- Units.h - a chip's units by what they multiply -----------*- C++ -*-===//
#ifndef OPC_TARGETS_CPU_PRODUCTS_UNITS_H
#define OPC_TARGETS_CPU_PRODUCTS_UNITS_H

#include "mlir/IR/Value.h"
#include "opc/Targets/Core/TargetDesc.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace opc::cpu {

/// A tensor's elements as MatrixUnit spells them.
std::string elementSpelling(mlir::Value tensor);

/// The chip's first unit for elements of `a` and `b` (spelled as in MatrixUnit)
/// that `known` holds of, or null.
const MatrixUnit *findUnit(const TargetDesc &desc, llvm::StringRef a,
                           llvm::StringRef b,
                           llvm::function_ref<bool(const MatrixUnit &)> known);

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_PRODUCTS_UNITS_H
