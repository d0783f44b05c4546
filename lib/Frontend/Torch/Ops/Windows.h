//===- Windows.h - what rows over windows share -----------------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_TORCH_OPS_WINDOWS_H
#define OPC_LIB_FRONTEND_TORCH_OPS_WINDOWS_H

#include "PromotedOperands.h"
#include "opc/Frontend/Graph/Layers/Convolution.h"

namespace opc::torch {

/// A list with a number for each spatial axis; one number is for all of them,
/// and none is `absent`.
Ints perAxis(Node &n, StringRef name, int64_t axes, const Ints &absent);

/// Elements [begin, end) of an axis.
struct Part {
  int64_t begin, end;
  int64_t extent() const { return end - begin; }
};
/// Part `i` of `count`, in which adaptive pools cut `extent` elements: they may
/// overlap by one.
Part adaptivePart(int64_t i, int64_t extent, int64_t count);

/// Scales of resampling, one for each axis: 0 where the node gives none.
SmallVector<double> readScales(Node &n, int64_t spatial);

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_OPS_WINDOWS_H
