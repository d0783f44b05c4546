//===- CPUTarget.cpp - Processors with vector units -----------------------===//
//
// The plug-in of general-purpose processors. What differs between chips is in
// Chips/*.json alone.
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/Core/Target.h"

#include "Chips.inc"

namespace opc {

const Target &cpuTarget();

const Target &cpuTarget() {
  static const Target target = {
      .name = "cpu",
      .summary = "processors with vector units, and matrix units where present",
      .chips = kChips,
  };
  return target;
}

} // namespace opc
