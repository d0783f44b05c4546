//===- SchemaTypes.h - element types that ONNX allows -----------*- C++ -*-===//
//
// The schemas of ONNX say for each op and opset which element types its inputs
// and outputs may have: a pool of integers, or a mean of bools, has no meaning.
// Other widths of what they allow, and what a later opset allows, do have one:
// a row may take these, as bf16 in graphs of an opset that had none. Other
// domains than ai.onnx say nothing here.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_SCHEMATYPES_H
#define OPC_LIB_FRONTEND_ONNX_READER_SCHEMATYPES_H

namespace opc::onnx {

class Node;

/// Fails where an input is bool, integer or real, and no schema of the node's
/// op from its opset on allows any such type.
void checkInputTypes(Node &node);
/// The same of the outputs that were built, whose types attributes may choose.
void checkOutputTypes(Node &node);

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_SCHEMATYPES_H
