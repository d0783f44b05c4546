//===- ProductForm.h - a product's extents and operands -------*- C++ -*-===//
#ifndef OPC_TARGETS_SCHEDULE_PRODUCTFORM_H
#define OPC_TARGETS_SCHEDULE_PRODUCTFORM_H

#include "opc/Targets/Schedule/KernelWriter.h"

namespace opc {

/// The product's extents and how its operands lie. All leading axes of a are
/// rows where b has none.
struct ProductForm {
  mlir::Operation *op = nullptr;
  mlir::Value a, b;
  Dims batch; ///< axes that a, b (broadcast) and the result share
  Dims rows;  ///< axes of the result whose product is M
  mlir::AffineExpr columns, reduction;
  bool packed = false, transposeA = false, transposeB = false;

  /// That of opc.matmul or opc.packed_matmul; nothing for other ops.
  static std::optional<ProductForm> of(mlir::Operation *op, ShapeEnv &env);
};

/// Position of the operand's matrix for the batch at `index`, one for each of
/// the product's batch axes.
mlir::Value matrixAt(KernelWriter &w, const ProductForm &p, mlir::Value operand,
                     llvm::ArrayRef<mlir::Value> index);

} // namespace opc

#endif // OPC_TARGETS_SCHEDULE_PRODUCTFORM_H
