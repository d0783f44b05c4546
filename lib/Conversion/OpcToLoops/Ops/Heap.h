//===- Heap.h - indices put in order, in place ------------------*- C++ -*-===//
//
// Lowerings that order elements have no memory but their results. A binary heap
// over slots of a result sorts n indices in n log n steps whatever the data.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_HEAP_H
#define OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_HEAP_H

#include "opc/Conversion/OpcToLoops/KernelEmitter.h"

namespace opc {

/// How the slots of a heap, numbered from 0, are read and written, and which of
/// two indices belongs above the other: a strict order of all of them, so that
/// equal elements are told apart by where they stand.
struct HeapSlots {
  std::function<mlir::Value(mlir::Value slot)> read;
  std::function<void(mlir::Value index, mlir::Value slot)> write;
  std::function<mlir::Value(mlir::Value x, mlir::Value y)> isAbove; ///< i1
};

/// Slot 0 holds the top; no index is above its parent's.
class Heap {
public:
  Heap(HeapSlots slots, KernelEmitter &e) : slots(std::move(slots)), e(e) {}

  /// Makes a heap of the indices in the first `size` slots.
  void build(mlir::Value size);
  mlir::Value top() { return slots.read(e.constant(0)); }
  /// Puts `index` in the place of the top of a heap of `size`.
  void replaceTop(mlir::Value index, mlir::Value size);
  /// Takes the top off a heap of `size` > 0, whose last slot becomes free.
  mlir::Value pop(mlir::Value size);
  /// Leaves the `size` indices of a heap in order, what was the top last.
  void sort(mlir::Value size);

private:
  mlir::Value childAbove(mlir::Value index, mlir::Value slot, mlir::Value size);
  void sink(mlir::Value index, mlir::Value slot, mlir::Value size);

  HeapSlots slots;
  KernelEmitter &e;
};

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_HEAP_H
