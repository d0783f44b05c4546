//===- TargetRules.cpp - What a chip's kernels may hold -------------------===//
#include "TargetRules.h"

#include "llvm/ADT/STLExtras.h"

using namespace opc;

FusionRules opc::rulesFor(const TargetDesc &desc) {
  const Target &target = *findTarget(desc.target);
  FusionRules rules = target.fusion();
  rules.leads = [&desc, &target](mlir::Operation *op) {
    return llvm::any_of(target.schedules, [&](const Schedule &schedule) {
      return schedule.leads && schedule.leads(op, desc);
    });
  };
  return rules;
}
