//===- GraphBuilder.cpp - a graph that is built call by call --------------===//
#include "opc/Frontend/Graph/Named/GraphBuilder.h"
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Dialect/Opc/IR/Limits.h"
#include "opc/Frontend/Graph/ConstantElements.h"
#include "opc/Frontend/Graph/ElementTypes.h"
#include "opc/Frontend/Graph/Named/Dtypes.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;
namespace json = llvm::json;

namespace opc::graph {

static MLIRContext *withDialects(MLIRContext &context) {
  context.loadDialect<OpcDialect, func::FuncDialect>();
  return &context;
}

GraphBuilder::GraphBuilder()
    : main(withDialects(context), FileLineColLoc::get(&context, "graph", 0, 0)),
      state(&main.state) {}

Status GraphBuilder::ready() const {
  return isFinished ? Status::usage("the graph is finished") : failure;
}

Status GraphBuilder::failWith(Status status) {
  failure = status;
  return status;
}

static bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

static Status toStatus(const Objection &objection) {
  return Status::of({objection.of()});
}

Status GraphBuilder::typeOf(StringRef dtype, ArrayRef<Extent> dims,
                            Dims &extents, RankedTensorType &type) {
  Type element = elementNamed(&context, dtype);
  if (!element)
    return Status::usage("dtype " + quoted(dtype) + " is not known");
  if (static_cast<int64_t>(dims.size()) > kMostAxes)
    return toStatus(Objection::unsupported(
        formatv("rank {0} is not supported", dims.size()),
        llvm::Twine(kMostAxes)));
  for (const Extent &extent : dims) {
    bool named = !extent.symbol.empty();
    if (named && !isIdentifier(extent.symbol))
      return Status::usage("symbol " + quoted(extent.symbol) +
                           " is no name of letters, digits and _");
    if (!named && (extent.size < 0 || extent.size > kLargestExtent))
      return Status::input(
          formatv("extent {0} is not between 0 and 2^40", extent.size));
  }
  for (const Extent &extent : dims)
    extents.push_back(extent.symbol.empty() ? state->env.constant(extent.size)
                                            : main.extent(extent.symbol));
  Objection error;
  type = checkedType(tensorType(extents, element).getShape(), element, error);
  return type ? Status() : toStatus(error);
}

GraphBuilder::Id GraphBuilder::idOf(Value value) {
  values.push_back(value);
  return values.size();
}

Status GraphBuilder::addInput(StringRef name, StringRef dtype,
                              ArrayRef<Extent> dims, Id &value) {
  if (Status status = ready(); !status.ok())
    return status;
  std::string place = "input " + quoted(name);
  if (inputNames.contains(name))
    return Status::usage(place + " is declared twice");
  Dims extents;
  RankedTensorType type;
  if (Status status = typeOf(dtype, dims, extents, type); !status.ok())
    return std::move(status).in(place);
  inputNames.insert(name);
  value = idOf(main.addInput(name, type, extents));
  return {};
}

Status GraphBuilder::addConstant(StringRef dtype, ArrayRef<int64_t> shape,
                                 ArrayRef<char> data, Id &value) {
  if (Status status = ready(); !status.ok())
    return status;
  SmallVector<Extent> dims;
  for (int64_t extent : shape)
    dims.push_back({extent, ""});
  Dims extents;
  RankedTensorType type;
  if (Status status = typeOf(dtype, dims, extents, type); !status.ok())
    return std::move(status).in("constant");
  Objection error;
  ElementsAttr elements = elementsOver(type, data, nullptr, error);
  if (!elements)
    return Status::usage("constant: " + error.reason);
  value = idOf(Emitter(*state, main.function.getLoc()).constant(elements));
  return {};
}

Status GraphBuilder::lookUp(StringRef op, ArrayRef<Id> operands,
                            llvm::SmallVectorImpl<Value> &found) const {
  for (auto [i, id] : llvm::enumerate(operands)) {
    if (id < 1 || id > static_cast<Id>(values.size()))
      return Status::usage(
          formatv("{0}: operand {1} is no value of this builder", op, i));
    found.push_back(values[id - 1]);
  }
  return {};
}

/// As front ends name a node: its own name, its operator, its place.
Location GraphBuilder::locationOf(StringRef op) {
  ++ops;
  Location place = FileLineColLoc::get(&context, "graph", ops, 0);
  place = NameLoc::get(StringAttr::get(&context, op), place);
  std::string name = formatv("{0}_{1}", op, ops);
  return NameLoc::get(StringAttr::get(&context, name), place);
}

/// The parser of JSON calls itself for each.
static constexpr size_t kMostBrackets = 1000;

Status GraphBuilder::addOp(StringRef name, ArrayRef<Id> operands,
                           StringRef attributes,
                           llvm::MutableArrayRef<Id> results) {
  if (Status status = ready(); !status.ok())
    return status;
  std::string place = "op " + quoted(name);
  SmallVector<Value> found;
  if (Status status = lookUp(place, operands, found); !status.ok())
    return status;
  if (attributes.count('[') + attributes.count('{') > kMostBrackets)
    return Status::usage(formatv("{0}: attributes have more than {1} brackets",
                                 place, kMostBrackets));
  llvm::Expected<json::Value> json = json::parse(attributes);
  if (!json)
    return Status::usage(place +
                         ": attributes: " + llvm::toString(json.takeError()));
  const json::Object *object = json->getAsObject();
  if (!object)
    return Status::usage(place + ": attributes are no JSON object");
  Block *body = state->builder.getInsertionBlock();
  auto lastOf = [&] { return body->empty() ? nullptr : &body->back(); };
  Operation *before = lastOf();
  Emitter e(*state, locationOf(name));
  SmallVector<Value> values =
      emitNamed(e, {name, found, *object, main.symbols, results.size()});
  if (e.failed()) {
    Status status = toStatus(e.objection()).in(place);
    // What it began to build cannot be taken back.
    return lastOf() == before ? status : failWith(status);
  }
  for (auto [id, value] : llvm::zip(results, values))
    id = idOf(value);
  return {};
}

Status GraphBuilder::addOutput(StringRef name, Id value) {
  if (Status status = ready(); !status.ok())
    return status;
  std::string place = "output " + quoted(name);
  if (outputNames.contains(name))
    return Status::usage(place + " is declared twice");
  SmallVector<Value> found;
  if (Status status = lookUp(place, value, found); !status.ok())
    return status;
  outputNames.insert(name);
  outputs.emplace_back(name, found[0]);
  return {};
}

/// Constants that are not in the text become inputs that have a value.
void GraphBuilder::moveConstants() {
  for (auto op :
       llvm::make_early_inc_range(main.function.getOps<ConstantOp>())) {
    const AsmResourceBlob *blob = blobOf(op.getValue());
    if (!blob)
      continue;
    std::string name;
    for (int64_t i = moved.size(); name.empty(); ++i)
      if (std::string free = formatv("constant.{0}", i);
          inputNames.insert(free).second)
        name = free;
    auto type = cast<RankedTensorType>(op.getType());
    Dims dims = state->env.dims(op.getResult());
    op.getResult().replaceAllUsesWith(main.addInput(name, type, dims));
    for (auto &[unused, value] : outputs)
      if (value == op.getResult())
        value = main.function.getBody().getArguments().back();
    op.erase();
    moved.push_back({name, dtypeName(type.getElementType()),
                     SmallVector<int64_t>(type.getShape()), blob->getData()});
  }
}

Status GraphBuilder::finish() {
  if (Status status = ready(); !status.ok())
    return status;
  if (outputs.empty())
    return Status::usage("the graph has no outputs");
  isFinished = true;
  moveConstants();
  main.returnOutputs(outputs);
  llvm::raw_string_ostream out(ir);
  main.module->print(out, OpPrintingFlags().enableDebugInfo());
  return {};
}

} // namespace opc::graph
