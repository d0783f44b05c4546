//===- GemmPlan.cpp - which register tile, which loop order ---------------===//
#include "opc/Targets/CPU/Products/GemmPlan.h"
#include <algorithm>
#include <cmath>

namespace opc::cpu {
namespace {

// Rows and reduction steps that stand for an unknown extent.
constexpr int64_t typicalRows = 4096;
constexpr int64_t typicalReduction = 512;
// Cycles to enter and leave a tile, and to write one of its vectors.
constexpr double tileCycles = 10, storeCycles = 0.5;
// Bytes of A that come from beyond L2 in a cycle, next to the arithmetic.
constexpr double refetchBytes = 128;
// The model is no better than this: a narrower tile has to win by more.
constexpr double leastGain = 0.005;
// Wider tiles leave too few rows to use a vector of B again; taller ones are
// longer code and no faster.
constexpr int64_t usualVectors = 4, mostRows = 24;
// Steps that B is fetched ahead: 6 to 24 are as good as each other.
constexpr int64_t prefetchSteps = 12;

/// Cycles for one tile of `rows` x `vectors`: bound by multiply-adds, by loads,
/// by the latency of adding to the same sum, or by what L2 delivers of a panel
/// of B that leaves no room in L1 for A, the result and the next panel.
double cyclesOfTile(double rows, double vectors, double reduction,
                    int64_t chains, const VectorMachine &m) {
  double step = std::max({rows * vectors / double(m.fmaPorts),
                          (rows + vectors) / double(m.loadPorts),
                          double(m.fmaLatency) / double(chains)});
  double bytes = vectors * m.vectorBytes;
  if (bytes * reduction > m.l1Bytes / 2.0)
    step = std::max(step, bytes / m.l2BytesPerCycle);
  return reduction * step + tileCycles + storeCycles * rows * vectors;
}

/// fn(size, count) for the parts of a balanced split.
template <typename Fn> void forParts(int64_t extent, int64_t tile, Fn fn) {
  int64_t parts = (extent + tile - 1) / tile, large = extent % parts;
  if (large > 0)
    fn(extent / parts + 1, large);
  fn(extent / parts, parts - large);
}

double cyclesOf(const GemmShape &s, int64_t rows, int64_t vectors,
                int64_t chains, const VectorMachine &m) {
  double total = 0;
  forParts((s.columns + m.lanes - 1) / m.lanes, vectors,
           [&](int64_t v, int64_t panels) {
             forParts(s.rows, rows, [&](int64_t r, int64_t tiles) {
               total +=
                   cyclesOfTile(r, v, s.reduction, chains, m) * panels * tiles;
             });
           });
  // A that does not fit L2 is fetched again for every panel of columns.
  double aBytes = double(s.rows) * s.reduction * 4;
  if (aBytes > m.l2Bytes / 2.0)
    total += std::ceil(double(s.columns) / (vectors * m.lanes)) * aBytes /
             refetchBytes;
  return total;
}

/// Rows of the tallest tile whose registers suffice: sums, the vectors of B,
/// the broadcast element of A, and a product that is not added at once.
int64_t tallestTile(int64_t vectors, int64_t chains, const GemmShape &s,
                    const VectorMachine &m) {
  return (m.registers - s.spare - vectors - (s.fused ? 1 : 2)) /
         (vectors * chains);
}

/// A single row has no other sums that hide the latency than those of its
/// columns. Where B comes from beyond L1, that is what it waits for, and fewer
/// panels that are read at a time leave each other their lines of L1.
int64_t widestTile(const GemmShape &s, const VectorMachine &m) {
  bool isSingle = s.chains > 0 && s.rows == 1;
  bool isNear = s.reduction * s.columns * 4 <= m.l1Bytes;
  return isSingle && isNear ? m.fmaPorts * m.fmaLatency : usualVectors;
}

} // namespace

GemmPlan planGemm(const GemmShape &shape, const VectorMachine &m) {
  GemmShape s = shape;
  s.rows = s.rows > 0 ? s.rows : typicalRows;
  s.reduction = s.reduction > 0 ? s.reduction : typicalReduction;
  int64_t allVectors =
      std::max<int64_t>((s.columns + m.lanes - 1) / m.lanes, 1);

  GemmPlan plan;
  plan.statedChains = s.chains;
  int64_t chains = std::max<int64_t>(s.chains, 1);
  double best = INFINITY;
  for (int64_t vectors = std::min(widestTile(s, m), allVectors); vectors >= 1;
       --vectors) {
    int64_t rows = std::min(tallestTile(vectors, chains, s, m), mostRows);
    if (rows < 1)
      continue;
    double cycles = cyclesOf(s, rows, vectors, chains, m);
    if (cycles < best * (1 - leastGain)) {
      best = cycles;
      plan.tileRows = rows;
      plan.tileVectors = vectors;
    }
  }

  plan.singleVectors = plan.tileVectors;
  if (s.chains > 0 && shape.rows != 1) {
    s.rows = 1;
    plan.singleVectors = planGemm(s, m).tileVectors;
  }

  int64_t vectorBytes = s.reduction * m.vectorBytes;
  int64_t packedBytes = vectorBytes * allVectors;
  // A third of L1 is left for A and the result.
  plan.prefetchSteps = packedBytes <= m.l1Bytes * 2 / 3 ? 0 : prefetchSteps;
  // A quarter of L2: A and the result pass through it, too.
  int64_t block = std::max<int64_t>(m.l2Bytes / 4 / vectorBytes, 1);
  block = std::max(block / plan.tileVectors, int64_t(1)) * plan.tileVectors;
  plan.blockVectors = std::min(block, allVectors);
  plan.inFlight = m.fmaPorts * m.fmaLatency;
  return plan;
}

int64_t GemmPlan::chains(int64_t sums) const {
  int64_t enough = inFlight / std::max<int64_t>(sums, 1);
  return std::max<int64_t>(statedChains > 0 ? statedChains : enough, 1);
}

} // namespace opc::cpu
