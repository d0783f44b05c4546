//===- Contrib.h - what ops of com.microsoft share --------------*- C++ -*-===//
//
// Forms that their quantised twins have, too: a reader fills a struct, and the
// node's outputs are built from it.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_OPS_CONTRIB_H
#define OPC_LIB_FRONTEND_ONNX_OPS_CONTRIB_H

#include "Reader/Node.h"
#include "opc/Frontend/Graph/Arrays/Indexing.h"

namespace opc::onnx {

/// Attention behind the projection of its input.
struct MergedAttention {
  /// Queries, keys and values side by side: [b, n, d + d + e].
  Value qkv;
  /// As the inputs of Attention; null: not there.
  Value mask, past, bias, pastLength;
  /// Of queries (and keys) and of values, over all heads.
  AffineExpr hidden, valueHidden;
  /// Of the results; null: that of qkv, which may be wider.
  Type element;
};
/// Builds the node's outputs. Attributes are those that Attention and
/// QAttention share.
void buildMergedAttention(Node &n, const MergedAttention &merged);

/// A sum of rows of tables, normalised, as EmbedLayerNormalization.
struct Embedding {
  struct Table {
    /// [rows, width], of floats or, with scale and zero point, of integers.
    Value rows, scale, zero;
  };
  Table words, positions, segments;
  /// Null: counted from 0, not there, not there.
  Value ids, positionIds, segmentIds, mask;
  Value gamma, beta;
  double epsilon;
};
/// Builds the node's outputs: sum normalised, count of the mask, sum.
void buildEmbedding(Node &n, const Embedding &e);

// More tables of com.microsoft, in the files of their names.
ArrayRef<OpRow> contribAttentionRows();
ArrayRef<OpRow> contribNormalisationRows();
ArrayRef<OpRow> contribRotaryRows();
ArrayRef<OpRow> groupQueryRows();

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_OPS_CONTRIB_H
