//===- ModelImporter.cpp - the model around the graph ---------------------===//
//
// Arguments with their symbolic extents, results, the module, and the summary
// of a model for people.
//
//===----------------------------------------------------------------------===//
#include "Describe.h"
#include "GraphImporter.h"
#include "Outputs.h"
#include "Refusals.h"
#include "opc/Frontend/ONNX/Model.h"
#include "opc/Runtime/Escape.h"
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
  // Letters of other alphabets take several bytes, none of them ASCII.
  bool named = llvm::any_of(
      name, [](char c) { return llvm::isAlnum(c) || !llvm::isASCII(c); });
  return named ? name.str() : std::string();
}

static bool isNumber(const pb::TensorShapeProto::Dimension &dimension) {
  return dimension.has_dim_value() && dimension.dim_value() != -1;
}

/// How an extent without a name is pinned.
static std::string placeOf(const pb::ValueInfoProto &info, size_t axis) {
  return formatv("{0}.{1}", info.name(), axis);
}

/// What pins an extent: its name, or its place.
static std::string pinNameOf(const pb::ValueInfoProto &info, size_t axis) {
  std::string name = nameOf(info.type().tensor_type().shape().dim(axis));
  return name.empty() ? placeOf(info, axis) : name;
}

/// The type by which callers give and take a tensor: integers of 2 and 4 bits
/// have a byte each, whose low bits count.
static Type atInterface(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  auto integer = dyn_cast<IntegerType>(type.getElementType());
  if (!integer || integer.getWidth() >= 8 || integer.getWidth() == 1)
    return tensor;
  return type.clone(
      IntegerType::get(tensor.getContext(), 8, integer.getSignedness()));
}

AffineExpr
GraphImporter::argumentExtent(const pb::TensorShapeProto::Dimension &dimension,
                              StringRef place, Objection &error) {
  int64_t value = -1;
  std::string name = nameOf(dimension);
  auto pin = pinned.find(name.empty() ? place : StringRef(name));
  if (isNumber(dimension)) {
    value = dimension.dim_value();
  } else if (pin != pinned.end()) {
    value = pin->second;
  } else {
    return main->extent(name);
  }
  if (value < 0 || value > kLargestExtent)
    error = formatv("extent {0} is not between 0 and 2^40", value);
  return state->env.constant(value);
}

RankedTensorType GraphImporter::argumentType(const pb::ValueInfoProto &info,
                                             Dims &dims, Objection &error) {
  if (!info.type().has_tensor_type()) {
    error = Objection::unsupported(
        "a sequence, map, optional or sparse tensor is not supported",
        "a tensor");
    return {};
  }
  const auto &tensor = info.type().tensor_type();
  Type element = elementTypeOf(&context, tensor.elem_type());
  if (!element) {
    error = refusedDtype(tensor.elem_type());
    return {};
  }
  if (!tensor.has_shape()) {
    error = Objection::unsupported(
        "a tensor whose rank is not given is not supported",
        "one with a shape, whose extents may be open");
    return {};
  }
  for (const auto &[axis, dimension] : llvm::enumerate(tensor.shape().dim()))
    dims.push_back(argumentExtent(dimension, placeOf(info, axis), error));
  if (error)
    return {};
  RankedTensorType type = tensorType(dims, element);
  return checkedType(type.getShape(), element, error);
}

/// Why a constant cannot be the value of an input; "" if it can.
std::string GraphImporter::misfit(const ConstantInput &constant,
                                  const pb::ValueInfoProto &info) {
  const auto &tensor = info.type().tensor_type();
  const auto &dims = tensor.shape().dim();
  bool fits = tensor.elem_type() == dtypeNamed(constant.dtype);
  if (tensor.has_shape())
    fits &= static_cast<size_t>(dims.size()) == constant.shape.size();
  std::vector<std::string> wanted, given;
  for (const auto &[axis, dimension] : llvm::enumerate(dims)) {
    auto pin = pinned.find(pinNameOf(info, axis));
    int64_t extent = isNumber(dimension)   ? dimension.dim_value()
                     : pin != pinned.end() ? pin->second
                                           : -1;
    std::string name = nameOf(dimension);
    wanted.push_back(extent >= 0    ? std::to_string(extent)
                     : name.empty() ? "?"
                                    : printable(name));
    fits = fits && (extent < 0 || extent == constant.shape[axis]);
  }
  if (fits)
    return "";
  for (int64_t extent : constant.shape)
    given.push_back(std::to_string(extent));
  return formatv("a constant of {0}[{1}] is given for {2}[{3}]",
                 dtypeName(dtypeNamed(constant.dtype)), llvm::join(given, ", "),
                 dtypeName(tensor.elem_type()), llvm::join(wanted, ", "));
}

