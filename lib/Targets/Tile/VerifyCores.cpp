//===- VerifyCores.cpp - programs of tiles on their target's cores --------===//
#include "opc/Dialect/Tile/Transforms/Passes.h"
#include "opc/Targets/Tile/CoreFamily.h"
#include "opc/Targets/Tile/Passes.h"

namespace opc::tile {
#define GEN_PASS_DEF_VERIFYCORESPASS
#include "opc/Targets/Tile/Passes.h.inc"
} // namespace opc::tile

using namespace mlir;
namespace opc::tile {
namespace {

bool hasSpaces(const Machine &machine, func::FuncOp kernel) {
  return !kernel
              .walk([&](BufferOp op) {
                Space space = op.getY().getType().getSpace().getValue();
                return machine.find(space) ? WalkResult::advance()
                                           : WalkResult::interrupt();
              })
              .wasInterrupted();
}

struct VerifyCores : impl::VerifyCoresPassBase<VerifyCores> {
  void runOnOperation() override {
    FailureOr<const TargetDesc *> desc = targetOf(getOperation());
    if (failed(desc))
      return signalPassFailure();
    llvm::ArrayRef<Machine> machines = machinesOf(**desc);
    const auto *machine = llvm::find_if(machines, [&](const Machine &machine) {
      return hasSpaces(machine, getOperation());
    });
    if (machine == machines.end()) {
      getOperation().emitError("no kind of core has the spaces of its buffers");
      return signalPassFailure();
    }
    if (failed(verifyOn(*machine, getOperation())))
      signalPassFailure();
  }
};

} // namespace
} // namespace opc::tile
