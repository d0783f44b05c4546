//===- TileWriter.h - a kernel as a program of tiles ------------*- C++ -*-===//
#ifndef OPC_TARGETS_TILE_TILEWRITER_H
#define OPC_TARGETS_TILE_TILEWRITER_H

#include "opc/Targets/Tile/TileBuffers.h"

namespace opc::tile {

/// Writes the kernel: cores take tiles of the axes that are not reduced in
/// turns. Where a reduced axis is known to be one tile all is done in one go;
/// else each reduction walks over the tiles of that axis, and so do results in
/// the end.
class TileWriter {
public:
  TileWriter(KernelWriter &w, const TileAxes &axes, const TileSteps &steps,
             const TileBuffers &buffers, const TilePlan &plan);

  void write();

private:
  /// Where a tile lies, and how much of it there is.
  struct Place {
    llvm::SmallVector<mlir::Value> outer;
    mlir::OpFoldResult row, rows, column, columns;
  };

  mlir::Value extentOf(mlir::AffineExpr expr) { return w.e.expr(expr); }
  mlir::Value trips(unsigned axis);
  mlir::OpFoldResult sizeAt(unsigned axis, mlir::Value start);
  void makeBuffers();
  void writeTile(mlir::Value tile);
  void inOneGo(Place place);
  void inPasses(Place place);
  void pass(Place place, llvm::ArrayRef<unsigned> wanted,
            llvm::function_ref<void(const Place &)> then);
  mlir::Value global(mlir::Value tensor, const Place &place);
  void copyIn(const Place &place, const std::vector<bool> &needed);
  void copyOut(const Place &place, llvm::ArrayRef<mlir::Value> results);
  std::vector<bool> closureOf(llvm::ArrayRef<unsigned> wanted, bool withTotals);
  void run(const Place &place, const std::vector<bool> &needed);
  void emit(const TileStep &step, const Place &place,
            std::optional<unsigned> into = std::nullopt);
  mlir::Value part(unsigned buffer, const Place &place);
  mlir::Value number(mlir::TypedAttr value);
  void starts(mlir::Value tensor, const Place &place,
              llvm::SmallVectorImpl<mlir::OpFoldResult> &at,
              llvm::SmallVectorImpl<mlir::OpFoldResult> &sizes);

  KernelWriter &w;
  LoopBuilder &l;
  mlir::OpBuilder &b;
  const TileAxes &axes;
  const TileSteps &steps;
  const TileBuffers &buffers;
  const TilePlan &plan;
  std::vector<mlir::Value> memory; ///< of each buffer
  llvm::DenseMap<mlir::Value, mlir::Value> globals;
};

} // namespace opc::tile

#endif // OPC_TARGETS_TILE_TILEWRITER_H
