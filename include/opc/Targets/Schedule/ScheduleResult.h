//===- ScheduleResult.h - how a kernel gets its loops -----------*- C++ -*-===//
#ifndef OPC_TARGETS_SCHEDULE_SCHEDULERESULT_H
#define OPC_TARGETS_SCHEDULE_SCHEDULERESULT_H

#include "opc/Targets/Core/TargetDesc.h"
#include "llvm/ADT/Twine.h"
#include <optional>
#include <string>

namespace mlir {
class Operation;
} // namespace mlir

namespace opc {

class KernelForm;

/// What became of a kernel that was offered to a schedule.
class [[nodiscard]] ScheduleResult {
public:
  static ScheduleResult taken() { return {}; }
  /// `why` in a few words, as --explain prints them: "no product in it".
  static ScheduleResult declined(const llvm::Twine &why) {
    ScheduleResult result;
    result.reason = why.str();
    return result;
  }

  /// Declined, with nothing to tell: the schedule is meant for other ops, types
  /// or machines.
  static ScheduleResult notMeant() { return declined(""); }

  bool isTaken() const { return !reason; }
  /// Why it was declined; "" where there is nothing to tell.
  const std::string &why() const { return *reason; }

private:
  std::optional<std::string> reason;
};

/// One way to turn a kernel function on tensors into one on flat buffers.
struct Schedule {
  llvm::StringLiteral name;
  /// Rewrites the kernel in place, or declines it and has changed nothing.
  ScheduleResult (*apply)(KernelForm &kernel, const TargetDesc &desc);
  /// Whether kernels which this op leads are of its form, with what expressions
  /// come before and after; fusion asks it. Null: it takes no such op.
  bool (*leads)(mlir::Operation *op, const TargetDesc &desc) = nullptr;
};

/// Name of the schedule that wrote a kernel; kPlainLoops where none took it.
inline constexpr llvm::StringLiteral kScheduleAttr = "opc.schedule";
inline constexpr llvm::StringLiteral kPlainLoops = "plain-loops";
/// Why each schedule that is meant for such kernels, and was asked before, did
/// not: {gemm = "no product of these types"}.
inline constexpr llvm::StringLiteral kDeclinedAttr = "opc.declined";
/// What the schedule chose, and why, as lines of text, where it says so.
inline constexpr llvm::StringLiteral kPlanAttr = "opc.plan";
/// What stands there for the name of a schedule where none was asked.
inline constexpr llvm::StringLiteral kAllSchedules = "all";

} // namespace opc

#endif // OPC_TARGETS_SCHEDULE_SCHEDULERESULT_H
