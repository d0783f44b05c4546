//===- IntegerProducts.h - products of quantised tensors --------*- C++ -*-===//
//
// Zero points are taken away first, in i32, and what is multiplied are nine-bit
// numbers (opc-narrow-integers finds that): padding is 0 then, as everywhere.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_QUANTISED_INTEGERPRODUCTS_H
#define OPC_FRONTEND_GRAPH_QUANTISED_INTEGERPRODUCTS_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// (a - zeroA) x (b - zeroB) in i32, exactly; zero points are as from
/// zeroPoint, one for each row of a or column of b, or one for all.
Value integerMatMul(Emitter &n, Value a, Value b, Value zeroA, Value zeroB);

/// x less its zero point, as from zeroPoint, in i32.
Value centred(Emitter &n, Value x, Value zero);
/// A value for each index of axis `from` (or one for all) against a tensor of
/// rank `rank`.
Value alongAxis(Emitter &n, Value v, int64_t rank, int64_t from);

/// round(sum * scaleA * scaleB / scaleY) + zeroY.
Value requantise(Emitter &n, Value sum, Value scaleA, Value scaleB,
                 Value scaleY, Value zeroY);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_QUANTISED_INTEGERPRODUCTS_H
