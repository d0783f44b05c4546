//===- InFlight.h - the copies that may go on at a place --------*- C++ -*-===//
#ifndef OPC_LIB_DIALECT_TILE_TRANSFORMS_INFLIGHT_H
#define OPC_LIB_DIALECT_TILE_TRANSFORMS_INFLIGHT_H

#include "opc/Dialect/Tile/IR/TileDialect.h"

namespace opc::tile {

/// A window of the buffer that an op made or a function was given, or of the
/// memory that it was given; kDynamic for what only the run knows.
struct Part {
  mlir::Value root;
  llvm::SmallVector<int64_t> starts, extents;

  bool isGlobal() const {
    auto buffer = llvm::dyn_cast<BufferType>(root.getType());
    return !buffer || buffer.isGlobal();
  }
  /// Whether it may have an element of `other`.
  bool mayMeet(const Part &other) const;
  /// Whether it has one for certain.
  bool meets(const Part &other) const;
};

/// One of the states that a program can be in at a place.
class InFlight {
public:
  /// Does what an op without regions does; `refuse` begins an error of it.
  llvm::LogicalResult
  step(mlir::Operation &op,
       llvm::function_ref<mlir::InFlightDiagnostic()> refuse);

  /// What is known of `from` is known of `to`, too.
  void rename(mlir::ValueRange from, mlir::ValueRange to);

  /// Leaves a block: what its terminator yields is known as `names`, all else
  /// that the block made is forgotten. Gives a buffer of the block that goes on
  /// outside of it, and in `lost` a copy that nothing can wait for any more.
  mlir::Value leave(mlir::Block &block, mlir::ValueRange names,
                    mlir::Operation *&lost);

  /// A copy that was not waited for, or null.
  mlir::Operation *anyInFlight() const {
    return flights.empty() ? nullptr : flights.front().copy;
  }

  /// Equal for states in which the same is in flight under the same names.
  std::string key() const;

private:
  struct Flight {
    mlir::Operation *copy;
    Part from, to;
  };
  /// What a token is besides the number of a flight.
  enum : int { kDone = -1, kWaited = -2 };

  Part partOf(mlir::Value buffer) const;
  Part window(mlir::Value buffer, llvm::ArrayRef<int64_t> starts,
              llvm::ArrayRef<int64_t> sizes,
              llvm::ArrayRef<int64_t> steps) const;
  llvm::LogicalResult
  start(CopyAsyncOp copy,
        llvm::function_ref<mlir::InFlightDiagnostic()> refuse);
  llvm::LogicalResult
  wait(WaitOp op, llvm::function_ref<mlir::InFlightDiagnostic()> refuse);
  llvm::LogicalResult
  read(const Part &part, llvm::function_ref<mlir::InFlightDiagnostic()> refuse);
  llvm::LogicalResult
  write(const Part &part,
        llvm::function_ref<mlir::InFlightDiagnostic()> refuse);

  llvm::DenseMap<mlir::Value, Part> carried; ///< buffers that regions pass on
  llvm::DenseMap<mlir::Value, int> tokens;
  std::vector<Flight> flights;
};

} // namespace opc::tile

#endif // OPC_LIB_DIALECT_TILE_TRANSFORMS_INFLIGHT_H
