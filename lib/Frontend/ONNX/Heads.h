//===- Heads.h - heads of attention that several queries share --*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_ONNX_HEADS_H
#define OPC_LIB_FRONTEND_ONNX_HEADS_H

#include "Node.h"

namespace opc::onnx {

/// [b, h, s, d] -> [b, heads, s, d]: each head as often as queries share it.
/// The program checks that h divides `heads`.
Value repeatHeads(Node &n, Value v, AffineExpr heads);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_HEADS_H
