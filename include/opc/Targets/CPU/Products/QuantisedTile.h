//===- QuantisedTile.h - a register tile over weights of few bits -*- C++
//-*-===//
//
// rows x vectors sums over the reduction, as GemmTile, but B is
// opc.packed_quantized_matmul's: words of several elements, which become reals
// in registers, each once for all rows of the tile.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_PRODUCTS_QUANTISEDTILE_H
#define OPC_TARGETS_CPU_PRODUCTS_QUANTISEDTILE_H

#include "opc/Targets/CPU/Products/ProductTile.h"
#include "opc/Targets/Schedule/LoopBuilder.h"

namespace opc::cpu {

struct QuantisedTile {
  TileShape shape;
  int64_t bits = 4;     ///< of an element: 2, 4 or 8
  int64_t words = 0;    ///< of one lane along the reduction
  int64_t block = 0;    ///< elements along the reduction that share a scale
  bool oneZero = false; ///< one vector of zero points is for all blocks
  /// Partial sums of each sum, as in GemmTile; at most perWord().
  int64_t chains = 1;

  mlir::Value a;      ///< flat memref of f32, `words` full of elements a row
  mlir::Value row;    ///< first row of the tile (index)
  mlir::Value b;      ///< flat memref of i32
  mlir::Value scale;  ///< flat memref of f32
  mlir::Value zero;   ///< flat memref of i8 (unsigned) or f32
  mlir::Value vector; ///< first vector of columns (index)

  int64_t perWord() const { return 32 / bits; }
};

/// Elements of the reduction: whole blocks, or whole words of one block.
struct QuantisedRun {
  mlir::Value firstBlock; ///< index
  int64_t blocks = 1;
  mlir::Value firstWord; ///< index, of the first block
  int64_t words = 0;     ///< of each block
};

/// Builds code that writes the reals of `run` of the tile's columns to the flat
/// memref of f32 `panel`, [vectors][elements of the run][lanes]: each is what
/// opc.dequantize gives, as in emitQuantisedTile.
void emitUnpackedPanel(mlir::OpBuilder &b, mlir::Location loc,
                       const QuantisedTile &tile, const QuantisedRun &run,
                       mlir::Value panel);

/// Builds the tile at the insertion point and returns rows * vectors sums,
/// row-major. Each product is of an element of A and of what opc.dequantize
/// gives, rounded as there; sums are of fused multiply-adds.
llvm::SmallVector<mlir::Value> emitQuantisedTile(mlir::OpBuilder &b,
                                                 mlir::Location loc,
                                                 const QuantisedTile &tile);

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_PRODUCTS_QUANTISEDTILE_H
