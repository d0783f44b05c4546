//===- CoreLoops.cpp - plain loops, a share of units for each core --------===//
#include "UnitWrites.h"
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
  using CoreLoopsPassBase::CoreLoopsPassBase;

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
    int64_t multiple = line ? unitsOfLines(kernel, line) : 1;
    if (!multiple)
      share = end;
    else if (multiple > 1)
      share = roundedUp(share, multiple, b);
    Value first =
        arith::MulIOp::create(b, loc, CoreIdOp::create(b, loc), share);
    Value next = arith::AddIOp::create(b, loc, first, share);
    Value last = arith::MinSIOp::create(b, loc, next, end);
    begin.replaceAllUsesWith(first);
    Operation *shared = last.getDefiningOp();
    end.replaceUsesWithIf(last, [&](OpOperand &use) {
      Operation *user = use.getOwner();
      return user->getBlock() != shared->getBlock() ||
             shared->isBeforeInBlock(user);
    });
  }

  static Value roundedUp(Value count, int64_t multiple, OpBuilder &b) {
    Location loc = count.getLoc();
    Value unit = arith::ConstantIndexOp::create(b, loc, multiple);
    Value less = arith::ConstantIndexOp::create(b, loc, multiple - 1);
    Value most = arith::AddIOp::create(b, loc, count, less);
    Value lines = arith::DivSIOp::create(b, loc, most, unit);
    return arith::MulIOp::create(b, loc, lines, unit);
  }
};

} // namespace
} // namespace opc::tile
