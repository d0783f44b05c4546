//===- GraphImporter.cpp - graphs into regions ----------------------------===//
//
// The walk over nodes. A node that cannot be translated is reported and its
// outputs are marked lost; the walk goes on, so that one run names them all.
//
//===----------------------------------------------------------------------===//
#include "GraphImporter.h"
#include "NodeOrder.h"
#include "Refusals.h"
#include "SchemaTypes.h"
#include "opc/Frontend/Graph/DescribeOperands.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

std::string functionKey(StringRef domain, StringRef name, StringRef overload) {
  return formatv("{0}:{1}:{2}", domainName(domain), name, overload);
}

/// Finds a name in a scope or those around it; null where it is not.
const Value *findValue(const Scope &scope, StringRef name) {
  for (const Scope *s = &scope; s; s = s->parent)
    if (auto found = s->values.find(name); found != s->values.end())
      return &found->second;
  return nullptr;
}

bool isLost(const Scope &scope, StringRef name) {
  for (const Scope *s = &scope; s; s = s->parent)
    if (s->lost.contains(name))
      return true;
  return false;
}

} // namespace

GraphImporter::GraphImporter(MLIRContext &context, const ImportOptions &options,
                             std::vector<Diagnostic> &errors)
    : context(context), options(options), errors(errors),
      reader(&context, options.directory) {
  for (const auto &[name, extent] : options.dims)
    pinned[name] = extent;
}

ElementsAttr GraphImporter::elements(const pb::TensorProto &tensor,
                                     Objection &error) {
  if (auto found = values.find(&tensor); found != values.end())
    return found->second;
  // The model belongs to this import, and nothing reads the data twice.
  ElementsAttr value =
      reader.read(const_cast<pb::TensorProto &>(tensor), error);
  if (value)
    values[&tensor] = value;
  return value;
}

bool GraphImporter::readOpsets(const pb::ModelProto &model) {
  for (const auto &import : model.opset_import())
    opsets[domainName(import.domain())] = import.version();
  auto found = opsets.find("ai.onnx");
  int64_t version = found == opsets.end() ? 1 : found->second;
  opsets["ai.onnx"] = version;
  // Nodes of older ones are judged one by one: many forms are older still.
  if (version >= 1 && version <= kLatest)
    return true;
  errors.push_back(
      Objection::unsupported(
          formatv("opset {0} of ai.onnx is not supported", version),
          formatv("{0} to {1}", kOldest, kLatest))
          .of());
  return false;
}

void GraphImporter::readFunctions(const pb::ModelProto &model) {
  for (const pb::FunctionProto &function : model.functions()) {
    std::string key =
        functionKey(function.domain(), function.name(), function.overload());
    functions[key] = &function;
    auto &imports = functionOpsets[key];
    for (const auto &import : function.opset_import())
      imports[domainName(import.domain())] = import.version();
  }
}

void GraphImporter::addInitializers(const pb::GraphProto &graph, Scope &scope) {
  llvm::StringSet<> names;
  for (const pb::TensorProto &tensor : graph.initializer()) {
    // The caller has replaced this default value of an input.
    if (!scope.parent && options.constants.contains(tensor.name()))
      continue;
    Objection error;
    ElementsAttr value = elements(tensor, error);
    if (!names.insert(tensor.name()).second)
      error = "is defined twice";
    if (error) {
      errors.push_back(error.of("initializer", tensor.name()));
      scope.lost.insert(tensor.name());
      continue;
    }
    Location loc = NameLoc::get(StringAttr::get(&context, tensor.name()));
    Emitter emitter(*state, loc);
    scope.values[tensor.name()] = emitter.constant(value);
  }
  for (const auto &sparse : graph.sparse_initializer()) {
    errors.push_back(Objection::unsupported("sparse tensors are not supported",
                                            "a dense one")
                         .of("initializer", sparse.values().name()));
    scope.lost.insert(sparse.values().name());
  }
}

Location GraphImporter::locationOf(const pb::NodeProto &proto) {
  std::string name = proto.name();
  if (name.empty())
    name = formatv("{0}_{1}", proto.op_type(), nodeCount);
  auto file = FileLineColLoc::get(&context, options.modelName, nodeCount, 0);
  auto op = NameLoc::get(StringAttr::get(&context, proto.op_type()), file);
  return NameLoc::get(StringAttr::get(&context, name), op);
}

void GraphImporter::report(const pb::NodeProto &proto, int64_t opset,
                           ArrayRef<Value> inputs, const Objection &objection) {
  std::string name = proto.name().empty()
                         ? formatv("{0}_{1}", proto.op_type(), nodeCount).str()
                         : proto.name();
  Diagnostic &diagnostic = errors.emplace_back(objection.of("node", name));
  diagnostic.op = proto.op_type();
  diagnostic.domain = domainName(proto.domain());
  diagnostic.opset = opset;
  graph::describeOperands(inputs, diagnostic);
  refusals[&proto] = diagnostic.why();
}

