//===- Elements.h - ONNX tensors as attributes ------------------*- C++ -*-===//
//
// Element types and constant data. Large tensors keep the memory that protobuf
// or the external file gave them: nothing is copied, nothing becomes IR text.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_ONNX_READER_ELEMENTS_H
#define OPC_LIB_FRONTEND_ONNX_READER_ELEMENTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "onnx-ml.pb.h"
#include "opc/Frontend/Graph/ElementTypes.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "opc/Frontend/ONNX/Import.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>

namespace opc::onnx {

namespace pb = ::onnx;
using namespace graph;
using graph::dtypeName;

/// The element type for a TensorProto::DataType, or null where opc has none.
mlir::Type elementTypeOf(mlir::MLIRContext *context, int dataType);
/// "f16" for TensorProto::FLOAT16, as programs say; "type 99" for the unknown.
std::string dtypeName(int dataType);
/// The DataType that ONNX calls `name` ("float16"), or UNDEFINED.
int dtypeNamed(llvm::StringRef name);

class ElementsReader {
public:
  ElementsReader(mlir::MLIRContext *context, llvm::StringRef directory)
      : context(context), directory(directory) {}

  /// The value of `tensor`, whose data is moved out of it. Null with `error`
  /// when the data is missing or does not fit the shape.
  mlir::ElementsAttr read(pb::TensorProto &tensor, Objection &error);
  mlir::ElementsAttr read(const ConstantInput &input, Objection &error);

private:
  mlir::ElementsAttr readExternal(const pb::TensorProto &tensor,
                                  mlir::RankedTensorType type,
                                  Objection &error);
  std::shared_ptr<llvm::MemoryBuffer> map(llvm::StringRef location,
                                          Objection &error);
  /// A tensor from data as a TensorProto holds it.
  mlir::ElementsAttr wrapProto(mlir::RankedTensorType type,
                               llvm::ArrayRef<char> data,
                               std::shared_ptr<void> owner, Objection &error);

  mlir::MLIRContext *context;
  std::string directory;
  llvm::StringMap<std::shared_ptr<llvm::MemoryBuffer>> files;
};

} // namespace opc::onnx

#endif // OPC_LIB_FRONTEND_ONNX_READER_ELEMENTS_H
