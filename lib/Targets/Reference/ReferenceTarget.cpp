//===- ReferenceTarget.cpp - The definition of every op, executed ---------===//
//
// No fusion, no layout, no schedule: each op is one kernel of plain loops in
// the order of its definition. Every other target is checked against it.
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/Core/Target.h"

#include "Chips.inc"

namespace opc {

const Target &referenceTarget();

const Target &referenceTarget() {
  static const Target target = {
      .name = "reference",
      .summary = "plain loops, one kernel for each op; what others are checked "
                 "against",
      .chips = kChips,
  };
  return target;
}

} // namespace opc
