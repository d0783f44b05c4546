//===- HostLowering.h - From the ops of @main to LLVM ops -------*- C++ -*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_HOSTLOWERING_H
#define OPC_LIB_CONVERSION_OPCTOHOST_HOSTLOWERING_H

#include "HostEmitter.h"
#include "HostFacts.h"
#include "HostLaunch.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace opc {

/// Writes the body of the entry function, op by op.
class HostLowering {
public:
  HostLowering(mlir::func::FuncOp main, mlir::LLVM::LLVMFuncOp entry,
               const mlir::SymbolTable &symbols, ShapeEnv &env,
               const HostPlan &plan, HostFacts &facts);

  /// Fails, with an error at the op, where a kernel was not scheduled.
  llvm::LogicalResult run();

private:
  using Terminator = llvm::function_ref<void(YieldOp)>;

  // The prologue (HostPrologue.cpp).
  void writePrologue();
  void bindInputs();
  void checkInputs();
  void checkSizes();
  void layOutArena();
  mlir::Value regionBytes(const ArenaPlan::Region &region, Checks &checks);

  // Ops (HostLowering.cpp).
  void lowerBlock(mlir::Block &block, Terminator terminator);
  void lower(mlir::Operation *op);
  void lowerLaunch(LaunchOp launch);
  void lowerMayAlias(LaunchOp launch);
  void runKernel(LaunchOp launch);
  llvm::SmallVector<mlir::Value> wordsOf(LaunchOp launch);
  LaunchRecord recordOf(LaunchOp launch, mlir::Operation *kernel);
  void checkStatus(mlir::Operation *op);
  void lowerReturn(mlir::Operation *op);
  mlir::Value keptApart(mlir::Value value, mlir::Operation *op);
  void releaseAfter(mlir::Operation *op);

  // Symbols (HostBinds.cpp).
  void lowerBind(mlir::Operation *op);
  void bind(mlir::Operation *op, mlir::Value value);
  mlir::Value boundValue(BindDimOp op);
  mlir::Value boundValue(BindElementOp op);
  mlir::Value boundValue(BindBroadcastOp op);
  mlir::Value boundValue(BindClampOp op);
  void demand(mlir::Operation *op, mlir::Value isBad, opc_fault fault,
              mlir::Value observed, mlir::Value expected);

  // Control flow (HostControl.cpp).
  void lowerIf(IfOp op);
  void yieldBranch(IfOp op, YieldOp yield);
  void lowerLoop(LoopOp op);
  struct LoopState;
  struct FreshSlot;
  void startCarried(LoopOp op, unsigned index);
  void checkCarried(LoopOp loop, unsigned index, mlir::Value value,
                    mlir::Operation *op);
  void startScanned(LoopState &state, LoopOp op, unsigned index);
  void enterLoop(LoopState &state, LoopOp op);
  void yieldIteration(LoopState &state, LoopOp op, YieldOp yield);
  void carryFixed(const CarriedPlan &carried, mlir::Value value,
                  mlir::Operation *op);
  void advanceCarried(const CarriedPlan &carried, const FreshSlot &fresh);
  void append(LoopState &state, unsigned index, mlir::Value value,
              mlir::Operation *op);
  void grow(mlir::Value pointerSlot, mlir::Value capacitySlot, mlir::Value used,
            mlir::Value needed, mlir::Operation *op);

  // Memory (HostMemory.cpp).
  mlir::Value pointerOf(mlir::Value value) {
    return pointerTo(plan.indexOf(value));
  }
  mlir::Value pointerTo(unsigned buffer);
  mlir::Value arenaPointer(int64_t item);
  mlir::Value slot(int64_t index);        ///< address of the slot's pointer
  mlir::Value slotExtents(int64_t index); ///< address of its extents
  /// Gets the memory of a result of `op`, where it has some of its own.
  void define(mlir::Value result, mlir::Operation *op);
  mlir::Value requestOutput(unsigned output, mlir::Value value,
                            mlir::Operation *op);
  /// Size of a value, checked; the run fails where it is absurd.
  mlir::Value bytesOf(mlir::Value value, mlir::Operation *op);
  void copyInto(mlir::Value address, mlir::Value value, mlir::Operation *op);
  /// New memory with a copy of `value`, remembered in a slot with its extents.
  void copyToSlot(mlir::Value slotAddress, mlir::Value extents,
                  mlir::Value value, mlir::Operation *op);
  void storeExtents(mlir::Value address, mlir::Value value, int64_t from = 0);
  /// The run fails where the extents of `value` are not `expected`; extents
  /// that are bound later are whatever they are.
  void checkSameDims(mlir::Value value,
                     llvm::ArrayRef<mlir::AffineExpr> expected,
                     mlir::Operation *op);
  mlir::Value scalar(mlir::Value tensor, int64_t index = 0);
  int64_t place(mlir::Operation *op) { return facts.place(op->getLoc()); }

  mlir::func::FuncOp main;
  const mlir::SymbolTable &symbols;
  ShapeEnv &env;
  const HostPlan &plan;
  HostFacts &facts;
  HostEmitter e;
  LaunchFunctions launches;
  mlir::Value constants, inputs, inputDims;
  mlir::Value outputDims;
  llvm::SmallVector<mlir::Value> regionStarts;
  llvm::DenseMap<unsigned, mlir::Value> memory; ///< of heap, outputs, counters
  llvm::DenseMap<int64_t, mlir::Value> slots, extents;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_HOSTLOWERING_H
