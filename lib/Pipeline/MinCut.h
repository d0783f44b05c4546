//===- MinCut.h - The cheapest cut between two ends of a graph --*- C++ -*-===//
#ifndef OPC_LIB_PIPELINE_MINCUT_H
#define OPC_LIB_PIPELINE_MINCUT_H

#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <vector>

namespace opc {

/// A directed graph with capacities. Its cheapest cut is found by Dinic's
/// algorithm: paths that are shortest in the residual graph are filled until
/// there is none ("Algorithm for solution of a problem of maximum flow in
/// networks with power estimation", 1970).
class MinCut {
public:
  using Node = unsigned;
  static constexpr Node kSource = 0, kSink = 1;

  MinCut() : edges(2) {}

  Node addNode() {
    edges.emplace_back();
    return unsigned(edges.size()) - 1;
  }
  /// What it costs that `from` is on the source's side and `to` is not.
  void addEdge(Node from, Node to, int64_t capacity);
  /// Cuts; afterwards onSourceSide() says where each node is.
  void solve();
  bool onSourceSide(Node node) const { return level[node] >= 0; }

private:
  struct Edge {
    Node to;
    unsigned back; ///< the edge in the other direction, among those of `to`
    int64_t capacity;
  };
  struct Step {
    Node node;
    unsigned edge;
  };

  bool findLevels();
  bool fillOnePath();

  std::vector<std::vector<Edge>> edges; ///< by where they begin
  std::vector<int> level;               ///< steps from the source; -1: none
  std::vector<unsigned> next;           ///< the first edge that may lead on
};

} // namespace opc

#endif // OPC_LIB_PIPELINE_MINCUT_H
