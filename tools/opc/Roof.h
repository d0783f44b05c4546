//===- Roof.h - What this machine could do ----------------------*- C++ -*-===//
//
// Measured, in a fraction of a second, on as many threads as a program uses:
// the two lines of the roofline model that a kernel is compared with (S.
// Williams, A. Waterman, D. Patterson, "Roofline", 2009).
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TOOLS_OPC_ROOF_H
#define OPC_TOOLS_OPC_ROOF_H

#include <vector>

namespace opc::cli {

struct Roof {
  /// How fast data of a size is read that was read before: small ones come out
  /// of a cache.
  struct Level {
    double bytes = 0; ///< of all threads together
    double bytesPerSecond = 0;
  };

  double flopsPerSecond = 0; ///< f32 multiply-adds with the widest vectors
  std::vector<Level> levels; ///< smallest first; the last one is memory

  double bytesPerSecond(double bytes) const;
  /// The least time in which any kernel could do this work.
  double seconds(double flops, double bytes) const;
};

Roof measureRoof(int threads);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_ROOF_H