void GraphImporter::reportInputs(size_t place) {
  for (const auto &[name, input] : refusedInputs)
    if (!input.isReported)
      errors.insert(errors.begin() + place++, input.reason.of("input", name));
}

GraphImporter::Found GraphImporter::lookUp(const pb::NodeProto &proto,
                                           const Scope &scope,
                                           const llvm::StringSet<> &later,
                                           SmallVector<Value> &values,
                                           Objection &objection) {
  for (const std::string &name : proto.input()) {
    if (name.empty()) {
      values.push_back({});
    } else if (const Value *value = findValue(scope, name)) {
      values.push_back(*value);
    } else if (isLost(scope, name)) {
      return Found::Lost;
    } else {
      objection = formatv("input {0} is {1}", quoted(name),
                          later.contains(name)
                              ? "computed after it: the graph has a cycle"
                              : "defined nowhere");
      return Found::Undefined;
    }
  }
  return Found::All;
}

void GraphImporter::importNode(const pb::NodeProto &proto, Scope &scope,
                               const llvm::StringSet<> &later) {
  ++nodeCount;
  auto version = scope.opsets->find(domainName(proto.domain()));
  int64_t opset = version == scope.opsets->end() ? 0 : version->second;
  SmallVector<Value> inputs;
  Objection objection;
  Found found = lookUp(proto, scope, later, inputs, objection);
  if (found == Found::All) {
    Node node(*this, *state, locationOf(proto), proto, opset, inputs,
              scope.attributes);
    build(node, scope);
    return;
  }
  for (const std::string &name : proto.input())
    if (auto *input = refusedInputs.find(StringRef(name));
        input != refusedInputs.end()) {
      objection = Objection(input->second.reason).in("input " + quoted(name));
      input->second.isReported = true;
    }
  if (found == Found::Lost && !objection &&
      !functions.contains(
          functionKey(proto.domain(), proto.op_type(), proto.overload())) &&
      !findRow(domainName(proto.domain()), proto.op_type(), opset))
    objection = missingOp(domainName(proto.domain()), proto.op_type());
  if (objection)
    report(proto, opset, inputs, objection);
  for (const std::string &name : proto.output())
    scope.lost.insert(name);
}

static void buildRow(Node &node, const OpRow &row) {
  checkInputTypes(node);
  if (node.failed() || foldShapeArithmetic(node))
    return;
  row.build(node);
  if (!node.failed())
    node.checkAllRead();
  checkOutputTypes(node);
  noteContents(node);
}

void GraphImporter::build(Node &node, Scope &scope) {
  const pb::NodeProto &proto = node.proto;
  size_t before = errors.size();
  llvm::scope_exit restore([this, outer = current] { current = outer; });
  current = &scope;
  std::string key =
      functionKey(proto.domain(), proto.op_type(), proto.overload());
  if (proto.output().empty()) {
    node.fail("has no outputs");
  } else if (auto function = functions.find(key); function != functions.end()) {
    importCall(node, *function->second);
    if (!node.failed())
      node.checkAllRead();
  } else if (const OpRow *row = findRow(domainName(proto.domain()),
                                        proto.op_type(), node.opset)) {
    buildRow(node, *row);
  } else if (node.opset == 0) {
    node.fail(formatv("domain {0} is not imported",
                      quoted(domainName(proto.domain()))));
  } else {
    node.fail(missingOp(domainName(proto.domain()), proto.op_type()));
  }
  finish(node, scope);
  for (Value value : node.outputs())
    if (value && dtypes[&proto].empty())
      dtypes[&proto] = dtypeName(Emitter::elementOf(value));
  if (!node.failed())
    return;
  // A body's own complaints say it already.
  if (errors.size() == before)
    report(proto, node.opset, node.inputs, node.objection());
  for (const std::string &name : proto.output()) {
    scope.values.erase(name);
    scope.lost.insert(name);
  }
}

void GraphImporter::finish(Node &node, Scope &scope) {
  for (auto [i, name] : llvm::enumerate(node.proto.output())) {
    if (node.failed())
      return;
    if (name.empty())
      continue;
    Value value = node.results[i];
    if (!value)
      node.refuse(formatv("output {0} is not supported", i), "without it");
    else if (!scope.values.try_emplace(name, value).second)
      node.fail(formatv("output {0} is defined twice", quoted(name)));
  }
}

void GraphImporter::importNodes(
    const google::protobuf::RepeatedPtrField<pb::NodeProto> &nodes,
    Scope &scope) {
  llvm::StringSet<> later;
  for (const pb::NodeProto &proto : nodes)
    for (const std::string &name : proto.output())
      later.insert(name);
  for (const pb::NodeProto *proto : inOrder(nodes)) {
    if (nodeCount >= kMostNodes) {
      if (!std::exchange(isTooLarge, true))
        errors.push_back(Objection::unsupported(
                             formatv("more than {0} nodes, with functions and "
                                     "bodies expanded, are not supported",
                                     kMostNodes))
                             .of());
      return;
    }
    importNode(*proto, scope, later);
  }
}

