//===- HostMemory.h - Addresses and sizes of the host's values --*- C++ -*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_HOSTMEMORY_H
#define OPC_LIB_CONVERSION_OPCTOHOST_HOSTMEMORY_H

#include "HostPart.h"

namespace opc {

/// Where each value of the program is, and code that gets, copies and gives
/// back memory. Sizes are in bytes; arithmetic about them is checked.
class HostMemory : HostPart {
public:
  explicit HostMemory(const HostPart &part);

  /// Reads what the call brings; before all else.
  void begin();
  /// The arena of a space, laid out by its regions: where each begins.
  void setRegions(llvm::StringRef space,
                  llvm::SmallVector<mlir::Value> starts) {
    regionStarts[space] = std::move(starts);
  }
  /// The word on the stack that holds a loop's counter.
  void setCounter(unsigned buffer, mlir::Value address) {
    memory[buffer] = address;
  }

  mlir::Value pointerOf(mlir::Value value) {
    return pointerTo(plan.indexOf(value));
  }
  mlir::Value pointerTo(unsigned buffer);
  mlir::Value slot(int64_t index);        ///< address of the slot's pointer
  mlir::Value slotExtents(int64_t index); ///< address of its extents
  /// The extent of an input of the call.
  mlir::Value inputExtent(unsigned input, int64_t axis);

  /// New memory of a space; the run fails at `place` where there is none.
  mlir::Value allocate(llvm::StringRef space, mlir::Value bytes, int64_t place);
  /// Copies a value between the host and a device.
  void copyAcross(CopyOp op);
  /// Ends the run where a device failed, which gave the code `failure`.
  void checkDevice(mlir::Value failure, int64_t place);

  /// Gets the memory of a result of `op`, where it has some of its own.
  void define(mlir::Value result, mlir::Operation *op);
  mlir::Value requestOutput(unsigned output, mlir::Value value,
                            mlir::Operation *op);
  /// Gives back what nothing reads after `op`.
  void releaseAfter(mlir::Operation *op);

  /// Size of a value, checked; the run fails where it is absurd.
  mlir::Value bytesOf(mlir::Value value, mlir::Operation *op);
  void copyInto(mlir::Value address, mlir::Value value, mlir::Operation *op);
  /// New memory with a copy of `value`, remembered in a slot with its extents.
  void copyToSlot(mlir::Value slotAddress, mlir::Value extents,
                  mlir::Value value, mlir::Operation *op);
  /// An integer or bool element as i64.
  mlir::Value scalar(mlir::Value tensor, int64_t index = 0);
  /// The run fails where the extents of `value` are not `expected`; extents
  /// that are bound later are whatever they are.
  void checkSameDims(mlir::Value value,
                     llvm::ArrayRef<mlir::AffineExpr> expected,
                     mlir::Operation *op);

private:
  mlir::Value arenaPointer(llvm::StringRef space, int64_t item);
  /// The number of the device whose memory a space is.
  mlir::Value deviceOf(llvm::StringRef space);
  void storeExtents(mlir::Value address, mlir::Value value);

  mlir::Value constants, inputs, inputDims;
  mlir::Value outputDims; ///< as many words as the output of most axes has
  llvm::StringMap<llvm::SmallVector<mlir::Value>> regionStarts; ///< by space
  llvm::DenseMap<unsigned, mlir::Value> memory; ///< of heap, outputs, counters
  llvm::DenseMap<int64_t, mlir::Value> slots, extents;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_HOSTMEMORY_H
