//===- Schedule.cpp - Each kernel to the first schedule that takes it -----===//
//
//   func.func private @k(%x: tensor<?xf32>) -> tensor<?xf32>
//   // becomes
//   func.func private @k(%status: memref<4xi64>, %x: memref<?xf32>,
//                        %y: memref<?xf32>, ..., %begin: index, %end: index)
//
//===----------------------------------------------------------------------===//
#include "opc/Pipeline/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Conversion/OpcToLoops/LowerKernels.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Kernel/KernelForm.h"
#include "opc/Targets/Core/Target.h"

namespace opc {
#define GEN_PASS_DEF_SCHEDULEPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

namespace {

/// The plain loops take one op, or indexed ops alone. What else no schedule
/// took stays on tensors and is broken up (opc-unfuse-kernels).
bool fitsPlainLoops(func::FuncOp kernel) {
  auto ops = kernel.front().without_terminator();
  auto computes = [](Operation &op) { return !isa<ConstantOp>(op); };
  auto isIndexed = [](Operation &op) {
    return indexedLowering(&op) != nullptr;
  };
  return llvm::count_if(ops, computes) <= 1 || llvm::all_of(ops, isIndexed);
}

/// Why no schedule is asked: schedules decide about broadcasting when they are
/// written, and may divide by extents and cut them into tiles. Plain loops
/// decide as they run, and those over nothing end.
std::optional<StringRef> unfit(KernelForm &kernel) {
  if (kernel.broadcastsAtRunTime())
    return "an operand that the run may broadcast";
  if (kernel.hasEmptyTensor())
    return "a tensor without elements";
  return std::nullopt;
}

/// Offers a kernel to a target's schedules and notes what each made of it.
class Offer {
public:
  explicit Offer(func::FuncOp function) : form(function), b(function) {}

  bool isTaken(ArrayRef<Schedule> schedules, const TargetDesc &desc) {
    if (schedules.empty())
      return false;
    if (std::optional<StringRef> reason = unfit(form)) {
      note(kAllSchedules, *reason);
      return false;
    }
    for (const Schedule &schedule : schedules) {
      ScheduleResult result = schedule.apply(form, desc);
      if (result.isTaken()) {
        stamp(schedule.name);
        return true;
      }
      if (!result.why().empty())
        note(schedule.name, result.why());
    }
    return false;
  }

  void stamp(StringRef name) {
    form.function->setAttr(kScheduleAttr, b.getStringAttr(name));
    stampDeclined();
  }

  /// Says why no schedule took the kernel so far.
  void stampDeclined() {
    if (!declined.empty())
      form.function->setAttr(kDeclinedAttr, b.getDictionaryAttr(declined));
  }

private:
  void note(StringRef schedule, StringRef why) {
    declined.push_back(b.getNamedAttr(schedule, b.getStringAttr(why)));
  }

  KernelForm form;
  Builder b;
  SmallVector<NamedAttribute> declined;
};

struct SchedulePass : opc::impl::SchedulePassBase<SchedulePass> {
  void runOnOperation() override {
    func::FuncOp kernel = getOperation();
    if (!kernel->hasAttr(kKernelAttr) || kernel->hasAttr(kUnitsAttr))
      return;
    FailureOr<const TargetDesc *> desc = targetOf(kernel);
    if (failed(desc))
      return signalPassFailure();
    Offer offer(kernel);
    if (offer.isTaken(findTarget((*desc)->target)->schedules, **desc))
      return;
    if (!fitsPlainLoops(kernel))
      return offer.stampDeclined();
    if (failed(lowerKernelToLoops(kernel)))
      return signalPassFailure();
    offer.stamp(kPlainLoops);
  }
};

} // namespace