/// A dimension that a constant gives an extent has it everywhere.
void GraphImporter::pinConstants(const pb::GraphProto &graph) {
  for (const pb::ValueInfoProto &info : graph.input()) {
    auto constant = options.constants.find(info.name());
    const auto &dims = info.type().tensor_type().shape().dim();
    if (constant == options.constants.end() ||
        constant->second.shape.size() != static_cast<size_t>(dims.size()))
      continue;
    for (const auto &[axis, dimension] : llvm::enumerate(dims))
      if (!isNumber(dimension))
        pinned.try_emplace(pinNameOf(info, axis), constant->second.shape[axis]);
  }
}

/// A constant as its input has it: elements of fewer bits come as bytes.
static ConstantInput asDeclared(ConstantInput constant,
                                const pb::ValueInfoProto &info) {
  int type = info.type().tensor_type().elem_type();
  bool isSigned =
      type == pb::TensorProto::INT4 || type == pb::TensorProto::INT2;
  bool isUnsigned =
      type == pb::TensorProto::UINT4 || type == pb::TensorProto::UINT2;
  if ((isSigned && constant.dtype == "int8") ||
      (isUnsigned && constant.dtype == "uint8"))
    constant.dtype = StringRef(pb::TensorProto::DataType_Name(type)).lower();
  return constant;
}

bool GraphImporter::addConstantInput(const pb::ValueInfoProto &info,
                                     Scope &scope) {
  auto constant = options.constants.find(info.name());
  if (constant == options.constants.end())
    return false;
  Objection error;
  ConstantInput given = asDeclared(constant->second, info);
  ElementsAttr value = reader.read(given, error);
  if (!error)
    error = misfit(given, info);
  if (error) {
    errors.push_back(error.of("input", info.name()));
    scope.lost.insert(info.name());
    return true;
  }
  Emitter emitter(*state, main->function.getLoc());
  scope.values[info.name()] = emitter.constant(value);
  return true;
}

void GraphImporter::addArguments(const pb::GraphProto &graph, Scope &scope) {
  llvm::StringSet<> initialized;
  for (const auto &tensor : graph.initializer())
    initialized.insert(tensor.name());
  for (const pb::ValueInfoProto &info : graph.input()) {
    // A default value is taken as the value where the caller gives none.
    if (addConstantInput(info, scope) || initialized.contains(info.name()))
      continue;
    Objection error;
    Dims dims;
    RankedTensorType type = argumentType(info, dims, error);
    if (scope.values.contains(info.name()))
      error = "is defined twice";
    if (error) {
      scope.lost.insert(info.name());
      refusedInputs[info.name()] = {error};
      continue;
    }
    auto given = cast<RankedTensorType>(atInterface(type));
    Value argument = main->addInput(info.name(), given, dims);
    scope.values[info.name()] = Emitter(*state, argument.getLoc())
                                    .cast(argument, type.getElementType());
  }
}

using Inputs = google::protobuf::RepeatedPtrField<pb::ValueInfoProto>;

/// The open dimensions of a graph's inputs.
static std::set<std::string> openDimensions(const Inputs &inputs) {
  std::set<std::string> names;
  for (const pb::ValueInfoProto &info : inputs) {
    const auto &shape = info.type().tensor_type().shape();
    for (const auto &[axis, dimension] : llvm::enumerate(shape.dim()))
      if (!isNumber(dimension))
        names.insert(pinNameOf(info, axis));
  }
  return names;
}

