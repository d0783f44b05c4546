//===- Ops.h - which ops of ONNX models are known ---------------*- C++ -*-===//
#ifndef OPC_FRONTEND_ONNX_OPS_H
#define OPC_FRONTEND_ONNX_OPS_H

#include "llvm/Support/raw_ostream.h"

namespace opc::onnx {

/// Writes the page docs/generated/OnnxOps.md: the ops of each domain, by name,
/// with the opsets whose form is supported.
void printOps(llvm::raw_ostream &out);

} // namespace opc::onnx

#endif // OPC_FRONTEND_ONNX_OPS_H
