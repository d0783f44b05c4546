//===- MadeUpKernel.h - descriptions of kernels in few words ----*- C++ -*-===//
#ifndef OPC_UNITTESTS_DIALECT_TILE_MADEUPKERNEL_H
#define OPC_UNITTESTS_DIALECT_TILE_MADEUPKERNEL_H

#include "opc/Dialect/Tile/Transforms/TilePlan.h"

namespace opc::tile {

inline PlanAxis parallel(const char *name, int64_t extent,
                         Splitting splitting = Splitting::Free) {
  PlanAxis axis;
  axis.name = name;
  axis.extent = extent;
  axis.splitting = splitting;
  return axis;
}

inline PlanAxis reduced(const char *name, int64_t extent,
                        Splitting splitting = Splitting::Free) {
  PlanAxis axis = parallel(name, extent, splitting);
  axis.reduced = true;
  return axis;
}

/// An operand whose axes are those of the kernel; -1 is one of extent 1.
inline PlanOperand operand(const char *name, PlanRole role,
                           std::vector<int> axes) {
  PlanOperand operand;
  operand.name = name;
  operand.role = role;
  for (int axis : axes) {
    PlanDim dim;
    if (axis >= 0)
      dim.terms.push_back({unsigned(axis), 1});
    operand.dims.push_back(dim);
  }
  return operand;
}

} // namespace opc::tile

#endif // OPC_UNITTESTS_DIALECT_TILE_MADEUPKERNEL_H