/// ", did you mean ...: there are ..." about names.
static std::string instead(StringRef wrong, ArrayRef<std::string> known,
                           StringRef none) {
  if (known.empty())
    return (": " + none).str();
  return runtime::suggestion(wrong, known) + ": there are " +
         llvm::join(llvm::map_range(
                        known, [](StringRef name) { return printable(name); }),
                    ", ");
}

void GraphImporter::checkOptionsUsed(const Inputs &inputs) {
  std::set<std::string> open = openDimensions(inputs);
  std::vector<std::string> dims(open.begin(), open.end()), names;
  for (const pb::ValueInfoProto &info : inputs)
    names.push_back(info.name());
  for (const auto &[name, extent] : options.dims)
    if (!open.contains(name))
      errors.push_back(
          Objection(formatv("no input has a dimension called {0}{1}",
                            quoted(name),
                            instead(name, dims, "all extents are numbers")))
              .of());
  for (const auto &constant : options.constants)
    if (!llvm::is_contained(names, constant.getKey()))
      errors.push_back(
          Objection(
              formatv("no input is called {0}{1}", quoted(constant.getKey()),
                      instead(constant.getKey(), names, "the graph has none")))
              .of());
}

bool GraphImporter::returnOutputs(const pb::GraphProto &graph,
                                  const Scope &scope) {
  Outputs results = resultsOf(graph, scope);
  if (!results || !errors.empty())
    return false;
  if (results->empty()) {
    errors.push_back(Objection("the graph has no outputs").of());
    return false;
  }
  Emitter emitter(*state, main->function.getLoc());
  SmallVector<std::pair<std::string, Value>> outputs;
  for (auto [output, value] : llvm::zip_equal(graph.output(), *results))
    outputs.emplace_back(
        output.name(), emitter.cast(value, getElementTypeOrSelf(
                                               atInterface(value.getType()))));
  main->returnOutputs(outputs);
  return true;
}

FailureOr<OwningOpRef<ModuleOp>>
GraphImporter::run(pb::ModelProto &model, ArrayRef<std::string> outputs) {
  if (!model.has_graph()) {
    errors.push_back(Objection("the model has no graph").of());
    return failure();
  }
  if (model.ir_version() > pb::IR_VERSION) {
    errors.push_back(
        Objection::unsupported(
            formatv("IR version {0} is not supported", model.ir_version()),
            formatv("up to {0}", int64_t(pb::IR_VERSION)))
            .of());
    return failure();
  }
  if (!readOpsets(model))
    return failure();
  readFunctions(model);
  auto loc = FileLineColLoc::get(&context, options.modelName, 0, 0);
  main.emplace(&context, loc);
  state = &main->state;
  llvm::json::Value metadata = metadataOf(model);
  main->module.get()->setAttr(
      kModelAttr, StringAttr::get(&context, formatv("{0}", metadata).str()));
  Scope scope;
  scope.opsets = &opsets;
  pb::GraphProto &graph = *model.mutable_graph();
  checkOptionsUsed(graph.input());
  if (!outputs.empty())
    if (std::string error = chooseOutputs(graph, outputs); !error.empty()) {
      errors.push_back(Objection(error).of());
      return failure();
    }
  pinConstants(graph);
  addArguments(graph, scope);
  addInitializers(graph, scope);
  size_t place = errors.size();
  importNodes(graph.node(), scope);
  reportInputs(place);
  if (!returnOutputs(graph, scope))
    return failure();
  return std::move(main->module);
}

llvm::json::Value GraphImporter::describe(pb::ModelProto &model) {
  llvm::json::Array nodes;
  for (const pb::NodeProto &proto : model.graph().node()) {
    llvm::json::Object node{{"name", proto.name()},
                            {"op", proto.op_type()},
                            {"domain", domainName(proto.domain())},
                            {"dtype", dtypes.lookup(&proto)},
                            {"supported", true}};
    if (auto reason = refusals.find(&proto); reason != refusals.end())
      node["supported"] = runtime::toText(reason->second);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

} // namespace opc::onnx
