//===- ControlOps.td - symbols, branches, loops and kernels ---*- tablegen -*-===//
#ifndef OPC_CONTROL_OPS_TD
#define OPC_CONTROL_OPS_TD

include "opc/Dialect/Opc/IR/OpcDialect.td"

// Binding symbols (see ShapeEnv.h). These ops have an effect, so they stay where
// they are; users of the symbol come after them in program order.

def Opc_BindDimOp : Opc_EffectOp<"bind_dim"> {
  let summary = "symbol := extent of `axis` of x at run time";
  let arguments = (ins Opc_Tensor:$x, I64Attr:$axis, I64Attr:$symbol);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}
def Opc_BindElementOp : Opc_EffectOp<"bind_element"> {
  let summary = "symbol := element `index` (row-major) of an integer tensor";
  let description = [{
    Below `min` it is a run-time fault (OPC_FAULT_LIMIT), said in the words of
    the attribute `opc.demand` where that is given: {0} stands for the element
    and {1} for `min`.
  }];
  let arguments = (ins Opc_IntTensor:$x, I64Attr:$index, I64Attr:$symbol,
                   DefaultValuedAttr<I64Attr, "0">:$min);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}
def Opc_BindBroadcastOp : Opc_EffectOp<"bind_broadcast"> {
  let summary = "symbol := the broadcast of two extents";
  let description = [{
    `pair` holds the two extents; it is a run-time fault when they differ and
    neither is 1.
  }];
  let arguments = (ins Opc_Exprs:$pair, I64Attr:$symbol);
  let assemblyFormat = "attr-dict";
}

def Opc_BindClampOp : Opc_EffectOp<"bind_clamp"> {
  let summary = "symbol := min(max(value, low), high), which is not affine";
  let description = [{
    `bounds` holds the expressions value, low and high. With the attribute
    `opc.demand`, a text, the value must lie between the two: else it is a
    run-time fault (OPC_FAULT_SHAPE) in these words, where {0} stands for the
    value and {1} for the bound that it violates.
  }];
  let arguments = (ins Opc_Exprs:$bounds, I64Attr:$symbol);
  let assemblyFormat = "attr-dict";
}

def Opc_YieldOp : Opc_EffectOp<"yield", [Pure, Terminator,
    ParentOneOf<["IfOp, LoopOp"]>]> {
  let summary = "ends a branch or an iteration";
  let arguments = (ins Variadic<Opc_Tensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}
def Opc_IfOp : Opc_EffectOp<"if", [RecursiveMemoryEffects, SingleBlock,
    NoRegionArguments]> {
  let summary = "runs one of two branches";
  let description = [{
    Branches see the values around them. `dims` holds one map for each result: its
    extents, as symbols that opc.bind_dim binds after this op where the branches
    do not agree.
  }];
  let arguments = (ins Opc_BoolTensor:$condition, AffineMapArrayAttr:$dims);
  let results = (outs Variadic<Opc_Tensor>:$results);
  let regions = (region SizedRegion<1>:$then, SizedRegion<1>:$otherwise);
  let assemblyFormat = [{
    $condition attr-dict `:` functional-type(operands, results)
    $then `else` $otherwise
  }];
}
def Opc_LoopOp : Opc_EffectOp<"loop", [RecursiveMemoryEffects, SingleBlock,
    AttrSizedOperandSegments]> {
  let summary = "repeats its body, as ONNX Loop";
  let description = [{
    The body has the arguments (iteration: tensor<i64>, carried...) and yields
    (continue: tensor<i1>, carried..., scanned...). Results: last carried...,
    scanned... stacked on a new first axis, whose extent is the number of
    iterations that ran. `trip_count` (tensor<i64>, absent: no limit) and
    `condition` (absent: true) are as in ONNX. `body_dims` holds the extents of
    the body's arguments and `dims` those of the results; each may name symbols
    that opc.bind_dim binds at the top of the body or after the loop.
  }];
  let arguments = (ins Optional<Opc_IntTensor>:$trip_count,
                   Optional<Opc_BoolTensor>:$condition,
                   Variadic<Opc_Tensor>:$initial,
                   AffineMapArrayAttr:$body_dims, AffineMapArrayAttr:$dims);
  let results = (outs Variadic<Opc_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
}

def Opc_LaunchOp : Opc_EffectOp<"launch", [Pure]> {
  let summary = "calls a kernel: a private function with the attribute opc.kernel";
  let description = [{
    `symbols` are, for each symbol of the kernel in order, its value in symbols of
    this function. `dims` holds the extents of each result.
  }];
  let arguments = (ins FlatSymbolRefAttr:$kernel, Variadic<Opc_Tensor>:$inputs,
                   Opc_Exprs:$symbols, AffineMapArrayAttr:$dims);
  let results = (outs Variadic<Opc_Tensor>:$outputs);
  let assemblyFormat = [{
    $kernel `(` $inputs `)` attr-dict `:` functional-type($inputs, $outputs)
  }];
}
def Opc_CopyOp : Opc_Op<"copy", [SameOperandsAndResultType]> {
  let summary = "x, in another memory space";
  let description = [{
    `space` is "host", or the name of a device with memory of its own. Kernels
    work in the space of their target, all else on the host; `opc-insert-copies`
    puts a copy where two neighbours differ. One of both sides is the host.
  }];
  let arguments = (ins Opc_Tensor:$x, StrAttr:$space);
  let results = (outs Opc_Tensor:$y);
}
#endif // OPC_CONTROL_OPS_TD
