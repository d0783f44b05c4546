//===- ProductForm.cpp - a product's extents and operands ---------------===//
#include "opc/Targets/Schedule/ProductForm.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
namespace opc {

std::optional<ProductForm> ProductForm::of(Operation *op, ShapeEnv &env) {
  if (!isa<PackedMatmulOp, MatmulOp>(op))
    return std::nullopt;
  ProductForm p;
  p.op = op;
  p.a = op->getOperand(0);
  p.b = op->getOperand(1);
  const Dims &result = env.dims(op->getResult(0));
  p.columns = result.back();
  if (auto packed = dyn_cast<PackedMatmulOp>(op)) {
    p.packed = true;
    p.reduction = env.dims(p.a).back();
    p.rows.assign(result.begin(), result.end() - 1);
    return p;
  }
  auto matmul = cast<MatmulOp>(op);
  p.transposeA = matmul.getTransposeA();
  p.transposeB = matmul.getTransposeB();
  const Dims &b = env.dims(p.b), &a = env.dims(p.a);
  p.reduction = b[b.size() - (p.transposeB ? 1 : 2)];
  size_t shared = result.size() - 2;
  bool plainB = b.size() == 2 && !p.transposeA && a.size() == result.size();
  if (plainB)
    shared = 0;
  p.batch.assign(result.begin(), result.begin() + shared);
  p.rows.assign(result.begin() + shared, result.end() - 1);
  return p;
}

/// Where an operand has its matrix for batch `index` of `count`, along an axis
/// on which it has `extent` of them: as many, or one for all.
static Value batchIndex(KernelWriter &w, AffineExpr extent, AffineExpr count,
                        Value index) {
  if (extent == count)
    return index;
  LoopBuilder &l = w.l;
  return l.select(l.less(l.index(1), w.e.expr(extent)), index, l.index(0));
}

Value matrixAt(KernelWriter &w, const ProductForm &p, Value operand,
               ArrayRef<Value> index) {
  const Dims &dims = w.env.dims(operand);
  ArrayRef<AffineExpr> own = ArrayRef(dims).drop_back(2);
  if (p.batch.empty() || own.empty())
    return w.l.index(0);
  SmallVector<Value> at;
  size_t rank = own.size();
  for (auto [extent, count, i] :
       llvm::zip(own, ArrayRef(p.batch).take_back(rank), index.take_back(rank)))
    at.push_back(batchIndex(w, extent, count, i));
  Value size =
      w.l.mul(w.e.expr(dims[dims.size() - 1]), w.e.expr(dims[dims.size() - 2]));
  return w.l.mul(w.e.linearize(at, own), size);
}

} // namespace opc
