//===- Import.cpp - ONNX models into the opc dialect ----------------------===//
//
// The public entry: bytes to protobuf to GraphImporter.
//
//===----------------------------------------------------------------------===//
#include "opc/Frontend/ONNX/Import.h"
#include "Describe.h"
#include "GraphImporter.h"
#include "Names.h"
#include "mlir/IR/Verifier.h"
#include "opc/Frontend/ONNX/Model.h"
#include "llvm/Support/FormatVariadic.h"
#include <google/protobuf/io/coded_stream.h>
#include <limits>

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// protobuf counts bytes in an int.
constexpr size_t kLargestModel = std::numeric_limits<int>::max();

bool parse(llvm::MemoryBufferRef bytes, int64_t deepest, pb::ModelProto &model,
           std::vector<Diagnostic> &errors) {
  size_t size = bytes.getBufferSize();
  if (size > kLargestModel) {
    errors.push_back(
        Objection::unsupported(
            formatv("a model of {0} bytes is larger than protobuf allows",
                    size),
            "weights in external files")
            .of());
    return false;
  }
  const auto *data = reinterpret_cast<const uint8_t *>(bytes.getBufferStart());
  google::protobuf::io::CodedInputStream stream(data, static_cast<int>(size));
  // A body is an attribute of a node of a graph. What nests a little deeper
  // than is supported is to be refused by name.
  constexpr int kMessages = 3, kRoom = 100;
  stream.SetRecursionLimit(static_cast<int>(deepest) * kMessages + kRoom);
  if (size == 0 || !model.ParseFromCodedStream(&stream) ||
      !stream.ConsumedEntireMessage()) {
    errors.push_back(
        Objection(formatv("{0}: is no ONNX model: it is truncated, corrupt, "
                          "nested too deep or of another format",
                          printable(bytes.getBufferIdentifier())))
            .of());
    return false;
  }
  std::string error = makeNamesText(model);
  if (error.empty())
    return true;
  errors.push_back(Objection(error).of());
  return false;
}

} // namespace

/// The module of a parsed model, verified.
static FailureOr<OwningOpRef<ModuleOp>>
importModel(MLIRContext &context, pb::ModelProto &model,
            ArrayRef<std::string> outputs, GraphImporter &importer,
            std::vector<Diagnostic> &errors) {
  FailureOr<OwningOpRef<ModuleOp>> module = importer.run(model, outputs);
  if (failed(module))
    return failure();
  std::string message;
  ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    if (message.empty())
      message = diagnostic.str();
    return success();
  });
  if (succeeded(verify(**module)))
    return module;
  Diagnostic &diagnostic = errors.emplace_back();
  diagnostic.code = Diagnostic::Code::Internal;
  diagnostic.reason = std::move(message);
  return failure();
}

FailureOr<OwningOpRef<ModuleOp>> importOnnx(MLIRContext &context,
                                            llvm::MemoryBufferRef bytes,
                                            const ImportOptions &options,
                                            std::vector<Diagnostic> &errors) {
  return importOutputs(context, bytes, options, {}, errors);
}

FailureOr<OwningOpRef<ModuleOp>>
importOutputs(MLIRContext &context, llvm::MemoryBufferRef bytes,
              const ImportOptions &options, ArrayRef<std::string> outputs,
              std::vector<Diagnostic> &errors) {
  context.loadDialect<OpcDialect, func::FuncDialect>();
  pb::ModelProto model;
  if (!parse(bytes, options.deepest, model, errors))
    return failure();
  GraphImporter importer(context, options, errors);
  return importModel(context, model, outputs, importer, errors);
}

FailureOr<llvm::json::Object>
describeOnnx(MLIRContext &context, llvm::MemoryBufferRef bytes,
             const ImportOptions &options, ArrayRef<std::string> outputs,
             std::vector<Diagnostic> &errors, OwningOpRef<ModuleOp> &module) {
  context.loadDialect<OpcDialect, func::FuncDialect>();
  pb::ModelProto model;
  if (!parse(bytes, options.deepest, model, errors))
    return failure();
  llvm::json::Object description = describeInterface(model);
  description["model"] = metadataOf(model);
  GraphImporter importer(context, options, errors);
  auto imported = importModel(context, model, outputs, importer, errors);
  if (succeeded(imported))
    module = std::move(*imported);
  description["nodes"] = importer.describe(model);
  return description;
}

} // namespace opc::onnx
