//===- VectorMachine.h - what CPU schedules know of a core ------*- C++ -*-===//
//
// The few numbers that every CPU schedule derives its tiles, panels and loop
// orders from. They come from the target description, never from a chip's name.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_CPU_VECTOR_VECTORMACHINE_H
#define OPC_TARGETS_CPU_VECTOR_VECTORMACHINE_H

#include <cstdint>

namespace opc::cpu {

struct VectorMachine {
  int64_t lanes = 16;           ///< f32 elements of one vector register
  int64_t registers = 32;       ///< vector registers
  int64_t fmaPorts = 2;         ///< vector multiply-adds that start each cycle
  int64_t fmaLatency = 4;       ///< cycles until a multiply-add can be added to
  int64_t loadPorts = 2;        ///< vector loads that start each cycle
  int64_t vectorBytes = 64;     ///< of one vector register
  int64_t l2BytesPerCycle = 48; ///< that loads get of L2, sustained
  int64_t l1Bytes = 48 << 10;
  int64_t l2Bytes = 2 << 20;
};

} // namespace opc::cpu

#endif // OPC_TARGETS_CPU_VECTOR_VECTORMACHINE_H