/// Whether a value has the element type that its name is declared to have, if
/// it is declared at all.
static bool hasDeclaredType(const pb::ValueInfoProto &info, Value value) {
  int declared = info.type().tensor_type().elem_type();
  return declared == pb::TensorProto::UNDEFINED ||
         elementTypeOf(value.getContext(), declared) ==
             Emitter::elementOf(value);
}

Outputs GraphImporter::resultsOf(const pb::GraphProto &graph,
                                 const Scope &scope) {
  SmallVector<Value> results;
  bool lost = false;
  for (const auto &output : graph.output()) {
    const Value *value = findValue(scope, output.name());
    lost |= isLost(scope, output.name());
    if (!value && !isLost(scope, output.name()))
      errors.push_back(
          Objection(formatv("output {0} of graph {1} is defined nowhere",
                            quoted(output.name()), quoted(graph.name())))
              .of());
    results.push_back(value ? *value : Value());
    if (value && *value && !hasDeclaredType(output, *value))
      errors.push_back(
          Objection(
              formatv("output {0} is declared {1}, but what is computed is "
                      "{2}",
                      quoted(output.name()),
                      dtypeName(output.type().tensor_type().elem_type()),
                      dtypeName(Emitter::elementOf(*value))))
              .of());
  }
  if (lost || llvm::is_contained(results, Value()))
    return std::nullopt;
  return results;
}

/// Were two places to have one number, what is learnt at one would make less of
/// an extent at the other than could be known, or refuse it; never more.
template <typename T>
static uint64_t pathTo(uint64_t outside, const Node &node, const T &body) {
  return llvm::hash_combine(outside, &node.proto, &body);
}

GraphImporter::Learnt &GraphImporter::learntOf(const pb::GraphProto &graph) {
  return learnt[llvm::hash_combine(path, &graph)];
}

Outputs GraphImporter::importSubgraph(Node &node, const pb::GraphProto &graph,
                                      ArrayRef<Value> arguments) {
  if (depth >= options.deepest) {
    node.refuse(formatv("bodies nested more than {0} deep are not supported",
                        options.deepest));
    return std::nullopt;
  }
  if (static_cast<size_t>(graph.input_size()) != arguments.size()) {
    node.fail(formatv("its body takes {0} inputs, not {1}", graph.input_size(),
                      arguments.size()));
    return std::nullopt;
  }
  ++depth;
  uint64_t outside = std::exchange(path, pathTo(path, node, graph));
  Scope scope;
  scope.parent = current;
  scope.attributes = current->attributes;
  scope.opsets = current->opsets;
  for (auto [input, value] : llvm::zip(graph.input(), arguments))
    scope.values[input.name()] = value;
  size_t before = errors.size();
  llvm::scope_exit restore([this, outer = current, outside] {
    current = outer;
    path = outside;
    --depth;
  });
  addInitializers(graph, scope);
  importNodes(graph.node(), scope);
  Outputs results = resultsOf(graph, scope);
  if (results && errors.size() == before)
    return results;
  node.refuse("its body is not supported");
  return std::nullopt;
}

AttributeMap
GraphImporter::attributesOfCall(Node &node, const pb::FunctionProto &function) {
  AttributeMap attributes;
  auto give = [&](StringRef name, const pb::AttributeProto *absent) {
    const pb::AttributeProto *given = node.find(name);
    if (const pb::AttributeProto *value = given ? given : absent)
      attributes[name] = value;
  };
  for (const std::string &name : function.attribute())
    give(name, nullptr);
  for (const pb::AttributeProto &attribute : function.attribute_proto())
    give(attribute.name(), &attribute);
  return attributes;
}

void GraphImporter::importCall(Node &node, const pb::FunctionProto &function) {
  if (depth >= options.deepest)
    return node.refuse(
        formatv("functions that call each other more than {0} deep are not "
                "supported",
                options.deepest));
  std::string key =
      functionKey(function.domain(), function.name(), function.overload());
  Scope scope;
  scope.opsets = &functionOpsets[key];
  int64_t version = scope.opsets->lookup("ai.onnx");
  if (version < 0 || version > kLatest)
    return node.refuse(
        formatv("its function imports opset {0} of ai.onnx", version),
        formatv("{0} to {1}", kOldest, kLatest));
  if (node.numInputs() > function.input_size() ||
      node.numOutputs() > function.output_size())
    return node.fail("it has more inputs or outputs than its function");
  AttributeMap attributes = attributesOfCall(node, function);
  scope.attributes = &attributes;
  for (auto [i, name] : llvm::enumerate(function.input()))
    scope.values[name] = node.in(i);
  ++depth;
  uint64_t outside = std::exchange(path, pathTo(path, node, function));
  size_t before = errors.size();
  importNodes(function.node(), scope);
  path = outside;
  --depth;
  if (errors.size() != before)
    return node.refuse("its function is not supported");
  for (int64_t i = 0; i < node.numOutputs(); ++i) {
    const Value *value = findValue(scope, function.output(i));
    if (!value)
      return node.fail(formatv("output {0} of its function is defined nowhere",
                               quoted(function.output(i))));
    node.out(i, *value);
  }
}

} // namespace opc::onnx
