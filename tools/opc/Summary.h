//===- Summary.h - A tensor in a few numbers --------------------*- C++ -*-===//
#ifndef OPC_TOOLS_OPC_SUMMARY_H
#define OPC_TOOLS_OPC_SUMMARY_H

#include "opc-c/opc.h"

#include <cstdint>

namespace opc::cli {

/// Least, greatest and mean of the finite elements; how many are not.
struct Summary {
  double least = 0, greatest = 0, mean = 0;
  int64_t finite = 0, notFinite = 0;
};

Summary summarize(const opc_tensor &tensor);

} // namespace opc::cli

#endif // OPC_TOOLS_OPC_SUMMARY_H
