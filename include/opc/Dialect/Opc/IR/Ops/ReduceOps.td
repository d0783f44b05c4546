//===- ReduceOps.td - many elements in, one out ---*- tablegen -*-===//
#ifndef OPC_REDUCE_OPS_TD
#define OPC_REDUCE_OPS_TD

include "opc/Dialect/Opc/IR/OpcDialect.td"

def Opc_ReduceOp : Opc_Op<"reduce", [SameOperandsAndResultElementType,
                                     Opc_NamesAxes]> {
  let summary = "combines all elements along `axes`; nothing gives the neutral one";
  let description = [{
    sum, prod, max (NaN wins), min (NaN wins). f16 and bf16 sums and products
    accumulate in f32. The neutral element of max is -inf or the least integer.
  }];
  let arguments = (ins Opc_NumericTensor:$x,
                   Opc_Choice<["sum", "prod", "max", "min"]>:$kind,
                   DenseI64ArrayAttr:$axes, BoolAttr:$keepdims);
  let results = (outs Opc_NumericTensor:$y);
  let hasVerifier = 1;
  let extraClassDeclaration = Opc_InferContents;
}
def Opc_CumulativeOp : Opc_Op<"cumulative", [SameOperandsAndResultElementType]> {
  let summary = "running sum or product along `axis`";
  let arguments = (ins Opc_NumericTensor:$x, Opc_Choice<["sum", "prod"]>:$kind,
                   I64Attr:$axis, BoolAttr:$exclusive, BoolAttr:$reverse);
  let results = (outs Opc_NumericTensor:$y);
}
#endif // OPC_REDUCE_OPS_TD
