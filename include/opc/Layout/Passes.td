//===- Passes.td - movement that every target shares --------*- tablegen -*-===//
#ifndef OPC_LAYOUT_PASSES_TD
#define OPC_LAYOUT_PASSES_TD

include "mlir/Pass/PassBase.td"

def SinkTransposesPass : Pass<"opc-sink-transposes"> {
  let summary = "moves transposes towards the results, where they cancel";
  let description = [{
    An op that computes alike in any order of axes (element-wise, reduce, softmax,
    concat, pad, slice, resize) is computed before the transpose of its operand.
    A transpose of a transpose is one or none; one that moves only axes of extent
    1 is a reshape.
  }];
}

def KeepReducedAxesPass : Pass<"opc-keep-reduced-axes"> {
  let summary = "reductions keep their axes with extent 1";
  let description = [{
    A reduce without keepdims becomes one with keepdims and a reshape, so that what
    follows in its kernel broadcasts.
  }];
}

def FactorZeroPointsPass : Pass<"opc-factor-zero-points"> {
  let summary = "products of bytes get bytes, their zero points apart";
  let description = [{
    A matmul or conv whose i32 operands are bytes less zero points becomes one of
    the bytes, less what the zero points add to each sum. The result keeps its
    bits. Bytes get the signs that the product takes: unsigned by signed, unless
    `any-signs` says that a matmul takes all.

    ```mlir
    %0 = opc.cast %x : (tensor<4x8xui8>) -> tensor<4x8xi32>
    %1 = opc.sub %0, %zero : (tensor<4x8xi32>, tensor<i32>) -> tensor<4x8xi32>
    %y = opc.matmul %1, %2 : (tensor<4x8xi32>, tensor<8x2xi32>) -> tensor<4x2xi32>
    // becomes, where %2 is a cast of %w
    %3 = opc.matmul %x, %w : (tensor<4x8xui8>, tensor<8x2xi8>) -> tensor<4x2xi32>
    %4 = opc.reduce %2 {axes = [0], kind = "sum"}
    %y = opc.sub %3, (opc.mul %zero, %4)
    ```
  }];
  let options = [Option<"anySigns", "any-signs", "bool", /*default=*/"false",
                        "a matmul takes bytes of any signs">];
}

def FoldMovementPass : Pass<"opc-fold-movement"> {
  let summary = "evaluates movement ops on constants";
  let description = [{
    transpose, reshape, pad, slice, broadcast and concat of constants are constants.
    Elements are moved as bytes; none is computed.
  }];
}

#endif // OPC_LAYOUT_PASSES_TD
