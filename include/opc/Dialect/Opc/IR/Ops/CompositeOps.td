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
/// The steps of attention on scores, in order.
defvar Opc_AttentionSteps = ["product", "capped", "biased", "probabilities"];
def Opc_AttentionOp
    : Opc_SummingOp<"attention", Opc_ProductFields, [AttrSizedOperandSegments]> {
  let summary = "softmax(cap(scale q k^T) + mask) v over heads";
  let description = [{
    q [batch, heads, n, d], k [batch, heads', m, d], v [batch, heads', m, e];
    heads is `group` (absent: what the extents say) times heads'. In at least f32:

    - `product`: scale q k^T. `scale` is 1 / sqrt(d) where it is absent; q is
      multiplied by it or, with `roots`, q and k by the root of its size and q by
      its sign.
    - `capped`: tanh(product / softcap) softcap; with a `softcap` of 0 the product.
    - `biased`: what `mask` says is added, minus infinity for a key that is hidden.
      Query i is number i + `first` (0 where that is absent). With `causal` it sees
      no key of a greater number, and not more than `left` keys before and `right`
      behind its own (below 0: all); batch b has `lengths[b]` keys. Of `mask`, a
      bool hides keys where it is false. Scores of keys that are not `allowed` are
      `blocked` instead.
    - `probabilities`: the softmax, in `softmax_type`, over the keys and `sink`, the
      score of one more that has no value. With `empty_is_zero` a query whose every
      key is hidden, `allowed` and `sink` aside, has none.

    mask and allowed broadcast to the scores [batch, heads, n, m], sink and `first`
    (of rank 0 or 4) to [batch, heads, n, 1] and [batch, 1, 1, 1]. `gives` names the
    step that is the second result.
  }];
  let inputs = (ins Opc_FloatTensor:$q, Opc_FloatTensor:$k, Opc_FloatTensor:$v,
      Optional<Opc_MaskTensor>:$mask, Optional<Opc_BoolTensor>:$allowed,
      Optional<Opc_FloatTensor>:$sink, Optional<Opc_WordTensor>:$first,
      Optional<Opc_WordTensor>:$lengths, OptionalAttr<F64Attr>:$scale,
      DefaultValuedAttr<BoolAttr, "false">:$roots,
      DefaultValuedAttr<F64Attr, "0.0">:$softcap,
      DefaultValuedAttr<BoolAttr, "false">:$causal,
      DefaultValuedAttr<I64Attr, "-1">:$left,
      DefaultValuedAttr<I64Attr, "-1">:$right,
      DefaultValuedAttr<F64Attr,
                        "-std::numeric_limits<double>::infinity()">:$blocked,
      DefaultValuedAttr<BoolAttr, "true">:$empty_is_zero,
      OptionalAttr<TypeAttrOf<AnyFloat>>:$softmax_type,
      OptionalAttr<Opc_Exprs>:$group,
      OptionalAttr<Opc_Choice<Opc_AttentionSteps>>:$gives);
  let results = (outs Opc_FloatTensor:$y, Optional<Opc_FloatTensor>:$scores);
  let extraClassDeclaration = [{
    /// The type of scores: that of q, or f32 for halves.
    ::mlir::Type scoreType();
  }];
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
