//===- GridLoops.cpp - plain loops, a unit for each work item -------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "opc/Conversion/KernelAttributes.h"
#include "opc/Targets/Simt/GridSchedules.h"
#include "opc/Targets/Simt/Passes.h"
#include "llvm/Support/MathExtras.h"

namespace opc::simt {
#define GEN_PASS_DEF_GRIDLOOPSPASS
#include "opc/Targets/Simt/Passes.h.inc"
} // namespace opc::simt

using namespace mlir;
namespace opc::simt {
namespace {

/// What all items of a group may have in rows of scratch: a device that runs
/// them on a stack has one.
constexpr int64_t kMostScratch = 256 << 10;

int64_t scratchBytes(func::FuncOp kernel) {
  int64_t bytes = 0;
  kernel.walk([&](memref::AllocaOp op) {
    MemRefType type = op.getType();
    bytes += type.getNumElements() *
             llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  });
  return bytes;
}

/// Items of a group: no more than there are units, or have scratch.
int64_t groupOf(func::FuncOp kernel, int64_t most) {
  if (int64_t bytes = scratchBytes(kernel))
    most = std::min<int64_t>(most, llvm::bit_floor<uint64_t>(std::max<int64_t>(
                                       kMostScratch / bytes, 1)));
  AffineMap units = kernel->getAttrOfType<AffineMapAttr>(kUnitsAttr).getValue();
  auto known = dyn_cast<AffineConstantExpr>(units.getResult(0));
  if (known && known.getValue() < most)
    return llvm::bit_ceil<uint64_t>(std::max<int64_t>(known.getValue(), 1));
  return most;
}

struct GridLoops : impl::GridLoopsPassBase<GridLoops> {
  using Base::Base;
  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (kernel->hasAttr(kGroupAttr) || !kernel->hasAttr(kUnitsAttr))
      return;
    int64_t items = groupOf(kernel, group);
    Builder attributes(&getContext());
    kernel->setAttr(kGroupAttr, attributes.getI64IntegerAttr(items));
    kernel->setAttr(kGrainAttr, attributes.getI64IntegerAttr(items));
    wrap(kernel, items);
  }

  void wrap(func::FuncOp kernel, int64_t items) {
    Block &entry = kernel.front();
    Value begin = entry.getArgument(entry.getNumArguments() - 2);
    Value end = entry.getArguments().back();
    OpBuilder b = OpBuilder::atBlockBegin(&entry);
    Location loc = kernel.getLoc();
    auto x = gpu::Dimension::x;
    auto times = [&](Value value) -> Value {
      Value count = arith::ConstantIndexOp::create(b, loc, items);
      return arith::MulIOp::create(b, loc, value, count);
    };
    Value first =
        arith::AddIOp::create(b, loc, times(gpu::BlockIdOp::create(b, loc, x)),
                              gpu::ThreadIdOp::create(b, loc, x));
    Value step = times(gpu::GridDimOp::create(b, loc, x));
    auto loop = scf::ForOp::create(b, loc, first, end, step);
    Operation *last = loop.getBody()->getTerminator();
    Operation *terminator = entry.getTerminator();
    while (loop->getNextNode() != terminator)
      loop->getNextNode()->moveBefore(last);
    b.setInsertionPointToStart(loop.getBody());
    Value unit = loop.getInductionVar();
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    Value next = arith::AddIOp::create(b, loc, unit, one);
    begin.replaceAllUsesWith(unit);
    end.replaceUsesWithIf(next, [&](OpOperand &use) {
      return use.getOwner() != loop.getOperation();
    });
    for (auto row : llvm::to_vector(loop.getOps<memref::AllocaOp>()))
      row->moveBefore(&entry, entry.begin());
  }
};

} // namespace
} // namespace opc::simt
