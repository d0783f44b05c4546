//===- TileWriter.h - a kernel as a program of tiles ------------*- C++ -*-===//
#ifndef OPC_TARGETS_TILE_TILEWRITER_H
#define OPC_TARGETS_TILE_TILEWRITER_H

#include "opc/Targets/Tile/TileBuffers.h"
#include <functional>

namespace opc::tile {

class ProductWriter;

/// Writes the kernel: cores take tiles of the axes that are not reduced in
/// turns. Where a reduced axis is known to be one tile all is done in one go;
/// else each reduction walks over the tiles of that axis, and so do results in
/// the end.
/// Where the plan has two buffers, the next tile comes while one is worked on,
/// and the one before goes.
class TileWriter {
public:
  TileWriter(KernelWriter &w, const TileAxes &axes, const TileSteps &steps,
             const TileBuffers &buffers, const TilePlan &plan,
             ProductWriter *product = nullptr);

  void write();

private:
  friend ProductWriter;
  /// Where a tile lies, and how much of it there is.
  struct Place {
    llvm::SmallVector<mlir::Value> outer;
    mlir::OpFoldResult row, rows, column, columns;
    mlir::OpFoldResult one; ///< row of what has only one; 0 where no tile is
  };

  /// A loop's rounds: what they are counted by, and where each works.
  struct Rounds {
    mlir::Value first, last, step;
    std::function<Place(mlir::Value)> at;
  };
  using Tensors = llvm::SmallVector<mlir::Value>;
  /// What a loop carries: of inputs both buffers and the token of the first, of
  /// outputs both buffers and both tokens.
  struct Carried {
    Tensors in, out;
    mlir::ValueRange inArgs, outArgs;
    Tensors yielded;
  };
  using Work = llvm::function_ref<void(const Place &)>;

  mlir::Value extentOf(mlir::AffineExpr expr) { return w.e.expr(expr); }
  mlir::AffineExpr extent(unsigned axis) const {
    return axis == 0 ? axes.rows : axes.columns;
  }
  /// Of the tile's two axes.
  bool isReduced(unsigned axis) const;
  bool isOneTile(unsigned axis) const;
  mlir::Value trips(unsigned axis);
  mlir::OpFoldResult sizeAt(unsigned axis, mlir::Value start);
  void makeBuffers();
  void makeGlobals();
  Place placeOf(mlir::Value tile);
  /// How often an input is copied: as the extents are known to be, not as they
  /// are expected.
  PlanLevel levelOf(mlir::Value input) const;
  Tensors inputsOf(PlanLevel level, const std::vector<bool> &needed) const;

  void inOneGo(mlir::Value first, mlir::Value last, mlir::Value step);
  void inPasses(const Place &place);
  void pass(const Place &place, llvm::ArrayRef<unsigned> wanted,
            const Tensors &results, Work then);

  void loop(const Rounds &rounds, const Tensors &inputs, const Tensors &outputs,
            Work work);
  void overlappedLoop(const Rounds &rounds, const Tensors &inputs,
                      const Tensors &outputs, Work work);
  Tensors withBuffers(const Tensors &all, unsigned count) const;
  Place startRound(const Rounds &rounds, mlir::Value round, Carried &now);
  void endRound(const Place &place, Carried &now);
  Place atOrNothing(const Rounds &rounds, mlir::Value round);
  unsigned bufferOf(mlir::Value tensor) const {
    return buffers.ofValue[steps.valueOf.at(tensor)];
  }
  mlir::Value global(mlir::Value tensor, const Place &place);
  mlir::Value copy(mlir::Value tensor, mlir::Value buffer, const Place &place,
                   bool in);
  void copyNow(llvm::ArrayRef<mlir::Value> tensors, const Place &place,
               bool in);
  std::vector<bool> closureOf(llvm::ArrayRef<unsigned> wanted, bool withTotals);
  void run(const Place &place, const std::vector<bool> &needed);
  void emit(const TileStep &step, const Place &place,
            std::optional<unsigned> into = std::nullopt);
  mlir::Value part(unsigned buffer, const Place &place);
  mlir::Value number(mlir::TypedAttr value);
  mlir::Value numberOf(const TileStep &step);
  KernelWriter &w;
  LoopBuilder &l;
  mlir::OpBuilder &b;
  const TileAxes &axes;
  ProductWriter *product; ///< of the value that no step makes
  const TileSteps &steps;
  const TileBuffers &buffers;
  const TilePlan &plan;
  std::vector<mlir::Value> memory; ///< of each buffer, as it is used now
  std::vector<mlir::Value> other;  ///< its second one; null where there is none
  llvm::DenseMap<mlir::Value, mlir::Value> globals;
  llvm::DenseMap<mlir::Value, mlir::Value>
      numbers; ///< that follow from extents
};

} // namespace opc::tile

#endif // OPC_TARGETS_TILE_TILEWRITER_H
