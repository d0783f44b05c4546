//===- NodeOrder.h - nodes behind what they use -----------------*- C++ -*-===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_NODEORDER_H
#define OPC_LIB_FRONTEND_ONNX_READER_NODEORDER_H

#include "Node.h"

namespace opc::onnx {

using NodeList = google::protobuf::RepeatedPtrField<pb::NodeProto>;

/// The nodes, each behind those that it and its bodies use, else in the order
/// given. Of the nodes of a cycle, one uses what comes after it.
std::vector<const pb::NodeProto *> inOrder(const NodeList &nodes);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_NODEORDER_H
