//===- IntervalPacker.h - Buffers of known size in one block ----*- C++ -*-===//
#ifndef OPC_LIB_CONVERSION_OPCTOHOST_INTERVALPACKER_H
#define OPC_LIB_CONVERSION_OPCTOHOST_INTERVALPACKER_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>

namespace opc {

/// A buffer of `size` that lives from `begin` to `end`, both included.
struct PackedInterval {
  int64_t begin, end, size;
  int64_t offset; ///< the result
};

/// Gives every interval an offset so that no two overlap in space and time;
/// returns the size of the block. Best fit, largest first.
int64_t packIntervals(llvm::MutableArrayRef<PackedInterval> intervals);

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOHOST_INTERVALPACKER_H
