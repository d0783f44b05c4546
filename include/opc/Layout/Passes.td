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

def FoldMovementPass : Pass<"opc-fold-movement"> {
  let summary = "evaluates movement ops on constants";
  let description = [{
    transpose, reshape, pad, slice, broadcast and concat of constants are constants.
    Elements are moved as bytes; none is computed.
  }];
}

#endif // OPC_LAYOUT_PASSES_TD
