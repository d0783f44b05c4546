//===- CoreLoops.cpp - plain loops, a share of units for each core --------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "opc/Conversion/KernelAttributes.h"
#include "opc/Dialect/Tile/IR/TileDialect.h"
#include "opc/Targets/Tile/Passes.h"

namespace opc::tile {
#define GEN_PASS_DEF_CORELOOPSPASS
#include "opc/Targets/Tile/Passes.h.inc"
} // namespace opc::tile

using namespace mlir;
namespace opc::tile {
namespace {

bool asksForCore(func::FuncOp kernel) {
  return kernel.walk([](CoreIdOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

struct CoreLoops : impl::CoreLoopsPassBase<CoreLoops> {
  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!kernel->hasAttr(kUnitsAttr) || asksForCore(kernel))
      return;
    Block &entry = kernel.front();
    Value begin = entry.getArgument(entry.getNumArguments() - 2);
    Value end = entry.getArguments().back();
    OpBuilder b = OpBuilder::atBlockBegin(&entry);
    Location loc = kernel.getLoc();
    Value cores = NumCoresOp::create(b, loc);
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    Value most = arith::AddIOp::create(
        b, loc, end, arith::SubIOp::create(b, loc, cores, one));
    Value share = arith::DivSIOp::create(b, loc, most, cores);
    Value first =
        arith::MulIOp::create(b, loc, CoreIdOp::create(b, loc), share);
    Value next = arith::AddIOp::create(b, loc, first, share);
    Value last = arith::MinSIOp::create(b, loc, next, end);
    begin.replaceAllUsesWith(first);
    end.replaceUsesWithIf(last, [&](OpOperand &use) {
      Operation *user = use.getOwner();
      return user != last.getDefiningOp() && user != most.getDefiningOp();
    });
  }
};

} // namespace
} // namespace opc::tile
