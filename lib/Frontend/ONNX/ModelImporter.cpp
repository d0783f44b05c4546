//===- ModelImporter.cpp - the model around the graph ---------------------===//
//
// Arguments with their symbolic extents, results, the module, and the summary
// of a model for people.
//
//===----------------------------------------------------------------------===//
#include "GraphImporter.h"
#include "Refusals.h"
#include "opc/Runtime/Suggest.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <set>

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {

/// Some writers say -1 or "?" for every extent that they do not know; only
/// names make two extents equal.
static std::string nameOf(const pb::TensorShapeProto::Dimension &dimension) {
  StringRef name = dimension.dim_param();
  bool named = llvm::any_of(name, [](char c) { return llvm::isAlnum(c); });
  return named ? name.str() : std::string();
}

static bool isNumber(const pb::TensorShapeProto::Dimension &dimension) {
  return dimension.has_dim_value() && dimension.dim_value() != -1;
}

/// How an extent without a name is pinned.
static std::string placeOf(const pb::ValueInfoProto &info, size_t axis) {
  return formatv("{0}.{1}", info.name(), axis);
}

AffineExpr
GraphImporter::argumentExtent(const pb::TensorShapeProto::Dimension &dimension,
                              StringRef place, std::string &error) {
  int64_t value = -1;
  std::string name = nameOf(dimension);
  auto pin = pinned.find(name.empty() ? place : StringRef(name));
  if (isNumber(dimension)) {
    value = dimension.dim_value();
  } else if (pin != pinned.end()) {
    usedPins.insert(pin->first());
    value = pin->second;
  } else {
    auto known = symbols.find(name);
    if (!name.empty() && known != symbols.end())
      return state->env.symbol(known->second);
    unsigned index = addSymbol(function, name);
    if (!name.empty())
      symbols[name] = index;
    return state->env.symbol(index);
  }
  if (value < 0 || value > kLargestExtent)
    error = formatv("extent {0} is not between 0 and 2^40", value);
  return state->env.constant(value);
}

Type GraphImporter::argumentType(const pb::ValueInfoProto &info, Dims &dims,
                                 std::string &error) {
  if (!info.type().has_tensor_type()) {
    error = "only tensors are supported: no sequence, map, optional or sparse "
            "tensor";
    return {};
  }
  const auto &tensor = info.type().tensor_type();
  Type element = elementTypeOf(&context, tensor.elem_type());
  if (!element) {
    error = refusedDtype(tensor.elem_type());
    return {};
  }
  if (!tensor.has_shape()) {
    error = "its rank is not given";
    return {};
  }
  for (const auto &[axis, dimension] : llvm::enumerate(tensor.shape().dim()))
    dims.push_back(argumentExtent(dimension, placeOf(info, axis), error));
  if (!error.empty())
    return {};
  RankedTensorType type = tensorType(dims, element);
  return checkedType(type.getShape(), element, error);
}

bool GraphImporter::addConstantInput(const pb::ValueInfoProto &info,
                                     Scope &scope) {
  auto constant = options.constants.find(info.name());
  if (constant == options.constants.end())
    return false;
  std::string error;
  ElementsAttr value = reader.read(constant->second, error);
  if (value && info.type().tensor_type().elem_type() !=
                   dtypeNamed(constant->second.dtype)) {
    error =
        formatv("a constant of {0} is given for {1}", constant->second.dtype,
                dtypeName(info.type().tensor_type().elem_type()));
    value = {};
  }
  if (!value) {
    errors.push_back(formatv("input {0}: {1}", quoted(info.name()), error));
    return true;
  }
  Emitter emitter(*state, function.getLoc());
  scope.values[info.name()] = emitter.constant(value);
  return true;
}

void GraphImporter::addArguments(const pb::GraphProto &graph, Scope &scope) {
  llvm::StringSet<> initialized;
  for (const auto &tensor : graph.initializer())
    initialized.insert(tensor.name());
  SmallVector<Type> types;
  SmallVector<std::pair<StringRef, Dims>> arguments;
  for (const pb::ValueInfoProto &info : graph.input()) {
    // A default value that callers could replace is taken as the value.
    if (initialized.contains(info.name()) || addConstantInput(info, scope))
      continue;
    std::string error;
    Dims dims;
    Type type = argumentType(info, dims, error);
    if (scope.values.contains(info.name()))
      error = "is defined twice";
    if (!error.empty()) {
      errors.push_back(formatv("input {0}: {1}", quoted(info.name()), error));
      scope.lost.insert(info.name());
      refusedInputs[info.name()] = error;
      continue;
    }
    Value argument = function.getBody().addArgument(
        type, NameLoc::get(StringAttr::get(&context, info.name())));
    scope.values[info.name()] = argument;
    types.push_back(type);
    arguments.emplace_back(info.name(), dims);
    state->env.setDims(argument, dims);
  }
  function.setFunctionType(FunctionType::get(&context, types, {}));
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    function.setArgAttr(i, kNameAttr,
                        StringAttr::get(&context, argument.first));
    function.setArgAttr(i, kDimsAttr,
                        AffineMapAttr::get(toMap(&context, argument.second)));
  }
}

