//===- AscendCPrinter.h - one kernel as Ascend C ----------------*- C++ -*-===//
#ifndef OPC_LIB_TARGETS_ASCEND_ASCENDCPRINTER_H
#define OPC_LIB_TARGETS_ASCEND_ASCENDCPRINTER_H

#include "opc/Targets/Tile/KernelPrinter.h"

namespace opc::ascend {

extern const source::Spelling kSpelling;

/// Kernels of the vector unit. What a pipe has to wait for is said where it is
/// issued: a flag is set and waited for in one place, so that none is left.
class AscendCPrinter : public tile::KernelPrinter {
public:
  AscendCPrinter(mlir::func::FuncOp function, llvm::raw_ostream &out)
      : KernelPrinter(function, kSpelling, out) {}

private:
  // AscendCPrinter.cpp: the head and what is in global memory.
  void printKernelHead() override;
  void printTail() override;
  void printLoad(mlir::memref::LoadOp op) override;
  void printStore(mlir::memref::StoreOp op) override;
  void printExchange(mlir::memref::AtomicRMWOp op) override;
  source::Expression coreId() override { return {"GetBlockIdx()"}; }
  source::Expression coreCount() override { return {"GetBlockNum()"}; }
  std::string argumentName(mlir::BlockArgument argument);
  void printGlobals();
  /// A type as tensors have it.
  static std::string elementName(mlir::Type type);

  // AscendCTiles.cpp: buffers, copies and their order.
  void printPipe();
  void printBuffer(tile::BufferOp op) override;
  void printCopy(tile::CopyAsyncOp op) override;
  void printWait(tile::WaitOp op) override;
  void printBarrier(tile::BarrierOp op) override { unknown = op; }
  std::optional<std::string> nameOfOwn(mlir::Type type) override;
  llvm::StringRef stemOfCarried(mlir::Type type) override;
  /// Work of pipe `to` that is issued from here on waits for that of `from`
  /// that was issued before.
  void printOrder(llvm::StringRef from, llvm::StringRef to);
  /// The same of the vector unit's work, once for all that it did since.
  void orderBehindVector(mlir::Operation *op, llvm::StringRef to);

  // AscendCWork.cpp: the vector unit's instructions.
  bool printWork(tile::ComputeOp op) override;
  /// `call` for a row, or for all of them where they lie together.
  using RowCall = llvm::function_ref<void(llvm::StringRef row,
                                          const source::Expression &count)>;
  void printRows(llvm::ArrayRef<tile::Window> windows, RowCall call);
  bool printInstruction(llvm::StringRef name, mlir::ValueRange from,
                        mlir::Value to, llvm::StringRef scalar = "");
  bool printBroadcast(tile::BroadcastOp op);
  static std::string at(const tile::Window &window, llvm::StringRef row);

  /// Where vector work was last ordered before each pipe.
  llvm::StringMap<mlir::Block *> ordered;
};

} // namespace opc::ascend

#endif // OPC_LIB_TARGETS_ASCEND_ASCENDCPRINTER_H
