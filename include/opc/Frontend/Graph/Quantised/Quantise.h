//===- Quantise.h - from reals to integers and back -------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_QUANTISED_QUANTISE_H
#define OPC_FRONTEND_GRAPH_QUANTISED_QUANTISE_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// round(x) + zero, saturated to `element`; a null zero counts as 0.
Value saturate(Emitter &n, Value x, Value zero, Type element);
/// A zero point (or null) as i32, null where it is known to be 0.
Value zeroPoint(Emitter &n, Value zero);
/// A scale that is one number, whatever its shape, as a scalar; others as they
/// are.
Value plainScale(Emitter &n, Value scale);
/// (x - zero) * scale in the type of scale; a null zero counts as 0.
Value dequantise(Emitter &n, Value x, Value scale, Value zero);
/// The same in the type `element` with scale and zero as opc.dequantize has
/// them.
Value dequantiseBlocks(Emitter &n, Value x, Value scale, Value zero,
                       int64_t axis, int64_t block, Type element);

/// Bytes as unsigned elements of `bits` bits, the low ones first: of the last
/// axis there are more.
Value unpackBytes(Emitter &n, Value x, int64_t bits);

/// x as 8-bit numbers, with their scale and zero point.
struct Quantised {
  Value data, scale, zero;
};
/// Of u8, over the range of x and 0.
Quantised dynamicQuantise(Emitter &n, Value x);

/// How integers stand for reals: one scale for a whole tensor, one for each
/// index of an axis, or one for each block of it.
struct Scheme {
  /// Of one element; of the extent of the axis; or of the rank of the tensor. A
  /// null zero counts as 0.
  Value scale, zero;
  int64_t axis = 0;
  /// Elements of the axis that share a scale; 0: none do.
  int64_t block = 0;
};
/// saturate(x / scale + zero) as `element`, an integer type; the quotient is
/// in `real`, null: in the type of scale.
Value quantise(Emitter &n, Value x, const Scheme &s, Type real, Type element);
/// (x - zero) * scale in the type `element`; as one opc.dequantize where x has
/// blocks or fewer than 8 bits.
Value dequantise(Emitter &n, Value x, const Scheme &s, Type element);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_QUANTISED_QUANTISE_H
