//===- Outputs.h - Only some results of a graph -----------------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_OUTPUTS_H
#define OPC_LIB_FRONTEND_ONNX_READER_OUTPUTS_H

#include "onnx-ml.pb.h"
#include "llvm/ADT/ArrayRef.h"
#include <string>

namespace opc::onnx {

namespace pb = ::onnx;

/// Makes the tensors `names`, in that order, the outputs of `graph`: outputs or
/// values between nodes. Nodes, weights and inputs that they do not need are
/// taken out, so that nothing about them is refused either. Gives "", or a line
/// about a name that is unknown or given twice.
std::string chooseOutputs(pb::GraphProto &graph,
                          llvm::ArrayRef<std::string> names);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_OUTPUTS_H
