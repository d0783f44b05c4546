//===- AscendCPrinter.h - one kernel as Ascend C ----------------*- C++ -*-===//
#ifndef OPC_LIB_TARGETS_ASCEND_ASCENDCPRINTER_H
#define OPC_LIB_TARGETS_ASCEND_ASCENDCPRINTER_H

#include "opc/Targets/Tile/KernelPrinter.h"

namespace opc::ascend {

extern const source::Spelling kSpelling;

class AscendCPrinter : public tile::KernelPrinter {
public:
  AscendCPrinter(mlir::func::FuncOp function, llvm::raw_ostream &out)
      : KernelPrinter(function, kSpelling, out) {}

private:
  void printKernelHead() override;
  void printTail() override;
  void printLoad(mlir::memref::LoadOp op) override;
  void printStore(mlir::memref::StoreOp op) override;
  void printExchange(mlir::memref::AtomicRMWOp op) override;

  void printBuffer(tile::BufferOp op) override { unknown = op; }
  void printCopy(tile::CopyAsyncOp op) override { unknown = op; }
  void printWait(tile::WaitOp op) override { unknown = op; }
  void printBarrier(tile::BarrierOp op) override { unknown = op; }
  bool printWork(tile::ComputeOp op) override { return false; }
  source::Expression coreId() override { return {"GetBlockIdx()"}; }
  source::Expression coreCount() override { return {"GetBlockNum()"}; }

  std::string argumentName(mlir::BlockArgument argument);
  void printGlobals();
};

} // namespace opc::ascend

#endif // OPC_LIB_TARGETS_ASCEND_ASCENDCPRINTER_H
