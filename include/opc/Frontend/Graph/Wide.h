//===- Wide.h - what an op computes before it rounds its result -*- C++ -*-===//
//
// The steps of one op must not leave the range of a half that holds its result:
// they are emitted in f32, and the result is cast.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_WIDE_H
#define OPC_FRONTEND_GRAPH_WIDE_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// Floats as at least f32; all else, and null, as it is.
inline Value wide(Emitter &n, Value x) {
  bool narrow =
      Emitter::isFloat(x) && Emitter::elementOf(x).getIntOrFloatBitWidth() < 32;
  return narrow ? n.cast(x, n.f32Type()) : x;
}

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_WIDE_H
