//===- VectorMachine.h - what CPU schedules know of a core ------*- C++ -*-===//
//
// The few numbers that every CPU schedule derives its tiles, panels and loop
// orders from. They come from the target description, never from a chip's name.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_VECTOR_VECTORMACHINE_H
#define OPC_TARGETS_CPU_VECTOR_VECTORMACHINE_H

#include "opc/Targets/Core/TargetDesc.h"

namespace opc::cpu {

/// The vector unit, with what follows from it, and the caches behind it.
struct VectorMachine : VectorUnit {
  VectorMachine(const VectorUnit &unit, int64_t l1Bytes, int64_t l2Bytes)
      : VectorUnit(unit), lanes(unit.lanes(32)), vectorBytes(unit.bits / 8),
        l1Bytes(l1Bytes), l2Bytes(l2Bytes) {}

  int64_t lanes;       ///< f32 elements of one vector register
  int64_t vectorBytes; ///< of one vector register
  int64_t l1Bytes, l2Bytes;
};

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_VECTOR_VECTORMACHINE_H
