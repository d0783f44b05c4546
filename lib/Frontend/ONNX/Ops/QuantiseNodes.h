//===- QuantiseNodes.h - nodes that several tables have ---------*- C++ -*-===//
//
// Ops of ai.onnx that com.microsoft has, too.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_OPS_QUANTISENODES_H
#define OPC_LIB_FRONTEND_ONNX_OPS_QUANTISENODES_H

#include "Reader/Node.h"
#include "opc/Frontend/Graph/Quantised/Quantise.h"

namespace opc::onnx {

/// The ops of ai.onnx, of which those of com.microsoft are a part.
void buildQuantizeLinear(Node &n);
void buildDequantizeLinear(Node &n);
void buildQLinearConv(Node &n);
/// Builds the node as an LSTM of ai.onnx.
void buildLstm(Node &n);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_OPS_QUANTISENODES_H
