//===- SampleTaps.h - interpolation between elements --------------*- C++
//-*-===//
//
// Shared by resize, grid_sample and roi_align.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_SAMPLETAPS_H
#define OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_SAMPLETAPS_H

#include "Scalar.h"

namespace opc {

/// A filter that weighs elements by their distance from a position.
struct Filter {
  /// Distance beyond which weights are 0: 1 for linear, 2 for cubic.
  int64_t support;
  /// The parameter of cubic filters (Keys, 1981), mostly -0.5 or -0.75.
  double coefficient;

  Scalar weight(Scalar distance) const;
};
/// By the name of a mode: "linear" or "cubic".
Filter makeFilter(llvm::StringRef mode, double coefficient);

/// `x`, or `otherwise` where it is NaN, within [low, high]: safe to convert.
Scalar finite(Scalar x, double otherwise, Scalar low, Scalar high);
Scalar roundEvenOf(Scalar x);

} // namespace opc

#endif // OPC_LIB_CONVERSION_OPCTOLOOPS_OPS_SAMPLETAPS_H
