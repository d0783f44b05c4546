//===- WindowGeometry.h - strides, dilations and padding of ONNX nodes --*- C++
//-*-===//
//
// Attributes that convolution and pooling share, auto_pad resolved.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_OPS_WINDOWGEOMETRY_H
#define OPC_LIB_FRONTEND_ONNX_OPS_WINDOWGEOMETRY_H

#include "Reader/Node.h"

namespace opc::onnx {

struct Window {
  Ints kernel, strides, dilations, low, high;

  int64_t spatial() const { return kernel.size(); }
  /// Extent that the kernel covers on a spatial axis.
  int64_t span(int64_t i) const { return (kernel[i] - 1) * dilations[i] + 1; }
  /// strides, dilations, pad_low and pad_high, and what else is given.
  SmallVector<std::pair<StringRef, Attribute>>
  attributes(Node &n, Attrs more = {}) const;
};

/// Reads strides, dilations, pads and auto_pad for x [N, C, spatial...]. Where
/// auto_pad meets an extent that is not known, x is padded with `filler`
/// explicitly (and replaced); a null filler refuses that.
std::optional<Window> readWindow(Node &n, Value &x, const Ints &kernel,
                                 Value filler);
/// A list attribute of `count` numbers in [least, 2^31).
Ints windowList(Node &n, StringRef name, int64_t count, int64_t absent,
                int64_t least);
/// Padding before and after each spatial axis; fails where auto_pad, `mode`, is
/// not known or stands beside it.
Ints readPads(Node &n, int64_t spatial, StringRef mode);
/// The kernel_shape attribute, which must be there.
Ints kernelOf(Node &n, Value x);
/// How far the window of one axis may move over an extent, beyond whose padding
/// it may reach by `beyond`.
AffineExpr windowRange(Node &n, AffineExpr extent, const Window &w, int64_t i,
                       int64_t beyond = 0);
/// Extents of pooling x, with the last window inside where `ceil` hangs over.
Dims pooledDims(Node &n, Value x, const Window &w, bool ceil);

/// Kernel extents of w [M, C/group, kernel...] that fits x.
std::optional<Ints> convKernel(Node &n, Value x, Value w);
/// The node's convolution of x and w, with results of type `element`.
Value convolve(Node &n, Value x, Value w, Value filler, Type element);
/// y [N, C, ...] plus bias [C]; a null bias adds nothing.
Value addChannelBias(Node &n, Value y, Value bias);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_OPS_WINDOWGEOMETRY_H
