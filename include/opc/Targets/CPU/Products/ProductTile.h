//===- ProductTile.h - a register tile with its epilogue --------*- C++ -*-===//
//
// What matmul and conv schedules share: the columns of B in blocks that stay in
// the cache, the tile over them, and the ops after the product, computed on the
// sums while they are in registers.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_PRODUCTS_PRODUCTTILE_H
#define OPC_TARGETS_CPU_PRODUCTS_PRODUCTTILE_H

#include "opc/Numerics/NumericPlan.h"
#include "opc/Targets/CPU/Products/GemmPlan.h"
#include "opc/Targets/CPU/Products/GemmTile.h"
#include "opc/Targets/CPU/Schedules.h"
#include "opc/Targets/CPU/Vector/TileSplit.h"

namespace opc::cpu {

/// How the elements of a product are multiplied.
struct ProductKind {
  mlir::Type accumulator;          ///< element type of the sums
  const MatrixUnit *dot = nullptr; ///< as in GemmTile
  bool oneRounding = true;         ///< GemmTile::fused
  int64_t chains = 0;              ///< GemmShape::chains

  /// The same under `plan`.
  ProductKind under(const NumericPlan &plan) const;

  /// Elements of the reduction that one step takes.
  int64_t group() const { return dot ? dot->k : 1; }
  /// GemmShape::fused: whether one instruction multiplies and adds.
  bool fused() const;
  /// The machine, as it is for sums of this type of elements of `element`: wide
  /// ones take several registers each.
  VectorMachine machineFor(VectorMachine machine, mlir::Type element) const;
};
/// f32, or integers for which the chip has a dot product whose sums are y's
/// elements; nothing for others.
std::optional<ProductKind> productKind(mlir::Value a, mlir::Value b,
                                       mlir::Value y, const TargetDesc &desc);

/// GemmShape::spare of a kernel: what its ops besides the product keep.
int64_t spareRegisters(mlir::func::FuncOp kernel);

/// Neighbouring columns that a tile takes.
struct ColumnPanel {
  mlir::Value first; ///< column (index)
  int64_t vectors = 1;
  /// The lanes that exist of the last vector, or null where all do.
  mlir::Value lastCount;
};

/// The columns of a product, as vectors.
struct ProductColumns {
  mlir::Value extent; ///< number of columns (index)
  int64_t lanes = 16;
  GemmPlan plan;
  /// B is row-major: a panel may begin at any column. The last one then is
  /// moved back to end with the columns (as the parts of a TileSplit are):
  /// masks of lanes would take a register from the tile and slow down loads.
  bool movable = false;

  /// Blocks of vectors, and the vectors of one block.
  TileSplit blocks(LoopBuilder &l) const;
  /// Builds body(panel) for each panel of block `block`. Panels of packed
  /// columns begin at a multiple of `lanes`.
  void forPanels(LoopBuilder &l, mlir::Value block,
                 llvm::function_ref<void(const ColumnPanel &)> body) const;

private:
  void forUnknown(LoopBuilder &l,
                  llvm::function_ref<void(const ColumnPanel &)> body) const;
  ColumnPanel known(LoopBuilder &l, mlir::Value vector, int64_t vectors) const;
};

/// Binds the sums of one row, one vector after the other, to `root` and writes
/// the kernel's results from them. `row` is the position in all but the last
/// axis, `panel` are the columns.
void writeRowSums(KernelWriter &w, mlir::Value root,
                  llvm::ArrayRef<mlir::Value> sums, const ColumnPanel &panel,
                  llvm::ArrayRef<mlir::Value> row);

struct TileShape {
  int64_t rows, vectors, lanes;
};
/// Binds the sums of a tile (rows * vectors, row-major) to `root` and writes
/// the kernel's results from them, as emitProductTile does.
void writeTileSums(
    KernelWriter &w, mlir::Value root, const TileShape &tile,
    llvm::ArrayRef<mlir::Value> sums, const ColumnPanel &panel,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value row)>
        indices);

/// Builds `tile`, binds its sums, rounded to the elements of `root`, to it and
/// writes the kernel's results from them. `indices` gives the position of row i
/// in all but the last axis; `panel` are the tile's columns.
void emitProductTile(
    KernelWriter &w, mlir::Value root, const GemmTile &tile,
    const ColumnPanel &panel,
    llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value row)>
        indices);

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_PRODUCTS_PRODUCTTILE_H
