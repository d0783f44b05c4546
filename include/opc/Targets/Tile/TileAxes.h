//===- TileAxes.h - a kernel's axes as rows and columns of tiles -*- C++
//-*-===//
#ifndef OPC_TARGETS_TILE_TILEAXES_H
#define OPC_TARGETS_TILE_TILEAXES_H

#include "opc/Targets/Schedule/ProductForm.h"

namespace opc::tile {

/// Along which axes of a tile a value has more than one element.
struct Spread {
  bool rows = false, columns = false;

  bool operator==(const Spread &other) const = default;
  Spread with(Spread other) const {
    return {rows || other.rows, columns || other.columns};
  }
};

/// Which of a tile's axes is reduced.
enum class ReducedAxis { None, Rows, Columns };

/// The last two axes of what a kernel walks over, after neighbours were merged:
/// tiles are made of these. Those before are walked one by one.
class TileAxes {
public:
  /// Sets `axes` where the kernel is one of element-wise ops, and of reductions
  /// along one of the two; else says why not. With `product` they are those of
  /// its result, which ops follow element by element.
  static ScheduleResult of(KernelForm &kernel, std::optional<TileAxes> &axes,
                           const ProductForm *product = nullptr);

  mlir::AffineExpr rows, columns;
  Dims outer;
  ReducedAxis reduced = ReducedAxis::None;
  MergedAxes merged;
  mlir::Operation *product = nullptr;

  /// How many elements there are to walk over, or totals to make.
  mlir::AffineExpr elements() const;
  /// Whether an argument is read as the product's operand alone, which has
  /// other axes.
  bool isOperandOfProduct(mlir::Value argument) const;
  /// Where the value is reduced or was, along the reduced axis: none.
  Spread spreadOf(mlir::Value value) const;
  /// The value's extents along `outer`, 1 where it is broadcast.
  llvm::ArrayRef<mlir::AffineExpr> outerOf(mlir::Value value) const;
  /// Its extents of rows and columns.
  mlir::AffineExpr rowsOf(mlir::Value value) const;
  mlir::AffineExpr columnsOf(mlir::Value value) const;

private:
  explicit TileAxes(MergedAxes merged) : merged(std::move(merged)) {}
  /// Extents of each value along all axes; false where one is no broadcast.
  bool see(KernelForm &kernel, const Dims &domain);

  llvm::DenseMap<mlir::Value, Dims> extents;
};

} // namespace opc::tile

#endif // OPC_TARGETS_TILE_TILEAXES_H
