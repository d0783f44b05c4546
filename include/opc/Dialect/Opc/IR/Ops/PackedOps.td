//===- PackedOps.td - products whose weights lie as vectors ---*- tablegen -*-===//
#ifndef OPC_PACKED_OPS_TD
#define OPC_PACKED_OPS_TD

include "opc/Dialect/Opc/IR/Ops/ContractionOps.td"

// What matmul and conv become once the layout stage has chosen how weights lie:
// `b` is [ceil(columns / lanes), reduction, lanes], zero where a lane has no
// column. Integers whose products a machine adds up in groups have b in groups of
// the reduction, [ceil(columns / lanes), reduction / group, lanes, group], and a
// padded with zeros to whole groups. Packing itself is ordinary movement ops on the
// weights, which are evaluated at compile time. Activations have their channels last.

def Opc_PackedMatmulOp : Opc_NumericOp<"packed_matmul", Opc_ProductFields,
                                       [Opc_Iterates]> {
  let summary = "y[..., n] = sum_k a[..., k] * b[n / lanes, k, n mod lanes]";
  let inputs = (ins Opc_NumericTensor:$a, Opc_NumericTensor:$b,
                I64Attr:$columns);
  let results = (outs Opc_NumericTensor:$y);
}
def Opc_PackedQuantizedMatmulOp
    : Opc_NumericOp<"packed_quantized_matmul", Opc_NoField> {
  let summary = "y[..., n] = sum_k a[..., k] * (b[k, n] - zero) * scale";
  let description = [{
    b [ceil(columns / lanes), words, lanes] holds 32 / bits neighbours of the
    reduction in each word, unsigned and the low bits first; a has as many columns.
    scale and zero (ui8 or f32) are [ceil(columns / lanes), blocks, lanes], one for
    each `block` elements of the reduction; zero may be [1, 1, lanes]. Each factor of a is the f32 that
    opc.dequantize gives.
  }];
  let inputs = (ins RankedTensorOf<[F32]>:$a, RankedTensorOf<[UI32]>:$b,
                RankedTensorOf<[F32]>:$scale,
                RankedTensorOf<[UI8, F32]>:$zero, I64Attr:$columns,
                I64Attr:$bits, I64Attr:$block);
  let results = (outs RankedTensorOf<[F32]>:$y);
  let hasVerifier = 1;
}
def Opc_PackedConvOp : Opc_NumericOp<"packed_conv", Opc_ConvFields,
                                     [Opc_Iterates]> {
  let summary = "cross-correlation over [N, spatial..., C] with packed weights";
  let description = [{
    The reduction of `b` runs over the taps of the kernel and the channels of x,
    channels fastest. With groups, the columns of each are packed on their own:
    [groups * ceil(columns / groups / lanes), reduction, lanes].
  }];
  let inputs = !con((ins Opc_NumericTensor:$a, Opc_NumericTensor:$b),
      Opc_WindowAttrs, (ins DenseI64ArrayAttr:$kernel, I64Attr:$columns,
                        DefaultValuedAttr<I64Attr, "1">:$groups));
  let results = (outs Opc_NumericTensor:$y);
}
def Opc_DepthwiseConvOp
    : Opc_NumericOp<"depthwise_conv", Opc_ConvFields, [Opc_Iterates]> {
  let summary = "y[n, h, w, c] = sum x[n, h', w', c] * b[i, j, c] over a window";
  let description = [{ x: [N, H, W, C], b: [kernel rows, kernel columns, C]. }];
  let inputs = !con((ins Opc_NumericTensor:$a, Opc_NumericTensor:$b),
      Opc_WindowAttrs);
  let results = (outs Opc_NumericTensor:$y);
}
def Opc_PackedRecurrentOp
    : Opc_NumericOp<"packed_recurrent", Opc_NoField,
                    [AttrSizedOperandSegments]> {
  let summary = "the steps of recurrent layers whose products with x are done";
  let description = [{
    xw: [steps, batch, directions * gates * hidden], x w^T plus the biases. r:
    [directions * gates * ceil(hidden / lanes), hidden, lanes], the columns of each
    gate packed on their own. y: [steps, directions, batch, hidden]. `reverse` says
    for each direction whether it starts at the last step. `cell` is one of

    - lstm, gates i o f c, sigmoid and tanh
    - gru, gates z r h, sigmoid and tanh
    - gru_linear: a gru that resets the product of the state, to which
      `state_bias` [directions * hidden] is added
    - rnn_tanh, rnn_relu
  }];
  let inputs = (ins Opc_FloatTensor:$xw, Opc_FloatTensor:$r,
                Optional<Opc_FloatTensor>:$state_bias,
                Optional<Opc_IndexTensor>:$lengths,
                Optional<Opc_FloatTensor>:$initial_h,
                Optional<Opc_FloatTensor>:$initial_c,
                StrAttr:$cell, DenseBoolArrayAttr:$reverse);
  let results = (outs Opc_FloatTensor:$y, Opc_FloatTensor:$last_h,
                 Opc_FloatTensor:$last_c);
}
#endif // OPC_PACKED_OPS_TD
