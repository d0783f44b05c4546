//===- MatrixTile.h - units that multiply whole tiles -----------*- C++ -*-===//
//
// Tile registers of `m` rows and `n` 32-bit columns, and instructions that add
// the product of two of them to a third: the units of more than one row in a
// chip's description. Packed weights [columns / n][reduction / group][n][group]
// hold the tiles of B one after the other.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_PRODUCTS_MATRIXTILE_H
#define OPC_TARGETS_CPU_PRODUCTS_MATRIXTILE_H

#include "mlir/IR/Builders.h"
#include "opc/Targets/Core/TargetDesc.h"

namespace opc::cpu {

/// The chip's first unit of several rows for elements of `a` and `b` (spelled
/// as in MatrixUnit) whose instruction is known here, or null.
const MatrixUnit *tileUnitFor(const TargetDesc &desc, llvm::StringRef a,
                              llvm::StringRef b);

/// Elements of the reduction that share 32 bits.
int64_t groupOf(const MatrixUnit &unit);

/// Instructions on the registers of one unit, built at the insertion point.
/// Registers are numbers from 0 to 7.
class TileRegisters {
public:
  TileRegisters(mlir::OpBuilder &b, mlir::Location loc, const MatrixUnit &unit)
      : b(b), loc(loc), unit(unit) {}

  /// Sets the registers up: `tallRows` (index, at least 1) in those below
  /// `firstOfB`, the rows that a tile of B has in the others. `memory` is a
  /// memref<64xi8>, aligned, for the instruction to read.
  void configure(mlir::Value memory, mlir::Value tallRows, int64_t firstOfB);
  void release();
  void zero(int64_t tile);
  /// Rows of 64 bytes from element `at` of a flat memref on; one begins
  /// `rowStep` elements behind the one before. Both are index.
  void load(int64_t tile, mlir::Value memory, mlir::Value at,
            mlir::Value rowStep);
  void store(int64_t tile, mlir::Value memory, mlir::Value at,
             mlir::Value rowStep);
  /// sums += a * b
  void multiplyAdd(int64_t sums, int64_t a, int64_t b);

private:
  void call(llvm::StringRef intrinsic, mlir::ValueRange operands);
  mlir::Value number(int64_t tile);
  mlir::Value address(mlir::Value memory, mlir::Value at);
  mlir::Value bytes(mlir::Value memory, mlir::Value elements);

  mlir::OpBuilder &b;
  mlir::Location loc;
  const MatrixUnit &unit;
};

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_PRODUCTS_MATRIXTILE_H
