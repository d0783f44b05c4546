//===- Loss.h - how far scores are from labels ------------------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_LAYERS_LOSS_H
#define OPC_FRONTEND_GRAPH_LAYERS_LOSS_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// -weight[target] * logits[n, target, ...] of logits [N, C, ...] and labels
/// [N, ...].
struct LogLikelihoodLoss {
  Value logits, target;
  /// [C]; null: 1.
  Value weight;
  /// "none"; "sum"; or "mean", which is weighted.
  StringRef reduction;
  /// A label that counts for nothing.
  std::optional<int64_t> ignored;
};
/// In the type of the logits.
Value logLikelihoodLoss(Emitter &n, const LogLikelihoodLoss &l);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_LAYERS_LOSS_H
