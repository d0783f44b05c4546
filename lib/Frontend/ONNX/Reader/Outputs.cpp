//===- Outputs.cpp - Only some results of a graph -------------------------===//
//
// A walk from the chosen tensors back to what makes them, before anything is
// translated.
//
//===----------------------------------------------------------------------===//
#include "Outputs.h"
#include "Elements.h"
#include "opc/Runtime/Suggest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace opc::onnx {
namespace {

/// The names that a node reads, with those that its bodies take from outside
/// (and some that are their own, which does no harm).
void addReads(const pb::NodeProto &node, std::vector<std::string> &names) {
  names.insert(names.end(), node.input().begin(), node.input().end());
  auto addBody = [&](const pb::GraphProto &body) {
    for (const pb::NodeProto &inner : body.node())
      addReads(inner, names);
    for (const pb::ValueInfoProto &output : body.output())
      names.push_back(output.name());
  };
  for (const pb::AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g())
      addBody(attribute.g());
    for (const pb::GraphProto &body : attribute.graphs())
      addBody(body);
  }
}

/// What the tensors of a graph are made by.
class Makers {
public:
  explicit Makers(const pb::GraphProto &graph) : graph(graph) {
    for (const pb::NodeProto &node : graph.node())
      for (const std::string &name : node.output())
        nodes[name] = &node;
    for (const pb::ValueInfoProto &input : graph.input())
      others.insert(input.name());
    for (const pb::TensorProto &tensor : graph.initializer())
      others.insert(tensor.name());
  }

  bool has(llvm::StringRef name) const {
    return !name.empty() && (nodes.contains(name) || others.contains(name));
  }

  /// Everything that `names` need: tensors by name, and nodes.
  void follow(llvm::ArrayRef<std::string> names) {
    std::vector<std::string> open(names.begin(), names.end());
    while (!open.empty()) {
      std::string name = std::move(open.back());
      open.pop_back();
      if (!needed.insert(name).second)
        continue;
      const pb::NodeProto *node = nodes.lookup(name);
      if (node && neededNodes.insert(node).second)
        addReads(*node, open);
    }
  }

  const pb::GraphProto &graph;
  llvm::StringMap<const pb::NodeProto *> nodes;
  llvm::StringSet<> others, needed;
  llvm::DenseSet<const pb::NodeProto *> neededNodes;
};

std::string complaint(const Makers &makers, llvm::ArrayRef<std::string> names) {
  llvm::StringSet<> seen;
  for (const std::string &name : names) {
    if (!seen.insert(name).second)
      return "output " + quoted(name) + " is chosen twice";
    if (makers.has(name))
      continue;
    std::vector<std::string> outputs, shown;
    for (const pb::ValueInfoProto &output : makers.graph.output()) {
      outputs.push_back(output.name());
      shown.push_back(quoted(output.name()));
    }
    return "no tensor is called " + quoted(name) +
           runtime::suggestion(name, outputs) + ": the outputs are " +
           llvm::join(shown, ", ");
  }
  return "";
}

/// Keeps the elements of which `keep` is true, in order.
template <typename List, typename Keep> void filter(List &list, Keep keep) {
  int kept = 0;
  for (int i = 0; i < list.size(); ++i)
    if (keep(list.Get(i)))
      list.SwapElements(kept++, i);
  list.DeleteSubrange(kept, list.size() - kept);
}

} // namespace

std::string chooseOutputs(pb::GraphProto &graph,
                          llvm::ArrayRef<std::string> names) {
  Makers makers(graph);
  if (std::string error = complaint(makers, names); !error.empty())
    return error;
  makers.follow(names);
  auto isNeeded = [&](const auto &named) {
    return makers.needed.contains(named.name());
  };
  filter(*graph.mutable_node(), [&](const pb::NodeProto &node) {
    return makers.neededNodes.contains(&node);
  });
  filter(*graph.mutable_initializer(), isNeeded);
  filter(*graph.mutable_input(), isNeeded);
  filter(*graph.mutable_sparse_initializer(),
         [&](const auto &tensor) { return isNeeded(tensor.values()); });
  google::protobuf::RepeatedPtrField<pb::ValueInfoProto> outputs;
  for (const std::string &name : names) {
    auto known = llvm::find_if(
        graph.output(), [&](const auto &info) { return info.name() == name; });
    if (known != graph.output().end())
      *outputs.Add() = *known;
    else
      outputs.Add()->set_name(name);
  }
  graph.mutable_output()->Swap(&outputs);
  return "";
}

} // namespace opc::onnx
