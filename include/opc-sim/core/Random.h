//===- Random.h - Numbers from the seed of the settings ---------*- C++ -*-===//
#ifndef OPC_SIM_CORE_RANDOM_H
#define OPC_SIM_CORE_RANDOM_H

#include "Settings.h"

#include <utility>
#include <vector>

namespace opcsim {

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same everywhere.
class Random {
public:
  explicit Random(uint64_t stream = 0)
      : state(Settings::get().seed * 0x9e3779b97f4a7c15u + stream) {}

  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  /// In [0, bound).
  uint64_t below(uint64_t bound) { return bound ? next() % bound : 0; }

  template <class T> void shuffle(std::vector<T> &values) {
    for (size_t i = values.size(); i > 1; --i)
      std::swap(values[i - 1], values[below(i)]);
  }

private:
  uint64_t state;
};

} // namespace opcsim

#endif // OPC_SIM_CORE_RANDOM_H
