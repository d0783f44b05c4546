//===- SliceStarts.cpp - Where slices start as symbols --------------------===//
#include "SliceStarts.h"

using namespace mlir;
using namespace opc;

/// Whether a slice starts at a constant that may be another where all extents
/// are the same: not where it takes the whole axis.
static bool isFree(SliceOp slice, unsigned axis) {
  auto extent = [&](Value value) {
    return cast<RankedTensorType>(value.getType()).getDimSize(axis);
  };
  int64_t from = extent(slice.getX()), to = extent(slice.getY());
  return constantOf(slice.getStarts().getResult(axis)) &&
         (from != to || ShapedType::isDynamic(from));
}

bool opc::hasStarts(func::FuncOp kernel) {
  return llvm::any_of(kernel.getOps<SliceOp>(), [](SliceOp slice) {
    return llvm::any_of(llvm::seq(slice.getStarts().getNumResults()),
                        [&](unsigned axis) { return isFree(slice, axis); });
  });
}

SmallVector<AffineExpr> opc::liftStarts(func::FuncOp kernel) {
  MLIRContext *context = kernel.getContext();
  auto symbols = llvm::to_vector(
      kernel->getAttrOfType<ArrayAttr>(kSymbolsAttr).getValue());
  SmallVector<AffineExpr> values;
  for (SliceOp slice : kernel.getOps<SliceOp>()) {
    Dims starts = toDims(slice.getStarts());
    for (auto [axis, start] : llvm::enumerate(starts)) {
      if (!isFree(slice, axis))
        continue;
      values.push_back(start);
      start = getAffineSymbolExpr(symbols.size(), context);
      symbols.push_back(StringAttr::get(context));
    }
    slice.setStartsAttr(AffineMapAttr::get(toMap(context, starts)));
  }
  kernel->setAttr(kSymbolsAttr, ArrayAttr::get(context, symbols));
  return values;
}
