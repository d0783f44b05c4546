//===- KernelPrinter.h - kernels of cores as source of C --------*- C++ -*-===//
//
// What printers of the family share: where parts of buffers lie, and which op
// is which. A vendor's printer says how its API spells buffers, copies and
// work.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_TILE_KERNELPRINTER_H
#define OPC_TARGETS_TILE_KERNELPRINTER_H

#include "opc/Dialect/Tile/IR/Machine.h"
#include "opc/Targets/Core/Target.h"
#include "opc/Targets/Source/FunctionPrinter.h"

namespace opc::tile {

/// A part of a buffer of one or two axes, as expressions of C in elements.
struct Window {
  std::string base; ///< what the buffer is called
  source::Expression offset{"0"}, rows{"1"}, columns{"1"}, pitch{"1"};
};

class KernelPrinter : public source::FunctionPrinter {
public:
  using FunctionPrinter::FunctionPrinter;

protected:
  // What a vendor's printer says.
  virtual void printKernelHead() = 0;
  virtual void printBuffer(BufferOp op) = 0;
  virtual void printCopy(CopyAsyncOp op) = 0;
  virtual void printWait(WaitOp op) = 0;
  virtual void printBarrier(BarrierOp op) = 0;
  /// An op on whole tiles; false where the API has none.
  virtual bool printWork(ComputeOp op) = 0;
  virtual source::Expression coreId() = 0;
  virtual source::Expression coreCount() = 0;
  /// The token of no copy; "" where tokens are not written down.
  virtual std::string doneToken() { return ""; }

  /// Whether the function is a kernel, and not one of numbers.
  bool isKernel();
  /// The part that a value names: all of what an op made or a loop carries.
  Window windowOf(mlir::Value buffer);
  /// The part of `window`, whose rows are `window.pitch` apart, from `starts`
  /// on, of `sizes`.
  Window partOf(Window window, llvm::ArrayRef<mlir::OpFoldResult> starts,
                llvm::ArrayRef<mlir::OpFoldResult> sizes);
  /// base + offset, as a pointer.
  static std::string addressOf(const Window &window);
  /// Both sides of a copy.
  Window sourceOf(CopyAsyncOp op);
  Window destinationOf(CopyAsyncOp op);
  source::Expression number(mlir::OpFoldResult number);

  bool printOwn(mlir::Operation *op) override;
  std::optional<source::Expression>
  expressionOfOwn(mlir::Operation *op) override;

private:
  void printHead() final;
  std::optional<llvm::StringRef> stemOfOwn(mlir::Operation *op) final;

  llvm::DenseMap<mlir::Value, Window> windows;
};

/// Sums and products of positions, without what changes nothing.
source::Expression plus(const source::Expression &x,
                        const source::Expression &y);
source::Expression times(const source::Expression &x,
                         const source::Expression &y);
source::Expression minus(const source::Expression &x,
                         const source::Expression &y);

using MakePrinter = llvm::function_ref<std::unique_ptr<source::FunctionPrinter>(
    mlir::func::FuncOp, llvm::raw_ostream &)>;
/// All functions of a module, those of numbers first. Fails, naming the op,
/// where one has no spelling.
llvm::Expected<std::string> printKernels(mlir::ModuleOp kernels,
                                         const source::Spelling &spelling,
                                         const TargetDesc &desc,
                                         MakePrinter make);

} // namespace opc::tile

#endif // OPC_TARGETS_TILE_KERNELPRINTER_H
