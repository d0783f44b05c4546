//===- CompositeOps.td - ops that know how they break down ---*- tablegen -*-===//
#ifndef OPC_COMPOSITE_OPS_TD
#define OPC_COMPOSITE_OPS_TD

include "opc/Dialect/Opc/IR/OpcNumerics.td"

class Opc_CompositeOp<string mnemonic, list<Trait> traits = []>
    : Opc_Op<mnemonic, !listconcat(
          [DeclareOpInterfaceMethods<Opc_DecomposableOp>], traits)>;
/// One that adds up.
class Opc_SummingOp<string mnemonic, string fields, list<Trait> traits = []>
    : Opc_NumericOp<mnemonic, fields, !listconcat(
          [DeclareOpInterfaceMethods<Opc_DecomposableOp>], traits)>;

def Opc_SoftmaxOp
    : Opc_SummingOp<"softmax", Opc_SumFields,
                    [SameOperandsAndResultType, Opc_NamesAxes]> {
  let summary = "exp(x - max) / sum(exp(x - max)) along `axis`";
  let inputs = (ins Opc_FloatTensor:$x, I64Attr:$axis);
  let results = (outs Opc_FloatTensor:$y);
}
def Opc_LogSoftmaxOp
    : Opc_SummingOp<"log_softmax", Opc_SumFields,
                    [SameOperandsAndResultType, Opc_NamesAxes]> {
  let summary = "x - max - log(sum(exp(x - max))) along `axis`";
  let inputs = (ins Opc_FloatTensor:$x, I64Attr:$axis);
  let results = (outs Opc_FloatTensor:$y);
}
def Opc_NormalizeOp
    : Opc_SummingOp<"normalize", Opc_SumFields, [Opc_NamesAxes]> {
  let summary = "(x - mean) / sqrt(variance + epsilon) over `axes`";
  let description = [{
    The heart of layer, group, instance and mean-variance normalisation; scale and
    bias are ordinary ops after it. With `center` false it is RMS normalisation:
    x / sqrt(mean(x^2) + epsilon). Statistics in f32 for f16 and bf16.
  }];
  let inputs = (ins Opc_FloatTensor:$x, DenseI64ArrayAttr:$axes,
                F64Attr:$epsilon, BoolAttr:$center);
  let results = (outs Opc_FloatTensor:$y);
}
def Opc_AttentionOp : Opc_SummingOp<"attention", Opc_ProductFields> {
  let summary = "softmax(scale * q k^T + mask) v over heads";
  let description = [{
    q [batch, heads, n, d], k [batch, heads', m, d], v [batch, heads', m, e];
    heads is a multiple of heads'. mask broadcasts to [batch, heads, n, m] and is
    added. With `causal` key j is seen by query i only where j <= i.
  }];
  let inputs = (ins Opc_FloatTensor:$q, Opc_FloatTensor:$k,
                Opc_FloatTensor:$v, Optional<Opc_FloatTensor>:$mask,
                F64Attr:$scale, BoolAttr:$causal);
  let results = (outs Opc_FloatTensor:$y);
}

/// Recurrent layers over x [steps, batch, input], one direction each. w [gates *
/// hidden, input], r [gates * hidden, hidden], b [2 * gates * hidden] as in ONNX.
class Opc_RecurrentOp<string mnemonic, dag extra, dag extraResults>
    : Opc_NumericOp<mnemonic, Opc_NoField, [AttrSizedOperandSegments]> {
  let inputs = !con((ins Opc_FloatTensor:$x, Opc_FloatTensor:$w,
      Opc_FloatTensor:$r, Optional<Opc_FloatTensor>:$bias,
      Optional<Opc_IndexTensor>:$lengths,
      Optional<Opc_FloatTensor>:$initial_h), extra,
      (ins BoolAttr:$reverse, StrArrayAttr:$activations,
       DenseF64ArrayAttr:$alphas, DenseF64ArrayAttr:$betas,
       OptionalAttr<F64Attr>:$clip));
  let results = !con((outs Opc_FloatTensor:$y, Opc_FloatTensor:$last_h),
                     extraResults);
}
def Opc_RnnOp : Opc_RecurrentOp<"rnn", (ins), (outs)> {
  let summary = "y[steps, batch, hidden]: h = f(x w^T + h r^T + b)";
}
def Opc_GruOp : Opc_RecurrentOp<"gru",
    (ins BoolAttr:$linear_before_reset), (outs)> {
  let summary = "gated recurrent unit, gates in the order z r h";
}
def Opc_LstmOp : Opc_RecurrentOp<"lstm",
    (ins Optional<Opc_FloatTensor>:$initial_c, Optional<Opc_FloatTensor>:$peephole,
     BoolAttr:$input_forget), (outs Opc_FloatTensor:$last_c)> {
  let summary = "long short-term memory, gates in the order i o f c";
}
#endif // OPC_COMPOSITE_OPS_TD
