//===- DotProduct.h - instructions that add up products ---------*- C++ -*-===//
//
// sum[lane] += a[lane][0] * b[lane][0] + ... + a[lane][k - 1] * b[lane][k - 1]:
// the units of one row (m is 1) in a chip's description, and the instructions
// behind their names.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_PRODUCTS_DOTPRODUCT_H
#define OPC_TARGETS_CPU_PRODUCTS_DOTPRODUCT_H

#include "mlir/IR/Builders.h"
#include "opc/Targets/Core/TargetDesc.h"

namespace opc::cpu {

/// The chip's first unit of one row for elements of `a` and `b` (spelled as in
/// MatrixUnit) whose instruction is known here, or null.
const MatrixUnit *dotUnitFor(const TargetDesc &desc, llvm::StringRef a,
                             llvm::StringRef b);

/// Whether one instruction multiplies and adds to the sum.
bool addsToSum(const MatrixUnit &unit);

/// `sum` (vector<n x acc>) plus the products of `a` and `b` (vector<n * k>, the
/// k that one lane adds up side by side).
mlir::Value emitDot(mlir::OpBuilder &b, mlir::Location loc,
                    const MatrixUnit &unit, mlir::Value sum, mlir::Value x,
                    mlir::Value y);

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_PRODUCTS_DOTPRODUCT_H
