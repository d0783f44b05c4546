//===- VectorEmitter.h - elements of tensors, many at once ------*- C++ -*-===//
//
// KernelEmitter::element for a register full of elements. A position along an
// axis is the same for all lanes or moves on by a step for each lane; loads of
// consecutive elements become vector loads, values that all lanes share stay
// scalars, and what has no such form is gathered element by element through the
// KernelEmitter, so that every indexed op works.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_SCHEDULE_VECTOREMITTER_H
#define OPC_TARGETS_SCHEDULE_VECTOREMITTER_H

#include "opc/Conversion/OpcToLoops/KernelEmitter.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Targets/Schedule/LoopBuilder.h"

namespace opc {

/// Lane k is at base + k * step along an axis.
struct LaneIndex {
  mlir::Value base;
  int64_t step = 0;
};
using LaneIndices = llvm::SmallVector<LaneIndex, 6>;

class VectorEmitter {
public:
  VectorEmitter(KernelEmitter &e, int64_t lanes)
      : e(e), l{e.b, e.loc}, lanes(lanes) {}

  KernelEmitter &e;
  LoopBuilder l;
  const int64_t lanes;
  /// A number is a lane of its own, as each work item has one: it is computed
  /// as lanes of vectors are.
  bool singleLanes = false;

  /// Only the first `count` (index; null: all) lanes exist from here on: others
  /// are neither read nor written, and hold anything.
  void setCount(mlir::Value count);

  /// The elements of `tensor` at `indices`, one for each axis: a vector, or a
  /// scalar that all lanes share. Types are KernelEmitter's.
  mlir::Value element(mlir::Value tensor, llvm::ArrayRef<LaneIndex> indices);
  /// The same, always as a vector.
  mlir::Value vector(mlir::Value tensor, llvm::ArrayRef<LaneIndex> indices) {
    return splat(element(tensor, indices));
  }
  /// Writes lanes of a vector to consecutive elements of a value's buffer (the
  /// last axis with more than one element must have step 1, all others 0).
  void store(mlir::Value elements, mlir::Value tensor,
             llvm::ArrayRef<LaneIndex> indices);

  /// Writes one element.
  void storeScalar(mlir::Value element, mlir::Value tensor,
                   llvm::ArrayRef<LaneIndex> indices);

  /// Makes element() return `elements` for `tensor`, whatever the indices.
  void bind(mlir::Value tensor, mlir::Value elements) {
    bound[tensor] = elements;
  }
  void clearBound() { bound.clear(); }
  /// Makes element() read access number `access` of a movement op: the caller
  /// stays where its element exists.
  void chooseAccess(mlir::Operation *op, unsigned access) {
    part = {op, access};
  }

  /// Sees `tensor` (its loads, its broadcasting) with other extents, whose
  /// product is the same. All tensors that are used together must be given.
  void setDims(mlir::Value tensor, Dims dims);
  const Dims &dims(mlir::Value tensor) { return view().dims(tensor); }

  /// A scalar as a vector with equal lanes; a vector as it is.
  mlir::Value splat(mlir::Value value);
  /// 0, 1, 2, ... as elements of the integer type `element`.
  mlir::Value laneNumbers(mlir::Type element);
  /// Whether `value` + 0, 1, 2, ... < `limit` (index values): a mask.
  mlir::Value lanesBelow(mlir::Value value, mlir::Value limit);
  /// Lanes [0, half) and [half, 2 * half) of a vector.
  std::pair<mlir::Value, mlir::Value> halves(mlir::Value vector, int64_t half);
  mlir::Value mask() const { return currentMask; }

  /// Loads `lanes` consecutive elements from `at` on (storage type).
  mlir::Value load(mlir::Value buffer, mlir::Value at, mlir::Value mask);
  /// Writes the lanes that exist from `at` on (storage type).
  void storeAt(mlir::Value elements, mlir::Value buffer, mlir::Value at);

private:
  mlir::Value computed(mlir::Operation *op, unsigned result,
                       llvm::ArrayRef<LaneIndex> indices);
  mlir::Value scalarOp(mlir::Operation *op, llvm::ArrayRef<LaneIndex> indices);
  mlir::Value moved(mlir::Operation *op, llvm::ArrayRef<Access> accesses,
                    llvm::ArrayRef<LaneIndex> indices);
  mlir::Value guarded(mlir::Operation *op, const Access &access,
                      llvm::ArrayRef<LaneIndex> at, const Access &otherwise,
                      llvm::ArrayRef<LaneIndex> indices);
  std::optional<LaneIndices> placeOf(mlir::Operation *op, const Access &access,
                                     llvm::ArrayRef<LaneIndex> indices);
  mlir::Value lanesWithin(LaneIndex index, mlir::Value extent);
  mlir::Value gathered(mlir::Value tensor, llvm::ArrayRef<LaneIndex> indices);
  mlir::Value loaded(mlir::Value tensor, llvm::ArrayRef<LaneIndex> indices);
  mlir::Value fromStorage(mlir::Value value, mlir::Type element);
  mlir::Value toStorage(mlir::Value value, mlir::Type element);
  ShapeEnv &view() { return seen ? *seen : e.env; }

  llvm::DenseMap<mlir::Value, mlir::Value> bound;
  /// The kernel as setDims() makes it look; e.env where it does not.
  std::optional<ShapeEnv> seen;
  mlir::Value count, currentMask;
  struct {
    mlir::Operation *op = nullptr;
    unsigned access = 0;
  } part;
};

/// Whether every lane shares the position.
bool isUniform(llvm::ArrayRef<LaneIndex> indices);

} // namespace opc

#endif // OPC_TARGETS_SCHEDULE_VECTOREMITTER_H
