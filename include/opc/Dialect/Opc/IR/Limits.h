//===- Limits.h - how large tensors may be ----------------------*- C++ -*-===//
#ifndef OPC_DIALECT_OPC_IR_LIMITS_H
#define OPC_DIALECT_OPC_IR_LIMITS_H

#include <cstdint>
#include <limits>

namespace opc {

/// No tensor has an extent above this, so that sizes cannot overflow unseen;
/// larger positions mean "to the end" or "from the start".
inline constexpr int64_t kLargestExtent = int64_t(1) << 40;

/// Below every value, and a number that the text of a map can hold.
inline constexpr int64_t kNoLowerEnd = -std::numeric_limits<int64_t>::max();

/// Bytes of a tensor whose extents are all known.
inline constexpr int64_t kLargestBytes = int64_t(1) << 40;

/// Axes of a tensor: as many as a manifest may give it (docs/Manifest.md).
inline constexpr int64_t kMostAxes = 64;

} // namespace opc

#endif // OPC_DIALECT_OPC_IR_LIMITS_H
