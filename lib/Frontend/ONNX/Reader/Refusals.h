//===- Refusals.h - What is said of what is not supported -------*- C++ -*-===//
//
// A refusal names the nearest form that is supported, so that a user knows what
// to change. The forms are tables here; a row's own conditions say theirs.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_REFUSALS_H
#define OPC_LIB_FRONTEND_ONNX_READER_REFUSALS_H

#include "opc/Frontend/Graph/Objection.h"
#include <string>

namespace opc::onnx {

/// Why an op without a row for its opset is refused: its other opsets, what can
/// be written instead, or the op whose name is near.
graph::Objection missingOp(llvm::StringRef domain, llvm::StringRef op);

/// "1 to 9, 11 to 28": the opsets of a domain whose form of an op is supported;
/// "" if there are none.
std::string opsetsOf(llvm::StringRef domain, llvm::StringRef op);

/// Why a dtype of ONNX (TensorProto::DataType) is refused.
graph::Objection refusedDtype(int dataType);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_REFUSALS_H
