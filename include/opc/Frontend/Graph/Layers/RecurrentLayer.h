//===- RecurrentLayer.h - layers that go through steps ----------*- C++ -*-===//
#ifndef OPC_FRONTEND_GRAPH_LAYERS_RECURRENTLAYER_H
#define OPC_FRONTEND_GRAPH_LAYERS_RECURRENTLAYER_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// The functions of one direction by name, with their parameters, as opc.rnn,
/// opc.gru and opc.lstm have them.
struct Activations {
  SmallVector<StringRef> names;
  SmallVector<double> alphas, betas;
};

/// A layer of one or two directions over the same steps.
struct RecurrentLayer {
  /// Which of opc.rnn, opc.gru and opc.lstm, and how many gates it has.
  StringRef op;
  int64_t gates;
  /// [steps, batch, input]; [directions, gates * hidden, input or hidden].
  Value x, w, r;
  /// [directions, 2 * gates * hidden]; steps of each batch [batch];
  /// [directions, 3 * hidden]. Null: none.
  Value bias, lengths, peephole;
  /// First states [directions, batch, hidden], one or (opc.lstm) two; null: 0.
  SmallVector<Value> initial;
  /// Of each direction; the second one goes back.
  SmallVector<Activations> activations;
  /// Whether a first one goes back.
  bool reverse = false;
  std::optional<double> clip;
  bool inputForget = false;       ///< of opc.lstm
  bool linearBeforeReset = false; ///< of opc.gru
  /// Whether x, first states and all results have the batch as their first axis
  /// (and y the directions as its third).
  bool batchFirst = false;
};

/// y [steps, directions, batch, hidden], then last states [directions, batch,
/// hidden]; halves run in f32 from the first step to the last.
SmallVector<Value> runLayer(Emitter &n, const RecurrentLayer &layer);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_LAYERS_RECURRENTLAYER_H
