//===- TileProduct.h - a product of matrices on tiles -----------*- C++ -*-===//
//
// A tile of the result is made by a matrix unit, tile of the reduction by tile;
// where its accumulator lies with the vectors, what follows element by element
// is done before the tile is copied out.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_TILE_TILEPRODUCT_H
#define OPC_TARGETS_TILE_TILEPRODUCT_H

#include "opc/Targets/Schedule/ProductForm.h"
#include "opc/Targets/Tile/TileWriter.h"

namespace opc::tile {

/// The product that leads a kernel, and the unit that makes it.
struct TileProduct {
  ProductForm form;
  MmaUnit unit;
  int64_t rowBytes = 1; ///< what rows of tiles are a multiple of

  /// Sets `product` where a unit whose operands lie with the vectors makes it
  /// in the order of its plan; else says why not.
  static ScheduleResult of(KernelForm &kernel, const Machine &machine,
                           std::optional<TileProduct> &product);
  /// Adds the axis that is reduced, and the operands behind those that `plan`
  /// has.
  void addTo(PlanKernel &plan) const;
};

/// Writes the product of one tile, from buffers that are there for all.
class ProductWriter {
public:
  /// `first`: the first of the plan's buffers that is an operand's.
  ProductWriter(KernelWriter &w, const TileAxes &axes,
                const TileProduct &product, const TilePlan &plan, size_t first);

  using Place = TileWriter::Place;
  /// c = a * b at `place`.
  void write(const Place &place, mlir::Value c);

private:
  /// One of the two: its tensor, and where tiles of it come in and are read.
  struct Operand {
    mlir::Value tensor;
    bool transposed = false;
    mlir::Value arrival, memory; ///< the same where it is not transposed
  };
  /// Rows and columns, as the product has them.
  using Pair = std::array<mlir::OpFoldResult, 2>;

  Operand operand(mlir::Value tensor, bool transposed, size_t &next);
  mlir::Value buffer(mlir::Value tensor, size_t number);
  mlir::Value matrix(const Operand &operand, const Place &place);
  mlir::Value part(mlir::Value whole, Pair sizes);
  mlir::Value bring(const Operand &operand, mlir::Value matrix, Pair at,
                    Pair sizes);
  mlir::OpFoldResult stepsFrom(mlir::Value start);
  mlir::Value turned(const Operand &operand, Pair sizes);

  KernelWriter &w;
  LoopBuilder &l;
  mlir::OpBuilder &b;
  const TileAxes &axes;
  const TileProduct &product;
  const TilePlan &plan;
  Operand left, right;
};

} // namespace opc::tile

#endif // OPC_TARGETS_TILE_TILEPRODUCT_H
