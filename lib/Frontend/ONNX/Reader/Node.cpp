//===- Node.cpp - one ONNX node being translated --------------------------===//
//
// Typed access to inputs and attributes. An attribute of the wrong type is a
// failure of the node, never a default.
//
//===----------------------------------------------------------------------===//
#include "Node.h"
#include "GraphImporter.h"
#include "Refusals.h"
#include "llvm/Support/FormatVariadic.h"

using llvm::formatv;
using namespace mlir;

namespace opc::onnx {

Value Node::need(int64_t i) {
  if (!has(i))
    fail(formatv("input {0} is missing", i));
  return in(i);
}

std::optional<Ints> Node::known(int64_t i, StringRef name) {
  if (!has(i) || failed())
    return std::nullopt;
  Value list = vectorOf(in(i), name);
  std::optional<Ints> values = constants(list);
  if (list && !values)
    failNeeds(name);
  return values;
}

std::optional<int64_t> Node::knownScalar(int64_t i, StringRef name) {
  Value one = scalarOf(in(i), name);
  requireIntegers(one, name);
  std::optional<Ints> value = constants(one);
  if (has(i) && !value)
    failNeeds(name);
  return value ? std::optional(value->front()) : std::nullopt;
}

void Node::out(int64_t i, Value v) {
  if (i < numOutputs())
    results[i] = v;
}

void Node::checkAllRead() {
  for (auto [i, attribute] : llvm::enumerate(proto.attribute())) {
    if (readAttributes[i])
      continue;
    bool again = llvm::any_of(
        llvm::make_range(proto.attribute().begin(),
                         proto.attribute().begin() + i),
        [&](const auto &other) { return other.name() == attribute.name(); });
    std::string subject = "attribute " + quoted(attribute.name());
    if (again)
      fail(subject + " is given twice");
    else
      refuse(subject + " is not supported", "without it");
  }
  for (auto [i, name] : llvm::enumerate(proto.input()))
    if (!readInputs[i] && !name.empty())
      refuse(formatv("input {0} is not supported", i), "without it");
}

const pb::AttributeProto *Node::find(StringRef name) {
  for (auto [i, attribute] : llvm::enumerate(proto.attribute())) {
    if (StringRef(attribute.name()) != name)
      continue;
    readAttributes.set(i);
    if (attribute.ref_attr_name().empty())
      return &attribute;
    return callerAttributes
               ? callerAttributes->lookup(attribute.ref_attr_name())
               : nullptr;
  }
  return nullptr;
}

const pb::AttributeProto *Node::find(StringRef name,
                                     pb::AttributeProto::AttributeType type) {
  const pb::AttributeProto *attribute = find(name);
  if (!attribute)
    return nullptr;
  if (attribute->type() == type)
    return attribute;
  fail(formatv("attribute {0} has the wrong type", quoted(name)));
  return nullptr;
}

Node &Node::needed(StringRef name) {
  if (!hasAttr(name))
    fail(formatv("attribute {0} is missing", quoted(name)));
  return *this;
}

int64_t Node::integer(StringRef name, int64_t absent) {
  const auto *attribute = find(name, pb::AttributeProto::INT);
  return attribute ? attribute->i() : absent;
}

bool Node::flag(StringRef name, bool absent) {
  int64_t value = integer(name, absent ? 1 : 0);
  if (value != 0 && value != 1)
    fail(formatv("attribute {0} is {1}, neither 0 nor 1", quoted(name), value));
  return value != 0;
}

double Node::real(StringRef name, double absent) {
  const auto *attribute = find(name, pb::AttributeProto::FLOAT);
  return attribute ? attribute->f() : absent;
}

std::string Node::string(StringRef name, StringRef absent) {
  const auto *attribute = find(name, pb::AttributeProto::STRING);
  return attribute ? attribute->s() : absent.str();
}

std::optional<Ints> Node::integers(StringRef name) {
  const auto *attribute = find(name, pb::AttributeProto::INTS);
  if (!attribute)
    return std::nullopt;
  return Ints(attribute->ints().begin(), attribute->ints().end());
}

Ints Node::integers(StringRef name, const Ints &absent) {
  std::optional<Ints> values = integers(name);
  if (!values)
    return absent;
  if (values->size() != absent.size())
    fail(formatv("attribute {0} has {1} values, not {2}", quoted(name),
                 values->size(), absent.size()));
  return failed() ? absent : *values;
}

std::optional<SmallVector<double>> Node::realList(StringRef name) {
  const auto *attribute = find(name, pb::AttributeProto::FLOATS);
  if (!attribute)
    return std::nullopt;
  return SmallVector<double>(attribute->floats().begin(),
                             attribute->floats().end());
}

SmallVector<std::string> Node::strings(StringRef name) {
  const auto *attribute = find(name, pb::AttributeProto::STRINGS);
  if (!attribute)
    return {};
  return SmallVector<std::string>(attribute->strings().begin(),
                                  attribute->strings().end());
}

ElementsAttr Node::tensor(StringRef name) {
  const auto *attribute = find(name, pb::AttributeProto::TENSOR);
  if (!attribute || !attribute->has_t())
    return {};
  Objection error;
  ElementsAttr value = importer.elements(attribute->t(), error);
  if (!value)
    fail(std::move(error).in("attribute " + quoted(name)));
  return value;
}

const pb::GraphProto *Node::graph(StringRef name) {
  const auto *attribute = find(name, pb::AttributeProto::GRAPH);
  if (!attribute || !attribute->has_g()) {
    fail(formatv("attribute {0} is missing", quoted(name)));
    return nullptr;
  }
  return &attribute->g();
}

Type Node::elementAttr(StringRef name, Type absent) {
  if (!hasAttr(name))
    return absent;
  int64_t dataType = integer(name, 0);
  Type element = dataType > 0 && dataType < 1000
                     ? elementTypeOf(state.builder.getContext(), dataType)
                     : Type();
  if (!element)
    fail(refusedDtype(std::clamp<int64_t>(dataType, -1, 1000)));
  return element;
}

std::optional<Ints> Node::axesOf(int64_t asInput) {
  return opset < asInput ? integers("axes") : known(1, "axes");
}

} // namespace opc::onnx
