//===- Contents.h - what is known of small tensors --------------*- C++ -*-===//
//
// Shape arithmetic at import works on these; Contents.cpp has the table of ops.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_CONTENTS_H
#define OPC_LIB_FRONTEND_ONNX_CONTENTS_H

#include "Node.h"

namespace opc::onnx {

/// A small tensor: integers as expressions (null: not known), or reals.
struct Known {
  mlir::Type element;
  Ints shape;
  Dims ints;
  llvm::SmallVector<double> reals;

  bool isReal() const { return isa<mlir::FloatType>(element); }
  size_t size() const { return isReal() ? reals.size() : ints.size(); }
};

/// Nothing where the program must compute the tensor.
using Contents = std::optional<Known>;

/// The shape that all shapes broadcast to.
std::optional<Ints> broadcastShape(llvm::ArrayRef<Known> in);
/// The number of elements of a shape.
int64_t countOf(llvm::ArrayRef<int64_t> shape);
/// The flat index into `from` for the flat index `i` of a broadcast to `to`.
int64_t sourceIndex(llvm::ArrayRef<int64_t> from, llvm::ArrayRef<int64_t> to,
                    int64_t i);

/// Beyond this an overflow could be near.
constexpr int64_t kHuge = int64_t(1) << 40;
/// Whether symbolic arithmetic on operands is safe.
bool isTame(llvm::ArrayRef<AffineExpr> args);

/// Ops that move elements or make some, by the contents of their inputs.
Contents foldConcat(Node &n, llvm::ArrayRef<Known> in);
Contents foldConstantOfShape(Node &n, llvm::ArrayRef<Known> in);
Contents foldExpand(Node &n, llvm::ArrayRef<Known> in);
Contents foldGather(Node &n, llvm::ArrayRef<Known> in);
Contents foldRange(Node &n, llvm::ArrayRef<Known> in);
Contents foldSlice(Node &n, llvm::ArrayRef<Known> in);
Contents foldTranspose(Node &n, llvm::ArrayRef<Known> in);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_CONTENTS_H
