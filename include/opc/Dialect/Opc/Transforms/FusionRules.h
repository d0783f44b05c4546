//===- FusionRules.h - Which ops may share a kernel -------------*- C++ -*-===//
//
// The policy of opc-form-kernels as data: what each op is to fusion, and what a
// kernel may hold. A target replaces the lists to suit its schedules.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_DIALECT_OPC_TRANSFORMS_FUSIONRULES_H
#define OPC_DIALECT_OPC_TRANSFORMS_FUSIONRULES_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <functional>

namespace opc {

/// What an op is to fusion.
enum class FusionRole {
  Host,        ///< stays in @main
  Pointwise,   ///< one element of each operand, broadcast
  View,        ///< moves elements by an index map that keeps vectors whole
  Shuffle,     ///< moves elements in ways that need a schedule of their own
  Generator,   ///< computes elements from nothing but indices
  Reduction,   ///< one result for all elements of a row
  Row,         ///< takes whole rows to whole rows, reading them several times
  Contraction, ///< sums of products, each element read many times
  Window,      ///< combines the elements of windows
  Alone,       ///< shares its kernel with nothing
  Foreign      ///< Alone, and takes nothing but buffers
};

/// What fusion knows of one op.
struct FusionClass {
  llvm::StringLiteral op; ///< full name, "opc.conv"
  FusionRole role;
  /// Work of one element in units of one addition.
  unsigned cost = 1;
  /// Where given and false for an op, that op is Alone.
  bool (*holds)(mlir::Operation *op) = nullptr;
};

/// What the kernels around one role may be. Extents are always those of the
/// leader, the op that gives the kernel its schedule.
struct FusionLimits {
  FusionRole leader;
  bool producers;   ///< pointwise ops before the leader join it
  bool consumers;   ///< pointwise ops after the leader join it
  unsigned results; ///< most results of one kernel
};

/// A target's policy.
struct FusionRules {
  llvm::ArrayRef<FusionClass> classes;
  llvm::ArrayRef<FusionLimits> limits;
  /// Whether a schedule of the target takes kernels which this op, that is no
  /// expression, leads; others are Alone. Null: all do.
  std::function<bool(mlir::Operation *)> leads = nullptr;
  /// Most ops and operands of one kernel.
  unsigned maxOps = 48;
  unsigned maxInputs = 24;
  /// A value of at most this cost may be computed again for each element that
  /// it is broadcast to.
  unsigned maxRecomputedCost = 4;
  /// Constants of at most this many elements are copied into the kernel;
  /// others, unless all their elements are equal, are buffers.
  int64_t maxClonedElements = 16;
  /// Elements that a reduction may combine for one of its result and still find
  /// in a cache what it has read, where it keeps the last axis.
  int64_t maxColumn = 4096;
  /// Reductions over the same rows share a kernel with what is between them.
  bool rowKernels = true;

  /// The entry of an op; ops that no list names are Pointwise when they are
  /// ScalarOps, Host when the host program runs them, and else Alone.
  FusionClass classOf(mlir::Operation *op) const;
  const FusionLimits *limitsOf(FusionRole leader) const;
  /// Whether each element of the op's results is an expression over elements of
  /// its operands.
  bool isIndexed(mlir::Operation *op) const;
};

/// The rules for an op: those of its target.
using FusionRulesOf = std::function<const FusionRules &(mlir::Operation *op)>;

/// One op to a kernel.
const FusionRules &noFusion();
/// What the schedules of vector processors take.
const FusionRules &defaultFusion();

} // namespace opc

#endif // OPC_DIALECT_OPC_TRANSFORMS_FUSIONRULES_H
