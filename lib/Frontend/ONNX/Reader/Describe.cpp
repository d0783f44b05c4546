//===- Describe.cpp - What a model says of itself -------------------------===//
#include "Describe.h"
#include "Elements.h"
#include "GraphImporter.h"
#include "opc/Runtime/Escape.h"
#include "llvm/ADT/StringSet.h"

namespace json = llvm::json;

namespace opc::onnx {
namespace {

/// Name, dtype and shape of an input or output of the graph.
json::Value describeInfo(const pb::ValueInfoProto &info) {
  const auto &tensor = info.type().tensor_type();
  json::Array shape;
  for (const auto &dimension : tensor.shape().dim()) {
    if (dimension.has_dim_value())
      shape.push_back(dimension.dim_value());
    else
      shape.push_back(dimension.dim_param().empty() ? "?"
                                                    : dimension.dim_param());
  }
  json::Object result{{"name", info.name()},
                      {"dtype", dtypeName(tensor.elem_type())}};
  if (tensor.has_shape())
    result["shape"] = std::move(shape);
  return result;
}

} // namespace

json::Object metadataOf(const pb::ModelProto &model) {
  json::Object result;
  // They are free text, which nothing else reads.
  auto add = [&](llvm::StringRef key, const std::string &text) {
    if (!text.empty())
      result[key] = runtime::toText(text);
  };
  add("graph", model.graph().name());
  add("producer", model.producer_name());
  add("producer_version", model.producer_version());
  add("domain", model.domain());
  add("doc", model.doc_string());
  add("graph_doc", model.graph().doc_string());
  if (model.has_model_version())
    result["version"] = model.model_version();
  json::Object properties;
  for (const auto &entry : model.metadata_props())
    properties[runtime::toText(entry.key())] = runtime::toText(entry.value());
  if (!properties.empty())
    result["metadata"] = std::move(properties);
  return result;
}

json::Object describeInterface(const pb::ModelProto &model) {
  json::Array inputs, outputs;
  json::Object opsets;
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
    opsets[domainName(import.domain())] = import.version();
  return json::Object{{"inputs", std::move(inputs)},
                      {"outputs", std::move(outputs)},
                      {"opsets", std::move(opsets)},
                      {"ir_version", model.ir_version()}};
}

} // namespace opc::onnx
