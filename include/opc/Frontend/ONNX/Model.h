//===- Model.h - What else can be asked of an ONNX model --------*- C++ -*-===//
//
// Some of its outputs alone, and a description of it.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_ONNX_MODEL_H
#define OPC_FRONTEND_ONNX_MODEL_H

#include "opc/Frontend/Graph/ModelAttr.h"
#include "opc/Frontend/ONNX/Import.h"

namespace opc::onnx {

using graph::kModelAttr;

/// importOnnx of the tensors `outputs`, in this order: outputs of the graph or
/// values between its nodes. What they do not need, inputs as well, is left
/// out. Without any, the outputs are those of the graph.
llvm::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>>
importOutputs(mlir::MLIRContext &context, llvm::MemoryBufferRef model,
              const ImportOptions &options, llvm::ArrayRef<std::string> outputs,
              std::vector<runtime::Diagnostic> &errors);

/// Describes a model: "inputs" and "outputs" (name, dtype, shape with strings
/// where symbolic, "?" without a name), "opsets" (domain to version),
/// "ir_version", "model" (docs/Manifest.md) and "nodes" (name, op, domain,
/// dtype, and "supported": true or the reason). `module` becomes what
/// importOutputs gives, or stays null with the reasons in `errors`. Fails where
/// the bytes are no model.
llvm::FailureOr<llvm::json::Object>
describeOnnx(mlir::MLIRContext &context, llvm::MemoryBufferRef model,
             const ImportOptions &options, llvm::ArrayRef<std::string> outputs,
             std::vector<runtime::Diagnostic> &errors,
             mlir::OwningOpRef<mlir::ModuleOp> &module);

} // namespace opc::onnx

#endif // OPC_FRONTEND_ONNX_MODEL_H
