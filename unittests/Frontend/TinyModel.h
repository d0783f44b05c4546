//===- TinyModel.h - ONNX models built in a few lines -----------*- C++ -*-===//
//
// For tests of the importer: a model in memory, and what importing it says.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_UNITTESTS_FRONTEND_TINYMODEL_H
#define OPC_UNITTESTS_FRONTEND_TINYMODEL_H

#include "mlir/IR/MLIRContext.h"
#include "onnx-ml.pb.h"
#include "opc/Frontend/ONNX/Import.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace opc::onnx::test {

/// A model with one graph of one opset.
struct TinyModel {
  ::onnx::ModelProto model;

  explicit TinyModel(int64_t opset = 18) {
    model.set_ir_version(8);
    auto *import = model.add_opset_import();
    import->set_version(opset);
  }
  ::onnx::GraphProto &graph() { return *model.mutable_graph(); }

  /// A float input; extents that start with a letter are symbols.
  void input(const std::string &name, const std::vector<std::string> &extents,
             int dtype = 1) {
    auto *type = graph().add_input();
    type->set_name(name);
    auto *tensor = type->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(dtype);
    tensor->mutable_shape();
    for (const std::string &extent : extents) {
      auto *dim = tensor->mutable_shape()->add_dim();
      if (std::isalpha(extent[0]))
        dim->set_dim_param(extent);
      else
        dim->set_dim_value(std::stoll(extent));
    }
  }
  void output(const std::string &name) { graph().add_output()->set_name(name); }

  ::onnx::NodeProto &node(const std::string &op,
                          const std::vector<std::string> &inputs,
                          const std::vector<std::string> &outputs) {
    auto *node = graph().add_node();
    node->set_op_type(op);
    node->set_name(op + "_node");
    for (const std::string &name : inputs)
      node->add_input(name);
    for (const std::string &name : outputs)
      node->add_output(name);
    return *node;
  }
  ::onnx::TensorProto &constant(const std::string &name,
                                const std::vector<int64_t> &values) {
    auto *tensor = graph().add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(7);
    tensor->add_dims(values.size());
    for (int64_t value : values)
      tensor->add_int64_data(value);
    return *tensor;
  }
};

struct Imported {
  std::string ir;
  std::vector<std::string> errors; ///< their lines
  std::vector<runtime::Diagnostic> diagnostics;
};

inline Imported importBytes(const std::string &bytes,
                            const ImportOptions &options = {}) {
  mlir::MLIRContext context;
  Imported result;
  auto module = importOnnx(context, llvm::MemoryBufferRef(bytes, "m.onnx"),
                           options, result.diagnostics);
  for (const runtime::Diagnostic &each : result.diagnostics)
    result.errors.push_back(each.line());
  llvm::raw_string_ostream stream(result.ir);
  if (mlir::succeeded(module))
    (*module)->print(stream);
  return result;
}

inline Imported import(const TinyModel &tiny,
                       const ImportOptions &options = {}) {
  return importBytes(tiny.model.SerializeAsString(), options);
}

} // namespace opc::onnx::test

#endif // OPC_UNITTESTS_FRONTEND_TINYMODEL_H
