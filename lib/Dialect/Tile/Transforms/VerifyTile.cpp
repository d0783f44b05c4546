//===- VerifyTile.cpp - refuses what a machine would not run right --------===//
//
//   %x = tile.buffer : !tile.buffer<65536xf32, vector>
//     ->
//   error: 'tile.buffer' op machine small: live buffers of vector take 262144
//   bytes, of 8192
//
//===----------------------------------------------------------------------===//
#include "Checks.h"

#include "opc/Dialect/Tile/Transforms/Passes.h"

namespace opc {
#define GEN_PASS_DEF_VERIFYTILEPASS
#include "opc/Dialect/Tile/Transforms/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc::tile;

LogicalResult opc::tile::verifyOn(const Machine &machine,
                                  func::FuncOp function) {
  for (auto *check :
       {checkMemory, checkCopies, checkCompute, checkBarriers, checkTokens})
    if (failed(check(machine, function)))
      return failure();
  return success();
}

namespace {

struct VerifyTilePass : opc::impl::VerifyTilePassBase<VerifyTilePass> {
  using VerifyTilePassBase::VerifyTilePassBase;

  void runOnOperation() override {
    llvm::Expected<Machine> found = Machine::load(machine);
    if (!found) {
      getOperation().emitError(llvm::toString(found.takeError()));
      return signalPassFailure();
    }
    if (failed(verifyOn(*found, getOperation())))
      signalPassFailure();
  }
};

} // namespace
