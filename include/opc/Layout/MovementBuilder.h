//===- MovementBuilder.h - building movement ops ------------------*- C++
//-*-===//
//
// What the layout passes build with: ops whose types follow from extents.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LAYOUT_MOVEMENTBUILDER_H
#define OPC_LAYOUT_MOVEMENTBUILDER_H

#include "opc/Dialect/Opc/IR/OpcDialect.h"

namespace opc {

struct MovementBuilder {
  mlir::OpBuilder &b;
  mlir::Location loc;
  ShapeEnv &env;

  /// Axis k of the result is axis perm[k] of x; x itself where nothing moves.
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> perm);
  /// The last two axes change places.
  mlir::Value swapLast(mlir::Value x);
  /// x itself where it has such elements; integers wrap.
  mlir::Value cast(mlir::Value x, mlir::Type element);
  /// x itself where the extents are equal.
  mlir::Value reshape(mlir::Value x, Dims dims);
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> dims);
  /// [K, N] -> [ceil(N / lanes), K, lanes], zero where there is no column; with
  /// a group, [ceil(N / lanes), K / group, lanes, group].
  mlir::Value packColumns(mlir::Value matrix, int64_t lanes, int64_t group = 1);
  /// Zeros around the elements of every axis, `low` before them (none where it
  /// is empty), up to `dims`; x itself where that is no more than it has.
  mlir::Value pad(mlir::Value x, Dims dims, llvm::ArrayRef<int64_t> low = {});
  /// The same along one axis.
  mlir::Value padTo(mlir::Value x, int64_t axis, int64_t extent);
  /// `dims` elements from `starts` on, each `steps` after the one before it (1
  /// where it is empty); x itself where that is all of it.
  mlir::Value slice(mlir::Value x, llvm::ArrayRef<int64_t> starts, Dims dims,
                    llvm::ArrayRef<int64_t> steps = {});
  /// One after the other along `axis`; x itself where it is alone.
  mlir::Value concat(llvm::ArrayRef<mlir::Value> parts, int64_t axis);
  /// The last element of axis `axis` (of known extent) first.
  mlir::Value reverse(mlir::Value x, int64_t axis);
};

inline mlir::RankedTensorType typeOf(mlir::Value tensor) {
  return mlir::cast<mlir::RankedTensorType>(tensor.getType());
}

/// An op of the class `Op`, its result's type inferred from its extents.
template <typename Op>
Op createInferred(MovementBuilder &m, mlir::ValueRange operands,
                  llvm::ArrayRef<mlir::NamedAttribute> attributes,
                  mlir::Type element) {
  mlir::OperationState state(m.loc, Op::getOperationName());
  state.addOperands(operands);
  state.addAttributes(attributes);
  state.addTypes(mlir::RankedTensorType::get({}, element));
  auto op = mlir::cast<Op>(m.b.create(state));
  llvm::SmallVector<Dims> dims;
  if (mlir::succeeded(
          mlir::cast<ShapedOp>(op.getOperation()).inferDims(m.env, dims)))
    op->getResult(0).setType(tensorType(dims.front(), element));
  return op;
}

llvm::SmallVector<int64_t> inversePermutation(llvm::ArrayRef<int64_t> perm);
/// [0, 2, 3, 1] and [0, 3, 1, 2] for rank 4.
llvm::SmallVector<int64_t> toChannelsLast(int64_t rank);
llvm::SmallVector<int64_t> toChannelsFirst(int64_t rank);

/// Erases ops whose results nobody uses. Layout passes leave what they replace
/// until their end: a ShapeEnv knows values by address.
void eraseUnused(mlir::Operation *root);

/// Whether the value is one matrix of known extents (axes before it are 1):
/// weights that products pack.
bool isSingleMatrix(mlir::Value value);

/// Whether `value` is a constant or moved from one.
bool isConstantData(mlir::Value value);

} // namespace opc

#endif // OPC_LAYOUT_MOVEMENTBUILDER_H
