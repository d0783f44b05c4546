//===- Machine.h - cores with memories of their own, as data ----*- C++ -*-===//
//
// What a machine's cores hold, which copies go between their memories and what
// they compute. One kind of core to a description: where a chip has two that
// share global memory alone, it has two.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_TILE_IR_MACHINE_H
#define OPC_DIALECT_TILE_IR_MACHINE_H

#include "opc/Dialect/Tile/IR/TileDialect.h"
#include "llvm/Support/Error.h"
#include <array>
#include <string>

namespace opc::tile {

/// A memory; bytes. Of global memory only the alignment is asked for.
struct MemorySpace {
  Space space = Space::Global;
  int64_t capacity = 0;
  int64_t reserved = 0;  ///< of it, for stacks and the vendor's library
  int64_t alignment = 1; ///< of buffers

  int64_t usable() const { return capacity - reserved; }
};

/// What a copy's stride is measured between.
enum class StrideMeaning {
  None, ///< it has none: blocks follow each other
  Gap,  ///< from the end of a block to the start of the next
  Start ///< from one start to the next
};

/// How an API wants the distance between blocks on one side of a copy.
struct StrideField {
  StrideMeaning meaning = StrideMeaning::None;
  int64_t unit = 1; ///< bytes that 1 stands for; blocks begin at multiples
  int64_t max = 0;  ///< largest value; 0: no limit

  /// The value for blocks of `block` bytes that start every `pitch` bytes; an
  /// error of few words where there is none.
  llvm::Expected<int64_t> encode(int64_t pitch, int64_t block) const;
};

/// What an API wants to know the number of blocks by.
enum class CountField { None, Blocks, BlocksMinusOne, TotalBytes };

/// One way to copy: a form of the machine's transfer between two spaces.
struct CopyForm {
  std::string name; ///< as the vendor calls it, for messages and printers
  Space from = Space::Global, to = Space::Global;
  Layout fromLayout = Layout::RowMajor, toLayout = Layout::RowMajor;
  int64_t blockUnit = 1; ///< a block's bytes are a multiple of it
  int64_t fromAlignment = 1, toAlignment = 1; ///< of the first byte
  StrideField fromStride, toStride;
  CountField count = CountField::None;
  int64_t maxBlocks = 0, maxBlockBytes = 0; ///< 0: no limit
  bool pads = false; ///< what follows a block, up to toAlignment
  /// "f32->f16": types that it converts on the way.
  llvm::SmallVector<std::string> converts;
};

/// Elements of a layout that lie together: `rows` rows of `bytes` bytes.
struct Fractal {
  Layout layout = Layout::NZ;
  int64_t rows = 1, bytes = 1;

  /// Rows and columns of elements in it. One of zn lies on its side.
  std::array<int64_t, 2> extents(int64_t elementBytes) const {
    int64_t columns = bytes / elementBytes;
    if (layout == Layout::ZN)
      return {columns, rows};
    return {rows, columns};
  }
};

/// Whether elements of a layout lie one by one, and not in fractals.
inline bool isPlain(Layout layout) {
  return layout == Layout::RowMajor || layout == Layout::ColumnMajor;
}

/// Ops that a space's unit has, for each of these types (ComputeOp::tableType).
struct OpTable {
  Space space = Space::Vector;
  llvm::SmallVector<std::string> names, types;
};

/// Where an operand of a matrix unit lies.
struct MmaOperand {
  Space space = Space::Vector;
  Layout layout = Layout::RowMajor;
  std::string type;
};

/// A matrix unit: c += a * b; padded extents are multiples of m, n and k.
struct MmaUnit {
  std::string name;
  MmaOperand a, b, c;
  int64_t m = 1, n = 1, k = 1;
};

/// One kind of core.
struct Machine {
  std::string name; ///< of the description, for messages
  std::string summary;
  int64_t cores = 0; ///< 0: only the run knows
  int64_t coresPerCluster = 1;
  llvm::SmallVector<Scope> barriers;
  llvm::SmallVector<MemorySpace> spaces;
  int64_t vectorBits = 0;     ///< 0: tiles of any size are one instruction
  int64_t rowMultiple = 1;    ///< bytes of rows that ops work on
  int64_t efficientBurst = 1; ///< bytes of a run below which copies are slow
  llvm::SmallVector<Fractal> fractals;
  llvm::SmallVector<CopyForm> copies; ///< of one pair, the preferred first
  llvm::SmallVector<OpTable> ops;
  llvm::SmallVector<MmaUnit> mmaUnits;

  /// The memory of that name, or null.
  const MemorySpace *find(Space space) const;
  const Fractal *find(Layout layout) const;
  /// Whether vectors have the op of that name, of that type (ComputeOp).
  bool lists(llvm::StringRef name, llvm::StringRef type,
             Space space = Space::Vector) const;

  /// Reads the text of a description. Every field is checked; an unknown one is
  /// an error, so that a misspelt one cannot go unnoticed.
  static llvm::Expected<Machine> parse(llvm::StringRef name,
                                       llvm::StringRef json);
  /// The same of a file, which it is called after.
  static llvm::Expected<Machine> load(llvm::StringRef path);
};

} // namespace opc::tile

#endif // OPC_DIALECT_TILE_IR_MACHINE_H
