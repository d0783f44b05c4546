//===- SchemaTypes.h - element types that ONNX allows -----------*- C++ -*-===//
//
// The schemas of ONNX say for each op and opset which element types its inputs
// and outputs may have. A row may take more; a model that relies on it has no
// meaning elsewhere. Other domains than ai.onnx say nothing here.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_SCHEMATYPES_H
#define OPC_LIB_FRONTEND_ONNX_READER_SCHEMATYPES_H

namespace opc::onnx {

class Node;

/// Fails where an input has a type that the schema of the node's op does not
/// allow.
void checkInputTypes(Node &node);
/// The same of the outputs that were built, whose types attributes may choose.
void checkOutputTypes(Node &node);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_SCHEMATYPES_H
