//===- Import.cpp - ONNX models into the opc dialect ----------------------===//
//
// The public entry: bytes to protobuf to GraphImporter.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/ONNX/Import.h"
#include "GraphImporter.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include <google/protobuf/io/coded_stream.h>
#include <limits>

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// protobuf counts bytes in an int.
constexpr size_t kLargestModel = std::numeric_limits<int>::max();

bool parse(llvm::MemoryBufferRef bytes, pb::ModelProto &model,
           std::vector<std::string> &errors) {
  size_t size = bytes.getBufferSize();
  if (size > kLargestModel) {
    errors.push_back(formatv("a model of {0} bytes is larger than protobuf "
                             "allows; keep its weights in external files",
                             size));
    return false;
  }
  const auto *data = reinterpret_cast<const uint8_t *>(bytes.getBufferStart());
  google::protobuf::io::CodedInputStream stream(data, static_cast<int>(size));
  if (size > 0 && model.ParseFromCodedStream(&stream) &&
      stream.ConsumedEntireMessage())
    return true;
  errors.push_back(formatv("{0}: is no ONNX model: it is truncated, corrupt, "
                           "nested too deep or of another format",
                           printable(bytes.getBufferIdentifier())));
  return false;
}

/// Name, dtype and shape of an input or output of the graph.
llvm::json::Value describeInfo(const pb::ValueInfoProto &info) {
  const auto &tensor = info.type().tensor_type();
  llvm::json::Array shape;
  for (const auto &dimension : tensor.shape().dim()) {
    if (dimension.has_dim_value())
      shape.push_back(dimension.dim_value());
    else if (dimension.dim_param().empty())
      shape.push_back("?");
    else
      shape.push_back(llvm::json::fixUTF8(dimension.dim_param()));
  }
  llvm::json::Object result{{"name", llvm::json::fixUTF8(info.name())},
                            {"dtype", dtypeName(tensor.elem_type())}};
  if (tensor.has_shape())
    result["shape"] = std::move(shape);
  return result;
}

} // namespace

FailureOr<OwningOpRef<ModuleOp>> importOnnx(MLIRContext &context,
                                            llvm::MemoryBufferRef bytes,
                                            const ImportOptions &options,
                                            std::vector<std::string> &errors) {
  context.loadDialect<OpcDialect, func::FuncDialect>();
  pb::ModelProto model;
  if (!parse(bytes, model, errors))
    return failure();
  GraphImporter importer(context, options, errors);
  FailureOr<OwningOpRef<ModuleOp>> module = importer.run(model);
  if (failed(module))
    return failure();
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (message.empty())
      message = diagnostic.str();
    return success();
  });
  if (succeeded(verify(**module)))
    return module;
  errors.push_back((kInternalFault + message).str());
  return failure();
}

FailureOr<llvm::json::Value> inspectOnnx(MLIRContext &context,
                                         llvm::MemoryBufferRef bytes,
                                         const ImportOptions &options,
                                         std::vector<std::string> &errors) {
  context.loadDialect<OpcDialect, func::FuncDialect>();
  pb::ModelProto model;
  if (!parse(bytes, model, errors))
    return failure();
  llvm::json::Array inputs, outputs;
  llvm::json::Object opsets;
  // Models of IR version 3 list weights among the inputs, too.
  llvm::StringSet<> weights;
  for (const auto &tensor : model.graph().initializer())
    weights.insert(tensor.name());
  for (const auto &info : model.graph().input())
    if (!weights.contains(info.name()))
      inputs.push_back(describeInfo(info));
  for (const auto &info : model.graph().output())
    outputs.push_back(describeInfo(info));
  for (const auto &import : model.opset_import())
    opsets[llvm::json::fixUTF8(domainName(import.domain()))] = import.version();
  GraphImporter importer(context, options, errors);
  (void)importer.run(model);
  return llvm::json::Value(
      llvm::json::Object{{"inputs", std::move(inputs)},
                         {"outputs", std::move(outputs)},
                         {"opsets", std::move(opsets)},
                         {"nodes", importer.describe(model)}});
}

} // namespace opc::onnx
