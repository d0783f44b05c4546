//===- UnknownOps.h - targets of nodes that have no row ---------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_TORCH_READER_UNKNOWNOPS_H
#define OPC_LIB_FRONTEND_TORCH_READER_UNKNOWNOPS_H

#include "opc/Frontend/Graph/Objection.h"

namespace opc::torch {

/// Whether a target computes nothing: what it states of sizes is in the ranges
/// of symbols, or is checked where it matters.
bool isStatement(llvm::StringRef target);

/// Whether a target does no more than run a graph.
bool isInlined(llvm::StringRef target);

/// Why a target without a row is refused.
graph::Objection missingOp(llvm::StringRef target);

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_READER_UNKNOWNOPS_H
