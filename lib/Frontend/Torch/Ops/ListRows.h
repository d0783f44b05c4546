//===- ListRows.h - tables of overloads on lists of tensors -----*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_TORCH_OPS_LISTROWS_H
#define OPC_LIB_FRONTEND_TORCH_OPS_LISTROWS_H

#include "Reader/AtenNode.h"

namespace opc::torch {

/// Layers that go through steps, whose parameters are a list.
ArrayRef<OpRow> recurrentRows();
/// Steps of optimisers, on each tensor of lists.
ArrayRef<OpRow> foreachRows();

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_OPS_LISTROWS_H
