//===- TileOps.td - all ops of the tile dialect -------------*- tablegen -*-===//
#ifndef TILE_OPS_TD
#define TILE_OPS_TD
include "opc/Dialect/Tile/IR/Ops/ComputeOps.td"
include "opc/Dialect/Tile/IR/Ops/MemoryOps.td"
#endif // TILE_OPS_TD
