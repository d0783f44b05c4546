//===- MinCut.cpp - The cheapest cut between two ends of a graph ----------===//
#include "MinCut.h"

#include <algorithm>

using namespace opc;

void MinCut::addEdge(Node from, Node to, int64_t capacity) {
  if (capacity <= 0 || from == to)
    return;
  edges[from].push_back({to, unsigned(edges[to].size()), capacity});
  edges[to].push_back({from, unsigned(edges[from].size()) - 1, 0});
}

/// Numbers the nodes that more could flow to; whether the sink is one of them.
bool MinCut::findLevels() {
  level.assign(edges.size(), -1);
  std::vector<Node> reached{kSource};
  level[kSource] = 0;
  for (size_t i = 0; i < reached.size(); ++i)
    for (const Edge &edge : edges[reached[i]])
      if (edge.capacity > 0 && level[edge.to] < 0) {
        level[edge.to] = level[reached[i]] + 1;
        reached.push_back(edge.to);
      }
  return level[kSink] >= 0;
}

/// Walks down the levels to the sink, and back where nothing leads on.
bool MinCut::fillOnePath() {
  std::vector<Step> path;
  Node at = kSource;
  while (at != kSink) {
    std::vector<Edge> &out = edges[at];
    unsigned &i = next[at];
    while (i < out.size() &&
           (out[i].capacity == 0 || level[out[i].to] != level[at] + 1))
      ++i;
    if (i < out.size()) {
      path.push_back({at, i});
      at = out[i].to;
      continue;
    }
    if (path.empty())
      return false;
    at = path.back().node;
    ++next[at];
    path.pop_back();
  }
  int64_t least = INT64_MAX;
  for (Step step : path)
    least = std::min(least, edges[step.node][step.edge].capacity);
  for (Step step : path) {
    Edge &edge = edges[step.node][step.edge];
    edge.capacity -= least;
    edges[edge.to][edge.back].capacity += least;
  }
  return true;
}

void MinCut::solve() {
  while (findLevels()) {
    next.assign(edges.size(), 0);
    while (fillOnePath()) {
    }
  }
}
