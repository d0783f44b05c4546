//===- PlanEmitter.h - a plan as a program of tiles -------------*- C++ -*-===//
//
// Writes the two loops that a plan is for, with its buffers and copies, and
// asks a test for the work. It derives from a plan nothing but the tiles, the
// padded extents and how many of each buffer there are.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_UNITTESTS_DIALECT_TILE_PLANEMITTER_H
#define OPC_UNITTESTS_DIALECT_TILE_PLANEMITTER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "opc/Dialect/Tile/Transforms/TilePlan.h"

namespace opc::tile {

/// What a test's work sees of a step.
struct EmittedStep {
  mlir::OpBuilder &b;
  mlir::Location loc;
  llvm::SmallVector<mlir::Value> buffers; ///< one for each operand
  /// The extents of each operand that the step has, index values or constants.
  std::vector<llvm::SmallVector<mlir::OpFoldResult>> sizes;

  /// The part of a buffer that has data.
  mlir::Value part(unsigned operand);
};

using EmitWork = llvm::function_ref<void(EmittedStep &)>;

/// A module with the function @kernel, whose arguments are the operands that
/// are no temporaries. `begin` works before the reduced tiles of each parallel
/// tile, `step` for each of them.
mlir::OwningOpRef<mlir::ModuleOp> emitPlan(mlir::MLIRContext *context,
                                           const PlanKernel &kernel,
                                           const TilePlan &plan, EmitWork begin,
                                           EmitWork step);

} // namespace opc::tile

#endif // OPC_UNITTESTS_DIALECT_TILE_PLANEMITTER_H
