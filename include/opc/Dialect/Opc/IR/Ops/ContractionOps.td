//===- ContractionOps.td - products summed over common indices ---*- tablegen -*-===//
#ifndef OPC_CONTRACTION_OPS_TD
#define OPC_CONTRACTION_OPS_TD

include "opc/Dialect/Opc/IR/OpcNumerics.td"

def Opc_MatmulOp : Opc_NumericOp<"matmul", Opc_ProductFields, [Opc_Iterates]> {
  let summary = "matrix product over the last two axes, numpy's broadcasting before";
  let description = [{
    Operands have rank >= 2. With transpose_a (transpose_b) the last two axes of a
    (b) are exchanged. The result's element type is the accumulator's: i32 for
    8-bit operands, f32 inside for f16 and bf16.
  }];
  let inputs = (ins Opc_NumericTensor:$a, Opc_NumericTensor:$b,
                DefaultValuedAttr<BoolAttr, "false">:$transpose_a,
                DefaultValuedAttr<BoolAttr, "false">:$transpose_b);
  let results = (outs Opc_NumericTensor:$y);
  let hasVerifier = 1;
}

/// Attributes of windows that slide over spatial axes: strides, dilations and
/// padding before the first and after the last element, one for each axis.
defvar Opc_WindowAttrs = (ins DenseI64ArrayAttr:$strides,
    DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$pad_low,
    DenseI64ArrayAttr:$pad_high);
/// Where the channels are: "NCHW" (after the batch) or "NHWC" (last), for any
/// number of spatial axes.
defvar Opc_Layout = DefaultValuedAttr<Opc_Choice<["NCHW", "NHWC"]>, "\"NCHW\"">;

def Opc_ConvOp : Opc_NumericOp<"conv", Opc_ConvFields, [Opc_Iterates]> {
  let summary = "cross-correlation with zero padding, grouped";
  let description = [{
    x: [N, C, spatial...] (or channels last by `layout`), w: [M, C/group,
    kernel...] in every layout. The result has the layout of x. The element type
    of the result is the accumulator's, as for matmul.
  }];
  let inputs = !con((ins Opc_NumericTensor:$x, Opc_NumericTensor:$w),
      Opc_WindowAttrs, (ins DefaultValuedAttr<I64Attr, "1">:$group,
                        Opc_Layout:$layout));
  let results = (outs Opc_NumericTensor:$y);
  let hasVerifier = 1;
}
def Opc_ConvTransposeOp
    : Opc_NumericOp<"conv_transpose", Opc_ConvFields> {
  let summary = "the adjoint of conv";
  let description = [{
    w: [C, M/group, kernel...]. Extent: (in - 1) * stride + (k - 1) * dilation + 1
    - pad_low - pad_high (pad_high may be negative: output padding).
  }];
  let inputs = !con((ins Opc_FloatTensor:$x, Opc_FloatTensor:$w),
      Opc_WindowAttrs, (ins DefaultValuedAttr<I64Attr, "1">:$group,
                        Opc_Layout:$layout));
  let results = (outs Opc_FloatTensor:$y);
}
#endif // OPC_CONTRACTION_OPS_TD
