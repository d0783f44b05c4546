//===- Windows.h - what rows over windows share -----------------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_TORCH_OPS_WINDOWS_H
#define OPC_LIB_FRONTEND_TORCH_OPS_WINDOWS_H

#include "PromotedOperands.h"
#include "opc/Frontend/Graph/Layers/Convolution.h"

namespace opc::torch {

/// A list with a number for each spatial axis; one number is for all of them,
/// and none is `absent`.
Ints perAxis(Node &n, StringRef name, int64_t axes, const Ints &absent);

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_OPS_WINDOWS_H
