//===- PackedOps.td - products whose weights lie as vectors ---*- tablegen -*-===//
#ifndef OPC_PACKED_OPS_TD
#define OPC_PACKED_OPS_TD

include "opc/Dialect/Opc/IR/Ops/ContractionOps.td"

// What matmul and conv become once the layout stage has chosen how weights lie:
// `b` is [ceil(columns / lanes), reduction, lanes], zero where a lane has no
// column. Integers whose products a machine adds up in groups have b in groups of
// the reduction, [ceil(columns / lanes), reduction / group, lanes, group], and a
// padded with zeros to whole groups. Packing itself is ordinary movement ops on the weights, which are
// evaluated at compile time. Activations have their channels last.

def Opc_PackedMatmulOp : Opc_Op<"packed_matmul"> {
  let summary = "y[..., n] = sum_k a[..., k] * b[n / lanes, k, n mod lanes]";
  let arguments = (ins Opc_NumericTensor:$a, Opc_NumericTensor:$b,
                   I64Attr:$columns);
  let results = (outs Opc_NumericTensor:$y);
}
def Opc_PackedConvOp : Opc_Op<"packed_conv"> {
  let summary = "cross-correlation over [N, H, W, C] with packed weights";
  let description = [{
    The reduction of `b` runs over kernel rows, kernel columns and channels of x,
    channels fastest.
  }];
  let arguments = !con((ins Opc_NumericTensor:$a, Opc_NumericTensor:$b),
      Opc_WindowAttrs, (ins DenseI64ArrayAttr:$kernel, I64Attr:$columns));
  let results = (outs Opc_NumericTensor:$y);
}
def Opc_DepthwiseConvOp : Opc_Op<"depthwise_conv"> {
  let summary = "y[n, h, w, c] = sum x[n, h', w', c] * b[i, j, c] over a window";
  let description = [{ x: [N, H, W, C], b: [kernel rows, kernel columns, C]. }];
  let arguments = !con((ins Opc_NumericTensor:$a, Opc_NumericTensor:$b),
      Opc_WindowAttrs);
  let results = (outs Opc_NumericTensor:$y);
}
def Opc_PackedLstmOp : Opc_Op<"packed_lstm", [AttrSizedOperandSegments]> {
  let summary = "the steps of an lstm whose products with the input are done";
  let description = [{
    xw: [steps, batch, 4 * hidden], x w^T plus both biases, gates in the order
    i o f c. r: [4 * ceil(hidden / lanes), hidden, lanes], the columns of each gate
    packed on their own. Activations are sigmoid, tanh and tanh.
  }];
  let arguments = (ins Opc_FloatTensor:$xw, Opc_FloatTensor:$r,
                   Optional<Opc_FloatTensor>:$initial_h,
                   Optional<Opc_FloatTensor>:$initial_c, BoolAttr:$reverse);
  let results = (outs Opc_FloatTensor:$y, Opc_FloatTensor:$last_h,
                 Opc_FloatTensor:$last_c);
}
#endif // OPC_PACKED_OPS_TD
