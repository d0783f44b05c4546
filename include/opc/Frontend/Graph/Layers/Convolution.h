//===- Convolution.h - convolutions and their transposes --------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_LAYERS_CONVOLUTION_H
#define OPC_FRONTEND_GRAPH_LAYERS_CONVOLUTION_H

#include "opc/Frontend/Graph/Layers/WindowGeometry.h"

namespace opc::graph {

/// The kernel extents of w [.., .., kernel...], which must be numbers, for
/// x of the same rank; `name` is that of w in messages.
std::optional<Ints> kernelExtents(Emitter &n, Value x, Value w, StringRef name);

/// x [N, C, spatial...] and w, which is [M, C / group, kernel...] or, where it
/// is transposed, [C, M / group, kernel...].
struct Convolution {
  Value x, w;
  Window window;
  int64_t group = 1;
};
/// y [N, M, ...] of type `element`, in which the sums are.
Value convolve(Emitter &n, const Convolution &c, Type element);
/// The same with x and y in each other's place. Padding cuts off y; one that is
/// negative, at its end, adds to it.
Value convolveTransposed(Emitter &n, const Convolution &c, Type element);

/// Sets the padding of axis `i` of a transposed convolution so that `extra`
/// elements at the end of its result leave `wanted` ones (nothing: the input's
/// times the stride); what does not halve is cut off behind (`upper`) or
/// before. False, with nothing said, where only a run knows it.
bool padForOutput(Emitter &n, Value x, Window &w, int64_t i, int64_t extra,
                  std::optional<int64_t> wanted, bool upper);

/// y [N, C, ...] plus bias [C]; a null bias adds nothing.
Value addChannelBias(Emitter &n, Value y, Value bias);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_LAYERS_CONVOLUTION_H
