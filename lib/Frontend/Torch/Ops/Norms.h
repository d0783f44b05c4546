//===- Norms.h - what normalisations and their gradients share --*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_TORCH_OPS_NORMS_H
#define OPC_LIB_FRONTEND_TORCH_OPS_NORMS_H

#include "PromotedOperands.h"

namespace opc::torch {

/// The last axes of x, whose extents the argument `name` repeats.
Ints trailingAxes(Node &n, Value x, StringRef name);
/// A parameter [C] in the type of x [N, C, ...], to broadcast against it; a
/// null one is a number.
Value perChannelOr(Node &n, Value parameter, Value x, double absent);
/// x [N, C, ...] as [N, groups, everything of a group].
Value inGroups(Node &n, Value x, int64_t groups);
/// All axes of x [N, C, ...] but the second.
Ints allButChannels(Node &n, Value x);
/// The sum over images and pixels, with totals in f64: there are
/// so many terms that one total in f32 would lose two digits.
Value totalOf(Node &n, Value x, const Ints &axes, bool keepdims);
/// The mean, in the same way; axes are kept, with an extent of 1.
Value averageOf(Node &n, Value x, const Ints &axes);

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_OPS_NORMS_H
