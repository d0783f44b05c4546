//===- TileSplit.h - one extent cut into register tiles ---------*- C++ -*-===//
//
// A known extent is cut into parts that differ by at most one, so that no part
// is a remainder: 37 rows in tiles of at most 9 become 8 8 7 7 7. An extent
// that is known only at run time is cut into full tiles, of which the last is
// moved back to end with the extent (elements in the overlap are computed
// twice, with equal results); extents below one tile run one by one.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_VECTOR_TILESPLIT_H
#define OPC_TARGETS_CPU_VECTOR_TILESPLIT_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"
#include <functional>

namespace opc::cpu {

class TileSplit {
public:
  using Body = std::function<void(mlir::Value start, int64_t size)>;

  /// Cuts `extent` into parts of at most `tile`.
  static TileSplit known(int64_t extent, int64_t tile);
  /// Cuts the value `extent` (index, >= 0) into parts of `tile`.
  static TileSplit unknown(mlir::Value extent, int64_t tile);

  /// Builds `few` where the extent turns out to be below one tile, with a split
  /// into parts of one, and `many` elsewhere: a kernel may walk them in other
  /// orders. An extent that is known is `many`.
  using Use = std::function<void(const TileSplit &)>;
  void specialise(mlir::OpBuilder &b, mlir::Location loc, const Use &few,
                  const Use &many) const;

  /// Number of parts, an index value.
  mlir::Value count(mlir::OpBuilder &b, mlir::Location loc) const;

  /// Builds the code for part number `part`.
  void emitPart(mlir::OpBuilder &b, mlir::Location loc, mlir::Value part,
                const Body &body) const;
  /// Builds the code for parts [begin, end).
  void emitParts(mlir::OpBuilder &b, mlir::Location loc, mlir::Value begin,
                 mlir::Value end, const Body &body) const;

private:
  int64_t parts = 0;  ///< known: how many
  int64_t large = 0;  ///< known: how many of them have size + 1
  int64_t size = 0;   ///< known: least size; unknown: tile
  mlir::Value extent; ///< unknown only
  /// Unknown: what is known of it where this is used.
  enum class Range { Any, BelowTile, AtLeastTile } range = Range::Any;
};

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_VECTOR_TILESPLIT_H
