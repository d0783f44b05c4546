//===- WindowOps.td - pooling, resizing and sampling ---*- tablegen -*-===//
#ifndef OPC_WINDOW_OPS_TD
#define OPC_WINDOW_OPS_TD

include "opc/Dialect/Opc/IR/OpcDialect.td"

include "opc/Dialect/Opc/IR/Ops/ContractionOps.td"

def Opc_PoolOp : Opc_NumericOp<"pool", Opc_NoField,
                               [SameOperandsAndResultElementType, Opc_Iterates]> {
  let summary = "combines the elements of sliding windows";
  let description = [{
    max ignores padding; sum treats it as 0 (mean divides by the number of
    elements outside of the padding, or, with count_padding, inside of x and
    pad_low/pad_high). Windows may hang over the padded end: `dims` are the
    extents of the result.
  }];
  let inputs = !con((ins Opc_NumericTensor:$x,
      Opc_Choice<["max", "sum", "mean"]>:$kind, DenseI64ArrayAttr:$kernel),
      Opc_WindowAttrs, (ins BoolAttr:$count_padding, Opc_Exprs:$dims,
      Opc_Layout:$layout));
  let results = (outs Opc_NumericTensor:$y);
}
def Opc_MaxPoolIndicesOp : Opc_Op<"max_pool_indices", [Opc_Iterates]> {
  let summary = "flat index (i64) into x of each window's first maximum";
  let arguments = !con((ins Opc_NumericTensor:$x, DenseI64ArrayAttr:$kernel),
      Opc_WindowAttrs, (ins BoolAttr:$column_major, Opc_Exprs:$dims));
  let results = (outs Opc_IntTensor:$y);
}
def Opc_ResizeOp : Opc_Op<"resize", [AllElementTypesMatch<["x", "y"]>,
                                     Opc_NamesAxes]> {
  let summary = "resamples chosen axes, as ONNX Resize";
  let description = [{
    `axes` are resampled from extent to `dims` with `scales` (out/in, f32; given
    because it need not be the quotient). roi holds start then end for each axis
    (used by tf_crop_and_resize). NHWC regions resample other axes, that is all.
  }];
  let arguments = (ins Opc_NumericTensor:$x, Opc_FloatTensor:$scales,
    DenseI64ArrayAttr:$axes, Opc_Exprs:$dims,
    Opc_Choice<["nearest", "linear", "cubic"]>:$mode,
    Opc_Choice<["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
                "align_corners", "asymmetric", "tf_half_pixel_for_nn",
                "tf_crop_and_resize"]>:$coordinates,
    Opc_Choice<["round_prefer_floor", "round_prefer_ceil", "floor",
                "ceil"]>:$rounding,
    F64Attr:$cubic_coefficient, BoolAttr:$exclude_outside, BoolAttr:$antialias,
    F64Attr:$extrapolation, DenseF64ArrayAttr:$roi);
  let results = (outs Opc_NumericTensor:$y);
}
def Opc_GridSampleOp : Opc_Op<"grid_sample"> {
  let summary = "samples x at the normalised positions of grid";
  let arguments = (ins Opc_FloatTensor:$x, Opc_FloatTensor:$grid,
    Opc_Choice<["nearest", "linear", "cubic"]>:$mode,
    Opc_Choice<["zeros", "border", "reflection"]>:$padding,
    BoolAttr:$align_corners);
  let results = (outs Opc_FloatTensor:$y);
}
def Opc_RoiAlignOp : Opc_Op<"roi_align"> {
  let summary = "averages or maxima of bilinear samples in regions";
  let arguments = (ins Opc_FloatTensor:$x, Opc_FloatTensor:$rois,
    Opc_IndexTensor:$batch, Opc_Choice<["avg", "max"]>:$mode,
    BoolAttr:$half_pixel, I64Attr:$height, I64Attr:$width,
    I64Attr:$sampling_ratio, F64Attr:$spatial_scale);
  let results = (outs Opc_FloatTensor:$y);
}
#endif // OPC_WINDOW_OPS_TD
