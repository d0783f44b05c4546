//===- GemmPlan.h - which register tile, which loop order -------*- C++ -*-===//
//
// Chooses the tile by a model of the core (registers, FMA ports and latency,
// loads), and how many columns of packed B stay in the cache while all rows
// pass.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_PRODUCTS_GEMMPLAN_H
#define OPC_TARGETS_CPU_PRODUCTS_GEMMPLAN_H

#include "opc/Targets/CPU/Vector/VectorMachine.h"
#include <cstdint>

namespace opc::cpu {

struct GemmShape {
  int64_t rows = 0; ///< rows that are tiled together; 0: not known
  int64_t columns = 0;
  int64_t reduction = 0; ///< steps; 0: not known
  /// Whether one instruction multiplies and adds; else the product takes a
  /// register of its own.
  bool fused = true;
  /// Registers to leave free: constants of the functions that follow the
  /// product are kept in some while it runs, and a sum in memory costs more
  /// than a row.
  int64_t spare = 0;
  /// Partial sums of each sum, where these show in results (NumericPlan); 0
  /// where they do not, and hide the latency of adding.
  int64_t chains = 0;
};

struct GemmPlan {
  int64_t tileRows = 1;
  int64_t tileVectors = 1;
  /// Vectors of a tile of one row, where the run has fewer rows than a tile or
  /// some come alone.
  int64_t singleVectors = 1;
  /// Vectors of columns whose part of B stays in L2 while the rows pass.
  int64_t blockVectors = 1;
  /// Reduction steps that B is fetched ahead into L1; 0 where B stays there.
  int64_t prefetchSteps = 0;
  /// Multiply-adds under way at once for full speed (ports times latency).
  int64_t inFlight = 1;
  int64_t statedChains = 0; ///< GemmShape::chains

  /// Partial sums of each of `sums` sums that a tile has (GemmTile::chains).
  int64_t chains(int64_t sums) const;
};

/// The plan for f32 on `machine`, or for any type with `machine.lanes` lanes.
GemmPlan planGemm(const GemmShape &shape, const VectorMachine &machine);

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_PRODUCTS_GEMMPLAN_H
