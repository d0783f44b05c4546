//===- CopyBlocks.h - a copy as blocks of bytes -----------------*- C++ -*-===//
//
// Vendors say the same copy by gaps or by starts, in bytes or in blocks, with a
// count, a count less one or a total. Here it is blocks and distances between
// their starts, in bytes; StrideField::encode and transferFields give an API's
// own numbers.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_TILE_TRANSFORMS_COPYBLOCKS_H
#define OPC_DIALECT_TILE_TRANSFORMS_COPYBLOCKS_H

#include "opc/Dialect/Tile/IR/Machine.h"

namespace opc::tile {

/// A number that only the run may know: the number itself or the most that it
/// can be (kDynamic: nothing is known), and what it is a multiple of.
struct Amount {
  int64_t value = mlir::ShapedType::kDynamic;
  bool known = false;
  int64_t multiple = 1;

  static Amount exactly(int64_t value) { return {value, true, value}; }
  bool is(int64_t other) const { return known && value == other; }
  bool isMultipleOf(int64_t unit) const { return multiple % unit == 0; }
};

/// Blocks that repeat: how often, and bytes from one start to the next.
struct BlockLevel {
  Amount count, fromPitch, toPitch;
};

/// A copy: runs of bytes that lie together on both sides, and how they repeat,
/// innermost first. One transfer has the block and the first level; those
/// beyond are transfers of one token.
struct CopyBlocks {
  Amount block;
  llvm::SmallVector<BlockLevel> levels;
};

/// Between buffers in row- or column-major order.
CopyBlocks blocksOf(CopyAsyncOp copy);
/// The same of a box of elements, a level for each axis, innermost first.
CopyBlocks joined(int64_t elementBytes, llvm::SmallVector<BlockLevel> levels);

/// Whether a form of transfer has such blocks. The error says why not.
llvm::Error checkBlocks(const CopyForm &form, const CopyBlocks &blocks);

/// The first of the machine's forms that takes the copy. The error says why
/// none does.
llvm::Expected<const CopyForm *> formOf(CopyAsyncOp copy,
                                        const Machine &machine);

/// The numbers of one transfer, as the form's API wants them.
struct TransferFields {
  int64_t blockBytes = 0, count = 0, fromStride = 0, toStride = 0;
};

/// Of a copy whose sizes are known. A single block has strides of 0, or for an
/// API that measures from start to start the least that it takes.
llvm::Expected<TransferFields> transferFields(const CopyForm &form,
                                              const CopyBlocks &blocks);

/// The largest number that `number` is found to be a multiple of; 0 for 0.
int64_t knownMultiple(mlir::OpFoldResult number);

} // namespace opc::tile

#endif // OPC_DIALECT_TILE_TRANSFORMS_COPYBLOCKS_H
