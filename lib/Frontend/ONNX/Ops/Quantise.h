//===- Quantise.h - scales and zero points of ONNX nodes --------*- C++ -*-===//
//
// What quantising ops share with integer contractions.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_OPS_QUANTISE_H
#define OPC_LIB_FRONTEND_ONNX_OPS_QUANTISE_H

#include "Reader/Node.h"

namespace opc::onnx {

/// round(x) + zero, saturated to `element`; a null zero counts as 0.
Value saturate(Node &n, Value x, Value zero, Type element);
/// A zero point (or null) as i32, null where it is known to be 0.
Value zeroPoint(Node &n, Value zero);
/// A scale that is one number, whatever its shape, as a scalar; others as they
/// are.
Value plainScale(Node &n, Value scale);
/// (a - zeroA) x (b - zeroB) in i32, exactly; zero points are as from
/// zeroPoint, one for each row of a or column of b, or one for all.
Value integerMatMul(Node &n, Value a, Value b, Value zeroA, Value zeroB);
/// The node's convolution of x - zeroX with w - zeroW in i32.
Value integerConv(Node &n, Value x, Value w, Value zeroX, Value zeroW);
/// x as 8-bit numbers, with their scale and zero point (DynamicQuantizeLinear).
struct Quantised {
  Value data, scale, zero;
};
Quantised dynamicQuantise(Node &n, Value x);
/// (x - zero) * scale in the type of scale; a null zero counts as 0.
Value dequantise(Node &n, Value x, Value scale, Value zero);
/// The same in the type `element` with scale and zero as opc.dequantize has
/// them.
Value dequantiseBlocks(Node &n, Value x, Value scale, Value zero, int64_t axis,
                       int64_t block, Type element);
/// The ops of ai.onnx, of which those of com.microsoft are a part.
void buildQuantizeLinear(Node &n);
void buildDequantizeLinear(Node &n);
void buildQLinearConv(Node &n);
/// Builds the node as an LSTM of ai.onnx.
void buildLstm(Node &n);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_OPS_QUANTISE_H
