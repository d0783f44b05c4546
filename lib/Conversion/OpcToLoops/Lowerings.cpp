//===- Lowerings.cpp - how each op class turns into loops -----------------===//
//
// Collects the tables of all op families. Every element-wise op shares one
// entry, and so do ops that only move elements, reductions, and sums of
// products.
//
//===----------------------------------------------------------------------===//
#include "opc/Conversion/OpcToLoops/KernelEmitter.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;

namespace opc {
namespace {

struct Tables {
  IndexedTable indexed;
  NestTable nests;

  Tables() {
    registerAccessLowerings(indexed);
    registerElementwiseLowerings(indexed);
    registerMovementLowerings(indexed);
    registerIndexingLowerings(indexed, nests);
    registerReduceLowerings(nests);
    registerProductLowerings(nests);
    registerPoolLowerings(nests);
    registerResizeLowerings(nests);
    registerGridSampleLowerings(nests);
    registerRoiAlignLowerings(nests);
    registerRecurrentLowerings(nests);
    registerSortLowerings(nests);
    registerSuppressionLowerings(nests);
    registerRandomLowerings(indexed);
  }
};

const Tables &tables() {
  static const Tables all;
  return all;
}

template <typename Lowering>
const Lowering *lookUp(const llvm::StringMap<Lowering> &table, StringRef name) {
  auto entry = table.find(name);
  return entry == table.end() ? nullptr : &entry->second;
}

} // namespace

const IndexedLowering *indexedLowering(Operation *op) {
  if (isa<ScalarOp>(op))
    return lookUp(tables().indexed, kElementwiseEntry);
  const IndexedLowering *own =
      lookUp(tables().indexed, op->getName().getStringRef());
  return own || !isa<AccessOp>(op) ? own
                                   : lookUp(tables().indexed, kMovementEntry);
}

const NestLowering *nestLowering(Operation *op) {
  const NestLowering *own =
      lookUp(tables().nests, op->getName().getStringRef());
  if (own || !isa<IterationOp>(op))
    return own;
  return lookUp(tables().nests,
                isa<ReductionOp>(op) ? kReductionEntry : kProductEntry);
}

} // namespace opc
