//===- Access.h - which elements an op reads --------------------*- C++ -*-===//
//
// What an AccessOp says of the element of its result at (d0, d1, ...): where in
// its operands the elements lie that it is made of. The index arithmetic of an
// op is written here once; loops, vectors, folding and fusion derive theirs.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_IR_ACCESS_H
#define OPC_DIALECT_OPC_IR_ACCESS_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace opc {

/// Expressions over d0, d1, ... and the symbols of the function.
using Exprs = llvm::SmallVector<mlir::AffineExpr, 4>;

/// An index that is data: the element of an operand at `at`. Negative ones
/// count from the back of `extent`; one out of range is a fault of the run.
struct PickedIndex {
  unsigned operand = 0;
  Exprs at;
  mlir::AffineExpr extent;
};

/// One element of one operand.
struct Access {
  unsigned operand = 0;
  /// Its index along each axis of the operand. Beyond the axes of the result, a
  /// dim stands for an entry of `picked`.
  Exprs at;
  /// The same as a row-major position, where the op says that more simply.
  mlir::AffineExpr position;
  /// Axes of the operand along which `at` may lie outside of it; there is then
  /// no such element.
  llvm::SmallVector<unsigned, 2> guarded;
  llvm::SmallVector<PickedIndex, 1> picked;
};
using Accesses = llvm::SmallVector<Access, 2>;

/// What an IterationOp says of the element of its result at (d0, ..., dr-1): it
/// is combined of what is read at every position (dr, ...) along further axes.
struct Iteration {
  /// The extents of these axes, outermost first: elements are combined in
  /// row-major order, where the order counts.
  Exprs combined;
  /// One access: its elements are combined. Two: their products are. A guarded
  /// index moves along one combined axis alone, and forward: what lies inside
  /// is a range of it, and nothing else is combined.
  Accesses accesses;
};

/// How far `expr` moves when each d_i moves by steps[i]; nothing where that is
/// no constant.
std::optional<int64_t> stepOf(mlir::AffineExpr expr,
                              llvm::ArrayRef<int64_t> steps);
/// The same for the index along each axis of an access. What it picks must stay
/// where it is.
std::optional<llvm::SmallVector<int64_t>>
stepsOf(const Access &access, llvm::ArrayRef<int64_t> steps);

/// Where the element at (d0, d1, ...) of extents `to` lies in a tensor of
/// extents `from` that numpy broadcasts to them: at 0 along axes of extent 1.
/// Where only the run knows whether an extent is 1, the index is multiplied by
/// 0 or by 1.
Exprs broadcastPlace(llvm::ArrayRef<mlir::AffineExpr> from,
                     llvm::ArrayRef<mlir::AffineExpr> to);

/// Whether only the run knows that an axis of extent `from` is one of extent
/// `to`, rather than broadcast to it.
bool isOpenBroadcast(mlir::AffineExpr from, mlir::AffineExpr to);
/// The last axis that is not known to have the extent 1, along which vectors
/// run; 0 where there is none.
size_t innermostAxis(llvm::ArrayRef<mlir::AffineExpr> extents);

/// Whether an op moves elements of its operands and computes none.
bool isMovement(mlir::Operation *op);

/// Where the axes of an image are: the channel, and the first spatial one.
struct LayoutAxes {
  size_t channel, firstSpatial;
};
/// Of a tensor of such a rank whose layout is "NCHW" or "NHWC".
LayoutAxes layoutAxes(llvm::StringRef layout, size_t rank);

class ShapeEnv;
/// Of each operand, the element that broadcasts to the place of the result.
Accesses broadcastAccesses(mlir::Operation *op, ShapeEnv &env);
/// The axes along which a ReductionOp combines its operand.
Iteration iterationOfReduction(mlir::Operation *reduce, ShapeEnv &env);
/// Whether all that an op reads is said so, whatever the extents are.
bool broadcastsOperands(mlir::Operation *op);
/// Whether an op reads whole operands at the place of the result, or at 0 along
/// axes of extent 1.
bool readsAlongAxes(mlir::Operation *op, ShapeEnv &env);

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_ACCESS_H
