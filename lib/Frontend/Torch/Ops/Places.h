//===- Places.h - what rows with indices share ------------------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_TORCH_OPS_PLACES_H
#define OPC_LIB_FRONTEND_TORCH_OPS_PLACES_H

#include "PromotedOperands.h"

namespace opc::torch {

/// A tensor without axes as one of one element.
Value atLeastLine(Node &n, Value x);
/// An index with at least one axis: negative ones are out of range.
Value indicesOf(Node &n, Value index);
/// Updates with the extents of the index, whose own may be larger.
Value cutTo(Node &n, Value updates, Value index);

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_OPS_PLACES_H
