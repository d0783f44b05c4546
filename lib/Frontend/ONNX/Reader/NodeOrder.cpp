//===- NodeOrder.cpp - nodes behind what they use -------------------------===//
//
// The format asks for sorted nodes. Converters append to a graph all the same
// (onnxruntime's to float16 puts its casts at the end), and other programs sort
// for themselves.
//
//===----------------------------------------------------------------------===//
#include "NodeOrder.h"

namespace opc::onnx {
namespace {

class Sorter {
public:
  explicit Sorter(const NodeList &nodes) : nodes(nodes), states(nodes.size()) {
    for (int i = 0; i < nodes.size(); ++i)
      for (const std::string &name : nodes[i].output())
        if (!name.empty())
          producers.try_emplace(name, i);
  }

  std::vector<const pb::NodeProto *> run() {
    for (int i = 0; i < nodes.size(); ++i)
      visit(i);
    return std::move(order);
  }

private:
  enum class State : char { New, Open, Done };
  /// A node that waits for those it uses, from number `next` on.
  struct Frame {
    int node;
    llvm::SmallVector<int> uses;
    size_t next = 0;
  };

  // A stack of its own: a chain may be as long as the graph.
  void visit(int first) {
    if (states[first] == State::New)
      open(first);
    while (!stack.empty()) {
      Frame &top = stack.back();
      if (top.next < top.uses.size()) {
        int used = top.uses[top.next++];
        if (states[used] == State::New)
          open(used);
        continue;
      }
      states[top.node] = State::Done;
      order.push_back(&nodes[top.node]);
      stack.pop_back();
    }
  }

  void open(int node) {
    states[node] = State::Open;
    stack.push_back({node, {}});
    addUses(nodes[node], stack.back().uses);
  }

  void addUses(const pb::NodeProto &node, llvm::SmallVector<int> &uses) {
    for (const std::string &name : node.input())
      if (auto found = producers.find(name); found != producers.end())
        uses.push_back(found->second);
    for (const pb::AttributeProto &attribute : node.attribute()) {
      addUses(attribute.g(), uses);
      for (const pb::GraphProto &body : attribute.graphs())
        addUses(body, uses);
    }
  }

  // A body yields values from around it too.
  void addUses(const pb::GraphProto &body, llvm::SmallVector<int> &uses) {
    for (const pb::NodeProto &inner : body.node())
      addUses(inner, uses);
    for (const auto &output : body.output())
      if (auto found = producers.find(output.name()); found != producers.end())
        uses.push_back(found->second);
  }

  const NodeList &nodes;
  llvm::StringMap<int> producers;
  std::vector<State> states;
  std::vector<Frame> stack;
  std::vector<const pb::NodeProto *> order;
};

} // namespace

std::vector<const pb::NodeProto *> inOrder(const NodeList &nodes) {
  return Sorter(nodes).run();
}

} // namespace opc::onnx
