//===- MergedAxes.h - neighbouring axes walked as one -----------*- C++ -*-===//
//
// Where every value of an element-wise kernel is either full or broadcast over
// neighbouring axes alike, those axes are one:
//
//   [N, C, H, W] + [1, C, 1, 1]  ->  [N, C, H * W] + [1, C, 1]
//
//===----------------------------------------------------------------------===//
#ifndef OPC_KERNEL_MERGEDAXES_H
#define OPC_KERNEL_MERGEDAXES_H

#include "opc/Kernel/KernelForm.h"

namespace opc {

class MergedAxes {
public:
  /// The axes of `domain`, merged as far as all element-wise values of `kernel`
  /// allow. `root`, where given, is a value that element-wise ops follow; its
  /// operands are left alone and the last axis stays by itself. Nothing is
  /// merged where an op is neither element-wise, nor a reduce, nor `root`'s.
  static MergedAxes ofKernel(KernelForm &kernel, const Dims &domain,
                             mlir::Value root = {});
  /// The same for a run that finds the extents equal of which only a run knows
  /// (isOpenBroadcast).
  static MergedAxes whereEqual(KernelForm &kernel, const Dims &domain);

  /// Whether the kernel is element-wise (but for `root`).
  bool elementwise() const { return mergeable; }
  /// The extents of the domain's merged axes.
  const Dims &domain() const { return mergedDomain; }
  /// The merged axis that holds axis `axis` of the domain.
  int64_t axisOf(int64_t axis) const;
  /// Every value of the kernel with its merged extents; empty where nothing
  /// could be merged.
  llvm::ArrayRef<std::pair<mlir::Value, Dims>> values() const { return merged; }

  /// What must be equal for no operand to be broadcast where only the run
  /// knows: pairs of different extents.
  llvm::ArrayRef<std::pair<mlir::AffineExpr, mlir::AffineExpr>> open() const {
    return openPairs;
  }
  /// Of each axis of `coarse`, which has merged at least as much of the same
  /// domain: the extents of its parts here.
  llvm::SmallVector<Dims> partsOf(const MergedAxes &coarse) const;

private:
  /// How a value lies along an axis: all of it, one element for all, what only
  /// the run knows of the two, or all of one element.
  enum class Use { Full, Once, Open, Either };
  static MergedAxes of(KernelForm &kernel, const Dims &domain, mlir::Value root,
                       bool whereEqual);
  Use use(mlir::Value value, unsigned axis, ShapeEnv &env) const;
  bool joins(mlir::Value value, unsigned axis, ShapeEnv &env) const;
  Dims merge(mlir::Value value, ShapeEnv &env) const;
  void noteOpen(mlir::Value value, ShapeEnv &env);
  unsigned endOf(unsigned group) const;

  bool mergeable = true, whereOpenIsFull = false;
  Dims original, mergedDomain;
  llvm::SmallVector<unsigned> starts; ///< first axis of each group
  llvm::SmallVector<std::pair<mlir::Value, Dims>> merged;
  llvm::SmallVector<std::pair<mlir::AffineExpr, mlir::AffineExpr>> openPairs;
};

} // namespace opc

#endif // OPC_KERNEL_MERGEDAXES_H
