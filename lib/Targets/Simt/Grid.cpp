//===- Grid.cpp - what one work item sees of the grid ---------------------===//
#include "opc/Targets/Simt/GridSchedules.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
namespace opc::simt {

Grid::Grid(KernelWriter &w) : w(w) {
  OpBuilder &b = w.l.b;
  ownItem = gpu::ThreadIdOp::create(b, w.l.loc, gpu::Dimension::x);
  ownGroup = gpu::BlockIdOp::create(b, w.l.loc, gpu::Dimension::x);
  groups = gpu::GridDimOp::create(b, w.l.loc, gpu::Dimension::x);
}

void Grid::strided(Value first, Value last, Value step,
                   llvm::function_ref<void(Value i)> body) {
  OpBuilder &b = w.l.b;
  auto loop = scf::ForOp::create(b, w.l.loc, first, last, step);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

void Grid::forItemUnits(int64_t group,
                        llvm::function_ref<void(Value unit)> body) {
  Value first = w.l.add(w.l.mul(ownGroup, group), ownItem);
  strided(first, w.kernel.end, w.l.mul(groups, group), body);
}

void Grid::forGroupUnits(llvm::function_ref<void(Value unit)> body) {
  strided(ownGroup, w.kernel.end, groups, body);
}

void Grid::wait() { gpu::BarrierOp::create(w.l.b, w.l.loc); }

Value Grid::shared(Type element, int64_t count) {
  Value memory;
  w.e.atEntry([&] {
    auto space = gpu::AddressSpaceAttr::get(w.l.b.getContext(),
                                            gpu::AddressSpace::Workgroup);
    auto type = MemRefType::get({count}, element, AffineMap(), space);
    memory = memref::AllocaOp::create(w.l.b, w.l.loc, type);
  });
  return memory;
}

ScheduleResult
writeGridKernel(KernelForm &kernel, int64_t lanes, AffineExpr units,
                int64_t group, bool perGroup,
                llvm::function_ref<void(KernelWriter &, Grid &)> body) {
  // A group of items takes as many units, or one of its own.
  ScheduleResult result = writeKernel(
      kernel, lanes, units, perGroup ? 1 : group, [&](KernelWriter &w) {
        w.v.singleLanes = true;
        Grid grid(w);
        body(w, grid);
      });
  if (result.isTaken())
    kernel.function->setAttr(
        kGroupAttr, Builder(kernel.context()).getI64IntegerAttr(group));
  return result;
}

LaneIndices uniform(ArrayRef<Value> at) {
  LaneIndices indices;
  for (Value index : at)
    indices.push_back({index, 0});
  return indices;
}

void writeElements(KernelWriter &w, ArrayRef<Value> at,
                   ArrayRef<Value> results) {
  LaneIndices indices = uniform(at);
  SmallVector<Value> values;
  for (Value result : results)
    values.push_back(w.v.element(result, indices));
  for (auto [result, value] : llvm::zip(results, values))
    w.v.storeScalar(value, result, indices);
}

ArrayRef<Schedule> schedules() {
  static const Schedule table[] = {
      {"simt-gemm", scheduleGemm, leadsGemm},
      {"simt-reduce", scheduleReduce, leadsReduce},
      {"simt-pointwise", schedulePointwise},
  };
  return table;
}

} // namespace opc::simt
