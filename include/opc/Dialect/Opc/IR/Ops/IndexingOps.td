//===- IndexingOps.td - elements chosen by index, sorting, data-dependent sizes ---*- tablegen -*-===//
#ifndef OPC_INDEXING_OPS_TD
#define OPC_INDEXING_OPS_TD

include "opc/Dialect/Opc/IR/OpcDialect.td"

// Indices count from the front, or from the back where they are negative. One
// outside of its dimension is a run-time fault (OPC_FAULT_INDEX).

def Opc_GatherOp : Opc_MovementOp<"gather"> {
  let summary = "y[.., j.., ..] = x[.., indices[j..], ..] along `axis`";
  let arguments = (ins Opc_Tensor:$x, Opc_IndexTensor:$indices, I64Attr:$axis);
  let results = (outs Opc_Tensor:$y);
  let extraClassDeclaration = Opc_InferContents;
}
def Opc_GatherElementsOp : Opc_MovementOp<"gather_elements"> {
  let summary = "y[i.., j, k..] = x[i.., indices[i.., j, k..], k..]";
  let arguments = (ins Opc_Tensor:$x, Opc_IndexTensor:$indices, I64Attr:$axis);
  let results = (outs Opc_Tensor:$y);
}
def Opc_GatherNdOp : Opc_MovementOp<"gather_nd"> {
  let summary = "picks slices of x by index tuples, as ONNX GatherND";
  let arguments = (ins Opc_Tensor:$x, Opc_IndexTensor:$indices,
                   I64Attr:$batch_dims);
  let results = (outs Opc_Tensor:$y);
}
defvar Opc_ScatterReduction = Opc_Choice<["none", "add", "mul", "min", "max"]>;
def Opc_ScatterElementsOp : Opc_Op<"scatter_elements"> {
  let summary = "x with updates written or reduced at indices along `axis`";
  let arguments = (ins Opc_Tensor:$x, Opc_IndexTensor:$indices,
                   Opc_Tensor:$updates, I64Attr:$axis,
                   Opc_ScatterReduction:$reduction);
  let results = (outs Opc_Tensor:$y);
}
def Opc_ScatterNdOp : Opc_Op<"scatter_nd"> {
  let summary = "x with slices written or reduced at index tuples";
  let arguments = (ins Opc_Tensor:$x, Opc_IndexTensor:$indices,
                   Opc_Tensor:$updates, Opc_ScatterReduction:$reduction);
  let results = (outs Opc_Tensor:$y);
}
def Opc_ArgReduceOp : Opc_Op<"arg_reduce"> {
  let summary = "index (i64) of the extreme along `axis`";
  let arguments = (ins Opc_NumericTensor:$x, Opc_Choice<["max", "min"]>:$kind,
                   I64Attr:$axis, BoolAttr:$keepdims, BoolAttr:$select_last);
  let results = (outs Opc_IntTensor:$y);
}
def Opc_TopKOp : Opc_Op<"topk"> {
  let summary = "the `count` extremes along `axis` in order, with their indices";
  let description = [{ Equal elements keep the order of their indices. }];
  let arguments = (ins Opc_NumericTensor:$x, Opc_Exprs:$count, I64Attr:$axis,
                   BoolAttr:$largest);
  let results = (outs Opc_NumericTensor:$values, Opc_IntTensor:$indices);
}
def Opc_NonzeroCountOp : Opc_Op<"nonzero_count"> {
  let summary = "how many elements are not zero, as a scalar i64";
  let arguments = (ins Opc_Tensor:$x);
  let results = (outs Opc_IntTensor:$y);
}
def Opc_NonzeroOp : Opc_Op<"nonzero"> {
  let summary = "coordinates [rank, count] (i64) of what is not zero, in order";
  let arguments = (ins Opc_Tensor:$x, Opc_Exprs:$count);
  let results = (outs Opc_IntTensor:$y);
}
def Opc_UniqueOp : Opc_Op<"unique"> {
  let summary = "the distinct slices along `axis`, padded to the full extent";
  let description = [{
    Results: values [n along axis], index of first occurrence [n], inverse [n],
    counts [n], and how many are valid (scalar i64); n is the extent of `axis`.
  }];
  let arguments = (ins Opc_NumericTensor:$x, I64Attr:$axis, BoolAttr:$sorted);
  let results = (outs Opc_NumericTensor:$values, Opc_IntTensor:$indices,
                 Opc_IntTensor:$inverse, Opc_IntTensor:$counts,
                 Opc_IntTensor:$count);
}
def Opc_ReverseSequenceOp : Opc_Op<"reverse_sequence"> {
  let summary = "reverses the first lengths[b] steps of each batch";
  let arguments = (ins Opc_Tensor:$x, Opc_IndexTensor:$lengths,
                   I64Attr:$batch_axis, I64Attr:$time_axis);
  let results = (outs Opc_Tensor:$y);
}
def Opc_NonMaxSuppressionOp : Opc_Op<"non_max_suppression"> {
  let summary = "kept boxes as [batch, class, box], padded, and their number";
  let arguments = (ins Opc_FloatTensor:$boxes, Opc_FloatTensor:$scores,
                   Opc_IntTensor:$max_per_class, Opc_FloatTensor:$iou_threshold,
                   Opc_FloatTensor:$score_threshold, BoolAttr:$center_point);
  let results = (outs Opc_IntTensor:$selected, Opc_IntTensor:$count);
}
#endif // OPC_INDEXING_OPS_TD
