//===- Describe.h - What a model says of itself -----------------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_DESCRIBE_H
#define OPC_LIB_FRONTEND_ONNX_READER_DESCRIBE_H

#include "onnx-ml.pb.h"
#include "llvm/Support/JSON.h"

namespace opc::onnx {

namespace pb = ::onnx;

/// Who made the model and what for, as docs/Manifest.md says of "model"; what
/// the model leaves out is absent.
llvm::json::Object metadataOf(const pb::ModelProto &model);

/// Inputs, outputs, opsets and the version of the format.
llvm::json::Object describeInterface(const pb::ModelProto &model);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_DESCRIBE_H
