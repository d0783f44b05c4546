//===- Indices.h - threadIdx and its like -----------------------*- C++ -*-===//
//
// For a kernel these are constants, and so for the compiler: it neither reads
// them again after a call nor instruments the reads. Who runs threads changes
// them under another name.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_INDICES_H
#define OPC_SIM_SIMT_INDICES_H

#include "Types.h"

asm(R"(
.pushsection .bss.opcsim_indices, "aw", @nobits
.balign 16
.weak opcsim_thread_index
.weak opcsim_thread_index_store
opcsim_thread_index:
opcsim_thread_index_store:
.zero 16
.weak opcsim_block_index
.weak opcsim_block_index_store
opcsim_block_index:
opcsim_block_index_store:
.zero 16
.weak opcsim_block_extents
.weak opcsim_block_extents_store
opcsim_block_extents:
opcsim_block_extents_store:
.zero 16
.weak opcsim_grid_extents
.weak opcsim_grid_extents_store
opcsim_grid_extents:
opcsim_grid_extents_store:
.zero 16
.weak opcsim_wave_size
.weak opcsim_wave_size_store
opcsim_wave_size:
opcsim_wave_size_store:
.zero 16
.popsection
)");

extern const uint3 threadIdx __asm__("opcsim_thread_index");
extern const uint3 blockIdx __asm__("opcsim_block_index");
extern const dim3 blockDim __asm__("opcsim_block_extents");
extern const dim3 gridDim __asm__("opcsim_grid_extents");
extern const int warpSize __asm__("opcsim_wave_size");

namespace opcsim::simt {

extern uint3 threadIndex __asm__("opcsim_thread_index_store");
extern uint3 blockIndex __asm__("opcsim_block_index_store");
extern uint3 blockExtents __asm__("opcsim_block_extents_store");
extern uint3 gridExtents __asm__("opcsim_grid_extents_store");
extern int waveSize __asm__("opcsim_wave_size_store");

inline uint3 toIndex(const dim3 &extents) {
  return {extents.x, extents.y, extents.z};
}
inline size_t product(const dim3 &extents) {
  return size_t{extents.x} * extents.y * extents.z;
}
/// The index of a linear number; x runs fastest.
inline uint3 unflatten(size_t number, const dim3 &extents) {
  return {static_cast<unsigned>(number % extents.x),
          static_cast<unsigned>(number / extents.x % extents.y),
          static_cast<unsigned>(number / extents.x / extents.y)};
}

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_INDICES_H