/// The open dimensions of a graph's inputs, for messages about others.
static std::string openDimensions(StringRef wrong,
                                  const pb::GraphProto &graph) {
  std::set<std::string> names;
  for (const pb::ValueInfoProto &info : graph.input()) {
    const auto &shape = info.type().tensor_type().shape();
    for (const auto &[axis, dimension] : llvm::enumerate(shape.dim())) {
      std::string name = nameOf(dimension);
      if (!isNumber(dimension))
        names.insert(printable(name.empty() ? placeOf(info, axis) : name));
    }
  }
  if (names.empty())
    return ": all extents are numbers";
  std::vector<std::string> list(names.begin(), names.end());
  return runtime::suggestion(wrong, list) + ": there are " +
         llvm::join(list, ", ");
}

void GraphImporter::checkOptionsUsed(const pb::GraphProto &graph) {
  for (const auto &[name, extent] : options.dims)
    if (!usedPins.contains(name))
      errors.push_back(formatv("no input has a dimension called {0}{1}",
                               quoted(name), openDimensions(name, graph)));
  for (const auto &constant : options.constants)
    if (llvm::none_of(graph.input(), [&](const pb::ValueInfoProto &info) {
          return info.name() == constant.getKey();
        }))
      errors.push_back(
          formatv("no input is called {0}", quoted(constant.getKey())));
}

bool GraphImporter::returnOutputs(const pb::GraphProto &graph,
                                  const Scope &scope) {
  Outputs results = resultsOf(graph, scope);
  if (!results || !errors.empty())
    return false;
  if (results->empty()) {
    errors.push_back("the graph has no outputs");
    return false;
  }
  func::ReturnOp::create(state->builder, function.getLoc(), *results);
  SmallVector<Type> types;
  for (Value value : *results)
    types.push_back(value.getType());
  function.setFunctionType(FunctionType::get(
      &context, function.getFunctionType().getInputs(), types));
  for (auto [i, output] : llvm::enumerate(graph.output()))
    function.setResultAttr(i, kNameAttr,
                           StringAttr::get(&context, output.name()));
  return true;
}

FailureOr<OwningOpRef<ModuleOp>> GraphImporter::run(pb::ModelProto &model) {
  if (!model.has_graph()) {
    errors.push_back("the model has no graph");
    return failure();
  }
  if (!readOpsets(model))
    return failure();
  readFunctions(model);
  auto loc = FileLineColLoc::get(&context, options.modelName, 0, 0);
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  OpBuilder builder(module->getBodyRegion());
  function = func::FuncOp::create(builder, loc, "main",
                                  FunctionType::get(&context, {}, {}));
  function->setAttr(kSymbolsAttr, builder.getArrayAttr({}));
  Block *body = builder.createBlock(&function.getBody());
  state = std::make_unique<FunctionState>(&context, function);
  state->builder.setInsertionPointToEnd(body);
  Scope scope;
  scope.opsets = &opsets;
  const pb::GraphProto &graph = model.graph();
  addArguments(graph, scope);
  addInitializers(graph, scope);
  importNodes(graph.node(), scope);
  checkOptionsUsed(graph);
  if (!returnOutputs(graph, scope))
    return failure();
  return module;
}

llvm::json::Value GraphImporter::describe(pb::ModelProto &model) {
  llvm::json::Array nodes;
  for (const pb::NodeProto &proto : model.graph().node()) {
    llvm::json::Object node{
        {"name", llvm::json::fixUTF8(proto.name())},
        {"op", llvm::json::fixUTF8(proto.op_type())},
        {"domain", llvm::json::fixUTF8(domainName(proto.domain()))},
        {"dtype", dtypes.lookup(&proto)},
        {"supported", true}};
    if (auto reason = refusals.find(&proto); reason != refusals.end())
      node["supported"] = llvm::json::fixUTF8(reason->second);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

} // namespace opc::onnx
