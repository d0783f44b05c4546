//===- LoopBuilder.h - index arithmetic and loops, tersely ------*- C++ -*-===//
//
// Schedules are mostly index arithmetic. These helpers fold constants as they
// build, so that known extents leave no code behind.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_SCHEDULE_LOOPBUILDER_H
#define OPC_TARGETS_SCHEDULE_LOOPBUILDER_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace opc {

struct LoopBuilder {
  mlir::OpBuilder &b;
  mlir::Location loc;

  mlir::Value index(int64_t value) const;
  mlir::Value add(mlir::Value x, mlir::Value y) const;
  mlir::Value add(mlir::Value x, int64_t y) const { return add(x, index(y)); }
  mlir::Value sub(mlir::Value x, mlir::Value y) const;
  mlir::Value mul(mlir::Value x, mlir::Value y) const;
  mlir::Value mul(mlir::Value x, int64_t y) const { return mul(x, index(y)); }
  mlir::Value div(mlir::Value x, mlir::Value y) const; ///< x >= 0, y > 0
  mlir::Value div(mlir::Value x, int64_t y) const { return div(x, index(y)); }
  mlir::Value rem(mlir::Value x, mlir::Value y) const; ///< x >= 0, y > 0
  mlir::Value ceilDiv(mlir::Value x, int64_t y) const; ///< x >= 0, y > 0
  mlir::Value min(mlir::Value x, mlir::Value y) const;
  mlir::Value max(mlir::Value x, mlir::Value y) const;
  mlir::Value select(mlir::Value condition, mlir::Value x, mlir::Value y) const;
  mlir::Value less(mlir::Value x, mlir::Value y) const; ///< i1, signed

  /// for i in [begin, end) step `step`: body(i)
  void loop(mlir::Value begin, mlir::Value end, int64_t step,
            llvm::function_ref<void(mlir::Value)> body) const;
  void loop(mlir::Value begin, mlir::Value end,
            llvm::function_ref<void(mlir::Value)> body) const {
    loop(begin, end, 1, body);
  }
  /// carried = body(i, carried), from `initial`; returns the last.
  llvm::SmallVector<mlir::Value>
  fold(mlir::Value begin, mlir::Value end, int64_t step,
       mlir::ValueRange initial,
       llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                         mlir::ValueRange)>
           body) const;
  /// Builds `then` where `condition` (i1) holds and `otherwise` where not.
  void branch(mlir::Value condition, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise = nullptr) const;
};

/// The constant that an index value is, if it is one.
std::optional<int64_t> constantIndex(mlir::Value value);

} // namespace opc

#endif // OPC_TARGETS_SCHEDULE_LOOPBUILDER_H
