//===- AxisScale.h - how an axis is resampled -------------------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_TORCH_OPS_AXISSCALE_H
#define OPC_LIB_FRONTEND_TORCH_OPS_AXISSCALE_H

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace opc::torch {

/// Extents that are known, so that positions are constants, computed as torch
/// does.
struct AxisScale {
  int64_t from, to;
  double scale; ///< given by the node; 0: the quotient of the extents
  bool corners;

  template <typename Real> Real step() const {
    if (corners)
      return to > 1 ? static_cast<Real>(from - 1) / static_cast<Real>(to - 1)
                    : Real(0);
    return scale > 0 ? static_cast<Real>(1.0 / scale)
                     : static_cast<Real>(from) / static_cast<Real>(to);
  }
  /// Where element `i` of the result lies between those of the operand.
  template <typename Real> Real position(int64_t i) const {
    return corners
               ? static_cast<Real>(i) * step<Real>()
               : step<Real>() * (static_cast<Real>(i) + Real(0.5)) - Real(0.5);
  }
  /// The element that is nearest to it, as floor has it. Where the extent stays
  /// or doubles no scale counts.
  int64_t nearest(int64_t i) const {
    if (to == from || to == 2 * from)
      return i / (to / from);
    float place = std::floor(static_cast<float>(i) * step<float>());
    return std::min(static_cast<int64_t>(place), from - 1);
  }
  /// The two elements around it, and the share of the second.
  struct Between {
    int64_t low, high;
    double share;
  };
  Between between(int64_t i, bool isDouble) const {
    double place = isDouble ? std::max(position<double>(i), 0.0)
                            : std::max(position<float>(i), 0.0F);
    int64_t first = std::min(static_cast<int64_t>(place), from - 1);
    return {first, std::min(first + 1, from - 1),
            std::clamp(place - static_cast<double>(first), 0.0, 1.0)};
  }
};

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_OPS_AXISSCALE_H
