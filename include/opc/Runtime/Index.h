//===- Index.h - Indices that do not count from the back --------*- C++ -*-===//
#ifndef OPC_RUNTIME_INDEX_H
#define OPC_RUNTIME_INDEX_H

#include <cstdint>

namespace opc {

/// Where a format has no indices that count from the back, a negative one is
/// moved down by this: so it lies outside of every dimension, and a fault can
/// say what it was.
inline constexpr int64_t kBelowAll = int64_t(1) << 62;

/// An index as the model has it.
constexpr int64_t indexAsGiven(int64_t index) {
  return index < -(kBelowAll >> 1) ? index + kBelowAll : index;
}

} // namespace opc

#endif // OPC_RUNTIME_INDEX_H
