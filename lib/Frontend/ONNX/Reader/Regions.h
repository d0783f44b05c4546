//===- Regions.h - ops that own translated graphs ---------------*- C++ -*-===//
//
// What If, Loop and Scan share: their results, and the values that a body
// carries, may have extents that differ from run to run; such extents are
// symbols, bound after the op or at the top of the body.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_REGIONS_H
#define OPC_LIB_FRONTEND_ONNX_READER_REGIONS_H

#include "Node.h"

namespace opc::onnx {

/// Symbols that the function has so far.
unsigned symbolCount(Node &n);
/// Whether an expression uses only symbols below `count`, those that were there
/// before a region.
bool visibleOutside(AffineExpr e, unsigned count);

/// Extents of values that are about to be made: those that nothing is known of
/// (null) get symbols.
class OpenExtents {
public:
  OpenExtents(Node &n, ArrayRef<Dims> known);

  ArrayRef<Dims> dims() const { return all; }
  /// Binds the symbols to the extents of the values, now that they are there.
  void bind(mlir::ValueRange values);

private:
  struct Open {
    size_t value;
    int64_t axis;
  };
  Node &n;
  SmallVector<Dims> all;
  SmallVector<Open> open;
};

/// One map for each value, as the ops' attributes have them.
mlir::ArrayAttr mapsOf(Node &n, ArrayRef<Dims> all);
/// Ends a region.
void yield(Node &n, ArrayRef<Value> values);
/// Creates the op that owns the regions in `os`.
mlir::Operation *createOwner(Node &n, mlir::OperationState &os,
                             ArrayRef<Dims> dims, ArrayRef<Type> elements);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_REGIONS_H
