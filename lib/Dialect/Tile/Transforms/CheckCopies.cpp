//===- CheckCopies.cpp - whether the machine copies so --------------------===//
#include "Checks.h"

#include "opc/Dialect/Tile/Transforms/CopyBlocks.h"

using namespace mlir;
using namespace opc::tile;

LogicalResult opc::tile::checkCopies(const Machine &machine,
                                     func::FuncOp function) {
  WalkResult walk = function.walk([&](CopyAsyncOp copy) {
    llvm::Expected<const CopyForm *> form = formOf(copy, machine);
    if (form)
      return WalkResult::advance();
    refuse(copy, machine) << llvm::toString(form.takeError());
    return WalkResult::interrupt();
  });
  return failure(walk.wasInterrupted());
}
