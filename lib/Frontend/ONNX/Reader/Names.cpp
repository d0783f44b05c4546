//===- Names.cpp - Names of a model as text -------------------------------===//
//
// protobuf promises UTF-8 and does not check it; other runtimes take any bytes,
// and so do users' models.
//
//===----------------------------------------------------------------------===//
#include "Names.h"
#include "Elements.h"
#include "opc/Runtime/Escape.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace opc::onnx {
namespace {

template <typename T> using List = google::protobuf::RepeatedPtrField<T>;

/// Visits all names, those of bodies and functions as well.
class NameEscaper {
public:
  void visit(pb::ModelProto &model) {
    for (auto &import : *model.mutable_opset_import())
      fix(import, &pb::OperatorSetIdProto::domain,
          &pb::OperatorSetIdProto::mutable_domain);
    if (model.has_graph())
      visit(*model.mutable_graph());
    for (auto &function : *model.mutable_functions())
      visit(function);
  }

  /// A name that two different ones of the model have by now, or "".
  std::string doubled() const {
    for (const auto &entry : escaped)
      if (lookalikes.contains(entry.getKey()))
        return entry.getKey().str();
    return clash;
  }

private:
  /// `mutableName` makes a string where there is none, so it comes second.
  template <typename Message>
  void fix(Message &message, const std::string &(Message::*name)() const,
           std::string *(Message::*mutableName)()) {
    if (needsWork((message.*name)()))
      fix(*(message.*mutableName)());
  }
  void fix(List<std::string> &names) {
    for (std::string &name : names)
      if (needsWork(name))
        fix(name);
  }
  void fix(std::string &name) {
    std::string text = runtime::toText(name);
    auto [known, isNew] = escaped.try_emplace(text, name);
    if (!isNew && known->second != name)
      clash = text;
    name = std::move(text);
  }
  /// Notes what an escaped name may come to equal.
  bool needsWork(const std::string &name) {
    if (!runtime::isText(name))
      return true;
    if (name.find("\\x") != std::string::npos)
      lookalikes.insert(name);
    return false;
  }

  void visit(pb::GraphProto &graph) {
    fix(graph, &pb::GraphProto::name, &pb::GraphProto::mutable_name);
    visit(*graph.mutable_node());
    for (auto &tensor : *graph.mutable_initializer())
      visit(tensor);
    for (auto &sparse : *graph.mutable_sparse_initializer())
      if (sparse.has_values())
        visit(*sparse.mutable_values());
    for (auto *list : {graph.mutable_input(), graph.mutable_output(),
                       graph.mutable_value_info()})
      for (auto &info : *list)
        visit(info);
  }
  void visit(pb::TensorProto &tensor) {
    fix(tensor, &pb::TensorProto::name, &pb::TensorProto::mutable_name);
  }
  void visit(pb::ValueInfoProto &info) {
    fix(info, &pb::ValueInfoProto::name, &pb::ValueInfoProto::mutable_name);
    if (!info.type().tensor_type().has_shape())
      return;
    auto &shape = *info.mutable_type()->mutable_tensor_type()->mutable_shape();
    using Dimension = pb::TensorShapeProto::Dimension;
    for (auto &dimension : *shape.mutable_dim())
      if (dimension.has_dim_param())
        fix(dimension, &Dimension::dim_param, &Dimension::mutable_dim_param);
  }
  void visit(List<pb::NodeProto> &nodes) {
    for (auto &node : nodes) {
      fix(node, &pb::NodeProto::name, &pb::NodeProto::mutable_name);
      fix(node, &pb::NodeProto::op_type, &pb::NodeProto::mutable_op_type);
      fix(node, &pb::NodeProto::domain, &pb::NodeProto::mutable_domain);
      fix(node, &pb::NodeProto::overload, &pb::NodeProto::mutable_overload);
      fix(*node.mutable_input());
      fix(*node.mutable_output());
      visit(*node.mutable_attribute());
    }
  }
  void visit(List<pb::AttributeProto> &attributes) {
    for (auto &attribute : attributes) {
      fix(attribute, &pb::AttributeProto::name,
          &pb::AttributeProto::mutable_name);
      fix(attribute, &pb::AttributeProto::ref_attr_name,
          &pb::AttributeProto::mutable_ref_attr_name);
      if (attribute.has_g())
        visit(*attribute.mutable_g());
      for (auto &graph : *attribute.mutable_graphs())
        visit(graph);
    }
  }
  void visit(pb::FunctionProto &function) {
    fix(function, &pb::FunctionProto::name, &pb::FunctionProto::mutable_name);
    fix(function, &pb::FunctionProto::domain,
        &pb::FunctionProto::mutable_domain);
    fix(function, &pb::FunctionProto::overload,
        &pb::FunctionProto::mutable_overload);
    fix(*function.mutable_input());
    fix(*function.mutable_output());
    fix(*function.mutable_attribute());
    visit(*function.mutable_attribute_proto());
    visit(*function.mutable_node());
    for (auto &import : *function.mutable_opset_import())
      fix(import, &pb::OperatorSetIdProto::domain,
          &pb::OperatorSetIdProto::mutable_domain);
  }

  llvm::StringMap<std::string> escaped; ///< what each one was
  llvm::StringSet<> lookalikes;
  std::string clash;
};

} // namespace

std::string makeNamesText(pb::ModelProto &model) {
  NameEscaper escaper;
  escaper.visit(model);
  std::string name = escaper.doubled();
  return name.empty() ? name
                      : "two names of the model read " + quoted(name) +
                            " once what is no UTF-8 is escaped";
}

} // namespace opc::onnx
