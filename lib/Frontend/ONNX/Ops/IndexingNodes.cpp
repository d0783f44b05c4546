//===- IndexingNodes.cpp - gathers and scatters
//--------------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Arrays/Indexing.h"

using namespace mlir;

namespace opc::onnx {
namespace {

void buildGather(Node &n) {
  Value x = n.need(0);
  n.out(0, n.gather(x, n.need(1), n.integer("axis", 0)));
}

void buildGatherElements(Node &n) {
  Value x = n.need(0), indices = n.need(1);
  int64_t axis = n.axisIn(n.integer("axis", 0), n.rank(x));
  n.out(0, gatherElements(n, x, indices, axis));
}

void buildGatherNd(Node &n) {
  Value x = n.need(0), indices = n.need(1);
  n.out(0, gatherNd(n, x, indices, n.integer("batch_dims", 0)));
}

void buildScatterElements(Node &n) {
  Value x = n.need(0), indices = n.need(1), updates = n.need(2);
  int64_t axis = n.axisIn(n.integer("axis", 0), n.rank(x));
  n.out(0, scatterElements(n, x, indices, updates, axis,
                           n.string("reduction", "none")));
}

void buildScatterNd(Node &n) {
  Value x = n.need(0), indices = n.need(1), updates = n.need(2);
  n.out(0, scatterNd(n, x, indices, updates, n.string("reduction", "none")));
}

void buildReverseSequence(Node &n) {
  Value x = n.need(0), lengths = n.need(1);
  int64_t batch = n.axisIn(n.integer("batch_axis", 1), n.rank(x));
  int64_t time = n.axisIn(n.integer("time_axis", 0), n.rank(x));
  if (n.failed() || batch == time || n.rank(lengths) != 1)
    return n.fail(
        "batch_axis and time_axis are equal, or lengths is no vector");
  n.requireEqual(n.dim(lengths, 0), n.dim(x, batch));
  n.out(0, n.emit<ReverseSequenceOp>(
               {x, lengths},
               {{"batch_axis", n.i64(batch)}, {"time_axis", n.i64(time)}},
               n.elementOf(x)));
}

/// Writes update[b, ..., s, ...] to cache[b, ..., write_indices[b] + s, ...].
void buildTensorScatter(Node &n) {
  CacheWrite w{n.need(0), n.need(1), 0, n.in(2)};
  w.axis = n.axisIn(n.integer("axis", -2), n.rank(w.cache));
  std::string mode = n.string("mode", "linear");
  if (mode != "linear" && mode != "circular")
    return n.fail("mode " + quoted(mode) + " is not known");
  w.circular = mode == "circular";
  n.out(0, writeRows(n, w));
}

constexpr OpRow kRows[] = {
    {"Gather", 1, kLatest, buildGather},
    {"GatherElements", 11, kLatest, buildGatherElements},
    {"GatherND", 11, kLatest, buildGatherNd},
    {"ReverseSequence", 10, kLatest, buildReverseSequence},
    {"Scatter", 9, kLatest, buildScatterElements},
    {"ScatterElements", 11, kLatest, buildScatterElements},
    {"ScatterND", 11, kLatest, buildScatterNd},
    {"TensorScatter", 24, kLatest, buildTensorScatter},
};

} // namespace

ArrayRef<OpRow> indexingRows() { return kRows; }

} // namespace opc::onnx
