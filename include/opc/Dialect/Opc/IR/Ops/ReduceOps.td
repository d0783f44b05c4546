//===- ReduceOps.td - many elements in, one out ---*- tablegen -*-===//
#ifndef OPC_REDUCE_OPS_TD
#define OPC_REDUCE_OPS_TD

include "mlir/IR/BuiltinAttributeInterfaces.td"
include "opc/Dialect/Opc/IR/OpcNumerics.td"

/// Declares the methods of Opc_ReductionOp that are no accessors.
defvar Opc_Combines = [{
    ::mlir::Type accumulatorType();
    ::mlir::TypedAttr neutralOf(::mlir::Type type);
    ::mlir::Value emitCombine(::mlir::OpBuilder &builder, ::mlir::Location loc,
                              ::mlir::Value total, ::mlir::Value next);
}];

def Opc_ReduceOp
    : Opc_NumericOp<"reduce", Opc_SumFields, [SameOperandsAndResultElementType,
                                              Opc_NamesAxes, Opc_IterationOp,
                                              Opc_ReductionOp]> {
  let summary = "combines all elements along `axes`; nothing gives the neutral one";
  let description = [{
    sum, prod, max (NaN wins), min (NaN wins). f16 and bf16 sums and products
    accumulate in f32. The neutral element of max is -inf or the least integer.
  }];
  let inputs = (ins Opc_NumericTensor:$x,
                Opc_Choice<["sum", "prod", "max", "min"]>:$kind,
                DenseI64ArrayAttr:$axes, BoolAttr:$keepdims);
  let results = (outs Opc_NumericTensor:$y);
  let hasVerifier = 1;
  let extraClassDeclaration = !strconcat(Opc_Combines, Opc_InferContents);
}
def Opc_FoldOp
    : Opc_NumericOp<"fold", Opc_FoldFields,
                    [SameOperandsAndResultElementType, Opc_NamesAxes,
                     Opc_IterationOp, Opc_ReductionOp, Opc_BodyOp, IsolatedFromAbove]> {
  let summary = "combines all elements along `axes` by its body";
  let description = [{
    The body takes a total and an element and gives the next total, all of the
    element type (signless). It is associative and commutative, up to rounding,
    and `neutral` changes nothing: elements are combined in any order.

    ```mlir
    %y = opc.fold %x {axes = array<i64: 1>, keepdims = true, neutral = 0.0 : f32}
        : (tensor<4x9xf32>) -> tensor<4x1xf32> {
    ^bb0(%total: f32, %next: f32):
      %0 = arith.addf %total, %next : f32
      opc.element %0 : f32
    }
    ```
  }];
  let inputs = (ins Opc_NumericTensor:$x, TypedAttrInterface:$neutral,
                DenseI64ArrayAttr:$axes, BoolAttr:$keepdims);
  let results = (outs Opc_NumericTensor:$y);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat =
      "operands attr-dict `:` functional-type(operands, results) $body";
  let hasVerifier = 1;
  let extraClassDeclaration = Opc_Combines;
}
def Opc_CumulativeOp : Opc_NumericOp<"cumulative", Opc_NoField,
                                     [SameOperandsAndResultElementType]> {
  let summary = "running sum or product along `axis`";
  let inputs = (ins Opc_NumericTensor:$x, Opc_Choice<["sum", "prod"]>:$kind,
                I64Attr:$axis, BoolAttr:$exclusive, BoolAttr:$reverse);
  let results = (outs Opc_NumericTensor:$y);
}
#endif // OPC_REDUCE_OPS_TD
