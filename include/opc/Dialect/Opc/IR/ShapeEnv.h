//===- ShapeEnv.h - extents as expressions over symbols ---------*- C++ -*-===//
//
// A function's unknown extents are symbols s0, s1, ... Its attribute
// "opc.symbols" holds their names (an array of strings, "" where nobody named
// one); the argument attribute "opc.dims" holds each argument's extents as a
// map `affine_map<()[s0, s1] -> (s0, 3, s1)>`. A symbol gets its value where it
// first stands alone in an argument's extents, or from an opc.bind_* op.
// Expressions are uniqued and folded by MLIR, so equal extents compare equal.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_IR_SHAPEENV_H
#define OPC_DIALECT_OPC_IR_SHAPEENV_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include "opc/Dialect/Opc/IR/Access.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <memory>
#include <optional>

namespace opc {

/// One expression for each axis (or for each element of a small tensor).
using Dims = llvm::SmallVector<mlir::AffineExpr, 4>;

/// Extents and small integer contents of the values of one function. Results
/// are remembered; call invalidate() after changing ops in place, and forget()
/// before one is erased.
class ShapeEnv {
public:
  explicit ShapeEnv(mlir::MLIRContext *context) : context(context) {}

  mlir::MLIRContext *getContext() const { return context; }
  mlir::AffineExpr constant(int64_t value) const;
  mlir::AffineExpr symbol(unsigned index) const;

  /// The extents of `value`, one for each axis. Null expressions stand for
  /// extents that nothing explains (an unregistered producer). They stay where
  /// they are, whatever else is asked, until this value's are set anew, or
  /// invalidate() or forget().
  const Dims &dims(mlir::Value value);
  mlir::AffineExpr dim(mlir::Value value, int64_t axis);
  /// Number of elements.
  mlir::AffineExpr size(mlir::Value value);

  /// The elements of a small integer tensor in row-major order, where all of
  /// them are known as expressions; at most `contentsLimit` elements.
  std::optional<Dims> contents(mlir::Value value);
  static constexpr int64_t contentsLimit = 64;

  /// What an element of the op's result reads; null where it is no AccessOp, or
  /// cannot say.
  const Accesses *accesses(mlir::Operation *op);

  /// States the extents of a value, e.g. of a block argument under
  /// construction.
  void setDims(mlir::Value value, Dims dims);
  void invalidate();
  /// Another op may come to lie where this one lay.
  void forget(mlir::Operation *op);

private:
  Dims compute(mlir::Value value);

  mlir::MLIRContext *context;
  llvm::DenseMap<mlir::Value, std::shared_ptr<const Dims>> known;
  llvm::DenseMap<mlir::Value, std::optional<Dims>> knownContents;
  llvm::DenseMap<mlir::Operation *, std::shared_ptr<const Accesses>>
      knownAccesses;
};

/// The product of expressions; 1 for none.
mlir::AffineExpr product(mlir::MLIRContext *context,
                         llvm::ArrayRef<mlir::AffineExpr> exprs);
/// The constant that `expr` is, if it is one.
std::optional<int64_t> constantOf(mlir::AffineExpr expr);
/// All expressions as constants, or nothing.
std::optional<llvm::SmallVector<int64_t>>
constantsOf(llvm::ArrayRef<mlir::AffineExpr> exprs);
/// A tensor type with constants as static and all else as dynamic extents.
mlir::RankedTensorType tensorType(llvm::ArrayRef<mlir::AffineExpr> dims,
                                  mlir::Type element);
/// The attribute form of expressions: a map without dims whose results they
/// are.
mlir::AffineMap toMap(mlir::MLIRContext *context,
                      llvm::ArrayRef<mlir::AffineExpr> exprs);
Dims toDims(mlir::AffineMap map);
/// The extents that `type` alone tells; null where it is dynamic.
Dims staticDims(mlir::MLIRContext *context, mlir::RankedTensorType type);

/// The shape to which `shapes`, of any ranks, broadcast as numpy does, whatever
/// their order. An extent is null where constants differ, or where nothing
/// proves that the extents fit (see opc.bind_broadcast).
Dims broadcastDims(llvm::ArrayRef<llvm::ArrayRef<mlir::AffineExpr>> shapes);

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_SHAPEENV_H
