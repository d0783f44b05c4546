//===- WindowAttributes.h - windows as ONNX nodes give them -----*- C++ -*-===//
//
// Attributes that convolution and pooling share, auto_pad resolved.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_OPS_WINDOWATTRIBUTES_H
#define OPC_LIB_FRONTEND_ONNX_OPS_WINDOWATTRIBUTES_H

#include "Reader/Node.h"
#include "opc/Frontend/Graph/Layers/Convolution.h"

namespace opc::onnx {

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
/// Pads as ONNX has them, all that come before first.
void setPads(Window &w, const Ints &pads);
/// The kernel_shape attribute, which must be there.
Ints kernelOf(Node &n, Value x);
/// Kernel extents of w that fits x, and kernel_shape where it is given.
std::optional<Ints> convKernel(Node &n, Value x, Value w);
/// The node's convolution of x and w, with results of type `element`.
Value convolveNode(Node &n, Value x, Value w, Value filler, Type element);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_OPS_WINDOWATTRIBUTES_H
