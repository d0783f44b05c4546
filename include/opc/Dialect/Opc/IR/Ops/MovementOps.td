//===- MovementOps.td - elements move, none is computed ---*- tablegen -*-===//
#ifndef OPC_MOVEMENT_OPS_TD
#define OPC_MOVEMENT_OPS_TD

include "opc/Dialect/Opc/IR/OpcDialect.td"

def Opc_ReshapeOp
    : Opc_MovementOp<"reshape", [SameOperandsAndResultElementType]> {
  let summary = "the same elements in row-major order with other extents";
  let description = [{ Also squeeze, unsqueeze and flatten. Never moves data. }];
  let arguments = (ins Opc_Tensor:$x, Opc_Exprs:$dims);
  let results = (outs Opc_Tensor:$y);
  let extraClassDeclaration = Opc_InferContents;
}
def Opc_TransposeOp
    : Opc_MovementOp<"transpose", [SameOperandsAndResultElementType]> {
  let summary = "y[i0, i1, ...] = x[...] where axis k of y is axis perm[k] of x";
  let arguments = (ins Opc_Tensor:$x, DenseI64ArrayAttr:$perm);
  let results = (outs Opc_Tensor:$y);
  let hasVerifier = 1;
}
def Opc_BroadcastOp
    : Opc_Op<"broadcast", [SameOperandsAndResultElementType, Opc_AccessOp]> {
  let summary = "repeats axes of extent 1 (and new leading axes) up to dims";
  let description = [{ Also fills: the operand is then a scalar. }];
  let arguments = (ins Opc_Tensor:$x, Opc_Exprs:$dims);
  let results = (outs Opc_Tensor:$y);
  let extraClassDeclaration = Opc_InferContents;
}
def Opc_TileOp : Opc_MovementOp<"tile", [SameOperandsAndResultElementType]> {
  let summary = "y[i, j, ...] = x[i mod extent, j mod extent, ...]";
  let arguments = (ins Opc_Tensor:$x, Opc_Exprs:$dims);
  let results = (outs Opc_Tensor:$y);
}
def Opc_SliceOp : Opc_MovementOp<"slice", [SameOperandsAndResultElementType,
                                           Opc_NamesAxes]> {
  let summary = "y[i, ...] = x[starts[0] + i * steps[0], ...]";
  let description = [{
    `starts` are within range and count from the front; steps are not 0; `dims`
    are the extents of the result. All axes are given.
  }];
  let arguments = (ins Opc_Tensor:$x, Opc_Exprs:$starts,
                   DenseI64ArrayAttr:$steps, Opc_Exprs:$dims);
  let results = (outs Opc_Tensor:$y);
  let hasVerifier = 1;
  let extraClassDeclaration = Opc_InferContents;
}
def Opc_PadOp : Opc_MovementOp<"pad", [SameOperandsAndResultElementType,
                                           Opc_NamesAxes]> {
  let summary = "y[i, ...] = x[i - low[0], ...], outside of x by `mode`";
  let description = [{
    constant: the scalar `value`; edge: the nearest element; reflect: mirrored
    without repeating the edge; wrap: modulo the extent. `low` may be negative
    (cropping); `dims` are the extents of the result.
  }];
  let arguments = (ins Opc_Tensor:$x, Opc_Tensor:$value, Opc_Exprs:$low,
    Opc_Exprs:$dims, Opc_Choice<["constant", "edge", "reflect", "wrap"]>:$mode);
  let results = (outs Opc_Tensor:$y);
}
def Opc_ConcatOp : Opc_MovementOp<"concat",
    [SameOperandsAndResultElementType,
     DeclareOpInterfaceMethods<Opc_AxisOp, ["numReordered", "reorderAxes"]>]> {
  let summary = "the operands one after the other along `axis`";
  let arguments = (ins Variadic<Opc_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Opc_Tensor:$y);
  let hasVerifier = 1;
  let extraClassDeclaration = Opc_InferContents;
}
def Opc_IotaOp : Opc_Op<"iota"> {
  let summary = "y[i0, i1, ...] = the index along `axis`";
  let arguments = (ins I64Attr:$axis, Opc_Exprs:$dims);
  let results = (outs Opc_NumericTensor:$y);
}
def Opc_ExtentsOp : Opc_Op<"extents"> {
  let summary = "y[i] = the value of expression i: extents as a tensor of i64";
  let description = [{ Where a graph uses an extent as a number, not as a shape. }];
  let arguments = (ins Opc_Exprs:$values);
  let results = (outs Opc_IntTensor:$y);
  let extraClassDeclaration = Opc_InferContents;
}
def Opc_ConstantOp : Opc_Op<"constant", [ConstantLike]> {
  let summary = "a tensor known at compile time";
  let description = [{
    Small values are dense attributes; weights are dense resources whose memory
    is the model file's own. bool has one byte for each element in a resource.
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Opc_Tensor:$y);
  let assemblyFormat = "attr-dict `:` type($y)";
  let hasFolder = 1;
  let extraClassDeclaration = Opc_InferContents;
}
#endif // OPC_MOVEMENT_OPS_TD
