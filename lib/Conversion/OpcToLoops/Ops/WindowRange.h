//===- WindowRange.h - windows that slide over spatial axes ----------*- C++
//-*-===//
//
// Shared by convolution and pooling: which elements of the padded input a
// window holds.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_WINDOWRANGE_H
#define OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_WINDOWRANGE_H

#include "Rows.h"

namespace opc {

/// Where the axes of a tensor are: the channel, and the first spatial one.
struct LayoutAxes {
  size_t channel, firstSpatial;
};
LayoutAxes layoutAxes(llvm::StringRef layout, size_t rank);

/// The attributes of a window op, one number for each spatial axis.
struct WindowAttrs {
  llvm::ArrayRef<int64_t> strides, dilations, padLow, padHigh;
};
template <typename Op> WindowAttrs windowOf(Op op) {
  return {op.getStrides(), op.getDilations(), op.getPadLow(), op.getPadHigh()};
}

/// The taps [first, last) of a window along one axis that lie within the input,
/// and the position of a tap in the input.
struct WindowRange {
  mlir::Value first, last;
  mlir::Value start; ///< position of tap 0, may be negative
  int64_t dilation;

  mlir::Value position(mlir::Value tap, KernelEmitter &e) const;
};
/// `output` is the index of the window, `taps` the extent of the kernel, and
/// `extent` that of the input, along spatial axis `axis`.
WindowRange windowRange(const WindowAttrs &window, size_t axis,
                        mlir::Value output, mlir::Value taps,
                        mlir::Value extent, KernelEmitter &e);

/// Folds over all taps of `ranges`, the last axis innermost; `body` gets the
/// index of each tap.
llvm::SmallVector<mlir::Value>
foldWindow(llvm::ArrayRef<WindowRange> ranges, mlir::ValueRange initial,
           KernelEmitter &e,
           const std::function<llvm::SmallVector<mlir::Value>(
               mlir::ValueRange taps, mlir::ValueRange carried)> &body);

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_WINDOWRANGE_H
