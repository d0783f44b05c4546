//===- ProgramReader.cpp - exported programs into @main -------------------===//
//
// The walk over nodes. What their results are is compared with what the graph
// declares: a row that computes another type or shape than torch is found out.
//
//===----------------------------------------------------------------------===//
#include "ProgramReader.h"
#include "UnknownOps.h"
#include "opc/Frontend/Graph/DescribeOperands.h"
#include "opc/Frontend/Graph/ElementTypes.h"
#include "opc/Frontend/Graph/ModelAttr.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {

ProgramReader::ProgramReader(MLIRContext &context, const ImportOptions &options,
                             Weights &weights, std::vector<Diagnostic> &errors)
    : context(context), options(options), weights(weights), errors(errors) {}

void collectTensors(const Union &argument, SmallVectorImpl<StringRef> &names) {
  if (argument.is("as_tensor"))
    names.push_back(argument.name());
  else if (argument.is("as_optional_tensor"))
    collectTensors(Union::of(argument.value), names);
  else if (argument.is("as_tensors") && argument.array())
    for (const json::Value &each : *argument.array())
      names.push_back(Union{"as_tensor", &each}.name());
  else if (argument.is("as_optional_tensors") && argument.array())
    for (const json::Value &each : *argument.array())
      collectTensors(Union::of(&each), names);
}

const json::Array &listIn(const json::Object &object, StringRef key) {
  static const json::Array kNone;
  const json::Array *list = object.getArray(key);
  return list ? *list : kNone;
}

static SmallVector<StringRef> readsOf(const json::Object &proto) {
  SmallVector<StringRef> names;
  if (const json::Array *inputs = proto.getArray("inputs"))
    for (const json::Value &each : *inputs)
      if (const json::Object *argument = each.getAsObject())
        collectTensors(Union::of(argument->getObject("arg")), names);
  return names;
}

SmallVector<ResultName> resultsOf(const json::Object &proto) {
  SmallVector<ResultName> results;
  const json::Array *outputs = proto.getArray("outputs");
  if (!outputs)
    return results;
  for (const json::Value &each : *outputs) {
    Union output = Union::of(&each);
    SmallVector<StringRef> tensors;
    collectTensors(output, tensors);
    if (output.is("as_tensors") || output.is("as_tensor")) {
      for (StringRef name : tensors)
        results.push_back({"as_tensor", name});
      continue;
    }
    StringRef name = output.textOf("as_name");
    results.push_back({name.empty() ? "" : output.kind, name});
  }
  return results;
}

static StringRef nameOf(const json::Object &proto) {
  if (std::optional<StringRef> name = proto.getString("name"))
    return *name;
  for (const ResultName &result : resultsOf(proto))
    return result.name;
  return "";
}

static StringRef targetOf(const json::Object &proto) {
  StringRef target = proto.getString("target").value_or("");
  target.consume_front("torch.ops.");
  return target;
}

std::pair<StringRef, unsigned> ownLine(StringRef stackTrace) {
  std::pair<StringRef, unsigned> found{"", 0};
  for (StringRef line : llvm::split(stackTrace, '\n')) {
    line = line.trim();
    if (!line.consume_front("File \""))
      continue;
    auto [file, rest] = line.split('"');
    unsigned number = 0;
    rest.consume_front(", line ");
    if (rest.consumeInteger(10, number) || file.contains("/torch/") ||
        file.starts_with("torch/"))
      continue;
    found = {file, number};
  }
  return found;
}

static std::pair<StringRef, unsigned> placeOf(const json::Object &proto) {
  const json::Object *metadata = proto.getObject("metadata");
  return ownLine(metadata ? metadata->getString("stack_trace").value_or("")
                          : "");
}

Location ProgramReader::locationOf(const json::Object &proto) {
  auto [file, line] = placeOf(proto);
  Location place =
      line ? FileLineColLoc::get(&context, file, line, 0)
           : FileLineColLoc::get(&context, options.modelName, nodeCount, 0);
  auto op = NameLoc::get(StringAttr::get(&context, targetOf(proto)), place);
  return NameLoc::get(StringAttr::get(&context, nameOf(proto)), op);
}

/// "f32[5, ?]".
static std::string typeText(Value value) {
  return dtypeName(Emitter::elementOf(value)) + graph::shapeText(value);
}

void ProgramReader::report(const json::Object &proto, const GraphScope &scope,
                           const Objection &objection) {
  Diagnostic &diagnostic =
      errors.emplace_back(objection.of("node", nameOf(proto)));
  diagnostic.op = targetOf(proto);
  auto operands = llvm::map_to_vector(readsOf(proto), [&](StringRef name) {
    return scope.tensors.lookup(name);
  });
  graph::describeOperands(operands, diagnostic);
  if (auto [file, line] = placeOf(proto); line)
    diagnostic.place = formatv("{0}:{1}", printable(file), line);
}

void ProgramReader::checkUnspoiled(Emitter &n, StringRef name,
                                   const GraphScope &scope) {
  if (StringRef spoiler = scope.aliases.spoilerOf(name); !spoiler.empty())
    n.refuse(formatv("reading {0}, a view of memory that {1} has changed, is "
                     "not supported",
                     quoted(name), quoted(spoiler)),
             "a functional graph: exported.run_decompositions({})");
}

ProgramReader::Found ProgramReader::checkReads(Emitter &n,
                                               const json::Object &proto,
                                               GraphScope &scope) {
  for (StringRef name : readsOf(proto)) {
    if (scope.lost.contains(name))
      return Found::Lost;
    if (!scope.tensors.contains(name))
      n.fail(formatv("tensor {0} is defined nowhere before it", quoted(name)));
    checkUnspoiled(n, name, scope);
  }
  return Found::All;
}

void ProgramReader::standIn(const json::Object &proto, GraphScope &scope) {
  for (const ResultName &result : resultsOf(proto)) {
    if (result.kind == "as_sym_int")
      scope.integers[result.name] = main->extent("");
    const json::Object *meta = scope.declared(result.name);
    Objection error;
    SmallVector<Symbolic> extents;
    Type element = meta ? declaredElement(*meta, error) : Type();
    if (!element || !declaredExtents(*meta, extents, error)) {
      scope.lost.insert(result.name);
      continue;
    }
    Dims dims;
    for (const Symbolic &extent : extents) {
      Emitter n(*state, main->function.getLoc());
      AffineExpr value = evaluate(n, extent, symbols);
      dims.push_back(value ? value : main->extent(""));
    }
    scope.tensors[result.name] =
        main->addInput(result.name, tensorType(dims, element), dims);
    scope.aliases.add(result.name);
  }
}

Value ProgramReader::asDeclared(Emitter &n, const json::Object &declared,
                                Value value) {
  Objection error;
  SmallVector<Symbolic> extents;
  Type element = declaredElement(declared, error);
  if (!element || !declaredExtents(declared, extents, error)) {
    n.fail(error);
    return {};
  }
  Dims computed = n.dims(value), wanted;
  if (n.elementOf(value) != element || computed.size() != extents.size()) {
    n.fail(formatv("computes {0}, where the graph declares {1} of rank {2}",
                   typeText(value), dtypeName(element), extents.size()));
    return {};
  }
  for (auto [extent, symbolic] : llvm::zip(computed, extents)) {
    // A size that the program computes: this is where it becomes known.
    if (symbolic.isSymbol() && !symbols.lookup(symbolic.text))
      symbols[symbolic.text] = extent;
    AffineExpr size = evaluate(n, symbolic, symbols);
    if (!size)
      return {};
    n.requireEqual(extent, size,
                   "computes an extent of {0}, where the graph "
                   "declares {1}");
    wanted.push_back(size);
  }
  return n.failed() ? Value() : n.reshape(value, wanted);
}

void ProgramReader::defineNumber(Node &node, StringRef name, Value value,
                                 GraphScope &scope) {
  AffineExpr number = node.bindElement(node.cast(value, node.i64Type()), 0,
                                       std::numeric_limits<int64_t>::min());
  scope.integers[name] = number;
  const json::Object *values = scope.graph.getObject("sym_int_values");
  Union declared = Union::of(values ? values->getObject(name) : nullptr);
  Objection error;
  auto symbolic = parseSymbolic(declared.textOf("expr_str"), error);
  if (symbolic && symbolic->isSymbol())
    symbols.try_emplace(symbolic->text, number);
}

/// Whether a value is `source`, its elements moved at most.
static bool isMovedFrom(Value value, Value source) {
  while (value != source) {
    Operation *op = value.getDefiningOp();
    if (!op || !isMovement(op) || op->getNumOperands() != 1)
      return false;
    value = op->getOperand(0);
  }
  return true;
}

void ProgramReader::defineTensor(Node &node, const json::Object &proto,
                                 size_t i, StringRef name, GraphScope &scope) {
  Value value = node.outputs()[i];
  if (const json::Object *declared = scope.declared(name))
    value = asDeclared(node, *declared, value);
  if (node.failed())
    return;
  bool isNew = scope.tensors.try_emplace(name, value).second;
  if (!isNew)
    return node.fail(formatv("result {0} is defined twice", quoted(name)));
  ArrayRef<StringRef> aliases = node.schema.resultAliases;
  StringRef letter =
      aliases.empty() ? "" : aliases[std::min(i, aliases.size() - 1)];
  // Schemas do not tell all views: dropout returns what it is given in
  // evaluation, and einsum an operand with its axes in another order.
  for (StringRef read : readsOf(proto))
    if (!letter.empty() ||
        (!node.isCopy && isMovedFrom(value, scope.tensors.lookup(read))))
      return scope.aliases.addView(name, read);
  scope.aliases.add(name);
}

void ProgramReader::defineChanged(Node &node, const json::Object &proto,
                                  StringRef name, GraphScope &scope) {
  StringRef target = readsOf(proto).front();
  Value value = scope.tensors.lookup(target);
  if (!scope.tensors.try_emplace(name, value).second)
    return node.fail(formatv("result {0} is defined twice", quoted(name)));
  scope.aliases.addSame(name, target);
}

void ProgramReader::define(Node &node, const json::Object &proto, bool inPlace,
                           GraphScope &scope) {
  SmallVector<ResultName> names = resultsOf(proto);
  for (auto [i, result] : llvm::enumerate(names)) {
    if (node.failed())
      return;
    Value value = i < node.outputs().size() ? node.outputs()[i] : Value();
    if (!value && scope.declared(result.name))
      node.refuse(formatv("result {0} is not supported", i), "without it");
    else if (value && result.kind == "as_tensor" && inPlace)
      defineChanged(node, proto, result.name, scope);
    else if (value && result.kind == "as_tensor")
      defineTensor(node, proto, i, result.name, scope);
    else if (value && result.kind == "as_sym_int")
      defineNumber(node, result.name, value, scope);
    else if (!result.kind.empty())
      scope.lost.insert(result.name);
  }
}

void ProgramReader::change(Node &node, const json::Object &proto,
                           GraphScope &scope) {
  SmallVector<StringRef> reads = readsOf(proto);
  if (reads.empty() || node.outputs().empty())
    return node.fail("it changes nothing");
  if (StringRef(node.schema.parameters.front().type).contains("[]"))
    return node.refuse("changing a list of tensors is not supported",
                       "a functional graph: exported.run_decompositions({})");
  StringRef target = reads.front();
  Value before = scope.tensors.lookup(target);
  Value after = node.cast(node.outputs()[0], node.elementOf(before));
  if (after == before) // detach_
    return;
  Aliases::Owner owner = scope.aliases.ownerOf(target);
  ArrayRef<std::string> sharing = scope.aliases.sharing(target);
  bool isWhole =
      !sharing.empty() && scope.aliases.isSame(sharing.front(), target);
  if (owner == Aliases::Owner::Constant ||
      (owner == Aliases::Owner::Input && !isWhole))
    node.refuse(formatv("a change of {0}, which is held outside of the graph, "
                        "is not supported",
                        quoted(target)),
                "a functional graph: exported.run_decompositions({})");
  if (node.failed() || node.rank(after) != node.rank(before))
    return node.fail("its result does not fit what it changes");
  for (auto [now, old] : llvm::zip(node.dims(after), node.dims(before)))
    node.requireEqual(now, old);
  if (node.failed())
    return;
  after = node.reshape(after, node.dims(before));
  for (const std::string &other : sharing)
    if (scope.aliases.isSame(other, target))
      scope.tensors[other] = after;
    else
      scope.aliases.spoil(other, nameOf(proto));
  node.out(after);
  if (owner == Aliases::Owner::Input)
    scope.changed[scope.tensors.find(sharing.front())->getKey()] = after;
}

void ProgramReader::build(const KnownOp &op, bool inPlace,
                          const json::Object &proto, GraphScope &scope) {
  Node node(*state, locationOf(proto), proto, op.schema, scope);
  if (checkReads(node, proto, scope) == Found::Lost)
    return standIn(proto, scope);
  if (!node.failed())
    op.build(node);
  if (!node.failed())
    node.checkAllRead();
  if (!node.failed() && inPlace)
    change(node, proto, scope);
  if (!node.failed())
    define(node, proto, inPlace, scope);
  if (!node.failed())
    return;
  report(proto, scope, node.objection());
  standIn(proto, scope);
}

/// "aten.add_.Tensor" -> "aten.add.Tensor"; "" for what changes nothing.
static std::string functionalName(StringRef target) {
  auto [front, overload] = target.rsplit('.');
  if (!front.ends_with("_") || front.ends_with("__"))
    return "";
  return (front.drop_back() + "." + overload).str();
}

void ProgramReader::readNode(const json::Object &proto, GraphScope &scope) {
  constexpr int64_t kMostNodes = 1'000'000;
  StringRef target = targetOf(proto);
  if (++nodeCount > kMostNodes) {
    if (nodeCount == kMostNodes + 1)
      errors.push_back(
          Objection::unsupported(
              formatv("more than {0} nodes are not supported", kMostNodes))
              .of());
    return;
  }
  if (isStatement(target) || readSymbolic(proto, scope))
    return;
  if (isInlined(target))
    return readInline(proto, scope);
  if (const KnownOp *op = findOp(target))
    return build(*op, false, proto, scope);
  if (const KnownOp *op = findOp(functionalName(target)))
    return build(*op, true, proto, scope);
  report(proto, scope, missingOp(target));
  standIn(proto, scope);
}

bool ProgramReader::readSymbolicInteger(Emitter &n, StringRef name,
                                        GraphScope &scope) {
  const json::Object *values = scope.graph.getObject("sym_int_values");
  Union value = Union::of(values ? values->getObject(name) : nullptr);
  if (value.is("as_int")) {
    scope.integers[name] = n.expr(value.value->getAsInteger().value_or(0));
    return true;
  }
  Objection error;
  std::string unknown;
  std::optional<Symbolic> declared =
      parseSymbolic(value.textOf("expr_str"), error);
  if (!declared) {
    n.fail(error);
    return false;
  }
  AffineExpr number = evaluate(n, *declared, symbols, &unknown);
  if (number)
    scope.integers[name] = number;
  return number != nullptr;
}

bool ProgramReader::readSymbolicReal(Emitter &n, StringRef name,
                                     GraphScope &scope) {
  const json::Object *values = scope.graph.getObject("sym_float_values");
  Union value = Union::of(values ? values->getObject(name) : nullptr);
  Objection error;
  Value number;
  if (std::optional<double> real =
          value.is("as_float") ? realOf(*value.value) : std::nullopt)
    number = n.scalar(n.state.builder.getF64Type(), *real);
  else if (auto declared = parseSymbolic(value.textOf("expr_str"), error)) {
    if (declared->isSymbol() && !symbols.lookup(declared->text))
      return false;
    number = evaluateReal(n, *declared, symbols);
  }
  if (error)
    n.fail(error);
  if (number)
    scope.reals[name] = number;
  return number != nullptr;
}

/// Symbolic numbers are what the graph says that they are, whichever node
/// computes them. What no input gives is left to the node.
bool ProgramReader::readSymbolic(const json::Object &proto, GraphScope &scope) {
  SmallVector<ResultName> results = resultsOf(proto);
  if (results.size() != 1 || results[0].kind == "as_tensor")
    return false;
  // What is true of sizes is asserted; who reads it otherwise is refused.
  if (results[0].kind == "as_sym_bool")
    return true;
  StringRef name = results[0].name;
  Emitter n(*state, locationOf(proto));
  bool isKnown = false;
  if (results[0].kind == "as_sym_int")
    isKnown = readSymbolicInteger(n, name, scope);
  else if (results[0].kind == "as_sym_float")
    isKnown = readSymbolicReal(n, name, scope);
  if (!n.failed())
    return isKnown;
  report(proto, scope, n.objection());
  standIn(proto, scope);
  return true;
}

void ProgramReader::readInline(const json::Object &proto, GraphScope &scope) {
  constexpr int64_t kDeepest = 20;
  SmallVector<Union> arguments;
  const json::Object *body = nullptr;
  for (const json::Value &each : listIn(proto, "inputs")) {
    Union argument = Union::of(
        each.getAsObject() ? each.getAsObject()->getObject("arg") : nullptr);
    if (argument.is("as_graph"))
      body = argument.object()->getObject("graph");
    else if (body)
      arguments.push_back(argument);
  }
  Emitter n(*state, locationOf(proto));
  const json::Array *inputs = body ? body->getArray("inputs") : nullptr;
  const json::Array *outputs = body ? body->getArray("outputs") : nullptr;
  SmallVector<ResultName> results = resultsOf(proto);
  bool fits = inputs && outputs && inputs->size() == arguments.size() &&
              outputs->size() == results.size() && depth < kDeepest;
  if (!fits)
    n.fail("its body does not fit it");
  if (n.failed() || checkReads(n, proto, scope) == Found::Lost || n.failed()) {
    if (n.failed())
      report(proto, scope, n.objection());
    return standIn(proto, scope);
  }
  GraphScope inner(*body);
  for (auto [argument, input] : llvm::zip(arguments, *inputs)) {
    Union name = Union::of(&input);
    if (argument.is("as_tensor"))
      inner.tensors[name.name()] = scope.tensors.lookup(argument.name());
    else
      inner.integers[name.textOf("as_name")] =
          scope.integers.lookup(argument.textOf("as_name"));
    inner.aliases.add(name.name(), Aliases::Owner::Constant);
  }
  ++depth;
  readNodes(inner);
  --depth;
  for (auto [output, result] : llvm::zip(*outputs, results)) {
    StringRef name = Union::of(&output).name();
    Value value = inner.tensors.lookup(name);
    checkUnspoiled(n, name, inner);
    if (value && !n.failed())
      scope.tensors[result.name] = value;
    else
      scope.lost.insert(result.name);
    scope.aliases.add(result.name);
    for (auto [argument, input] : llvm::zip(arguments, *inputs))
      if (llvm::is_contained(inner.aliases.sharing(name),
                             Union::of(&input).name()))
        scope.aliases.addView(result.name, argument.name());
  }
  if (n.failed())
    report(proto, scope, n.objection());
}

void ProgramReader::readNodes(GraphScope &scope) {
  const json::Array *nodes = scope.graph.getArray("nodes");
  if (!nodes) {
    errors.push_back(Objection("the graph has no nodes").of());
    return;
  }
  for (const json::Value &each : *nodes)
    if (const json::Object *proto = each.getAsObject())
      readNode(*proto, scope);
}

OwningOpRef<ModuleOp> ProgramReader::run(const json::Object &program) {
  const json::Object *graphModule = program.getObject("graph_module");
  const json::Object *graph =
      graphModule ? graphModule->getObject("graph") : nullptr;
  signature = graphModule ? graphModule->getObject("signature") : nullptr;
  if (!graph || !signature) {
    errors.push_back(
        Objection("it is no exported program: it has no graph").of());
    return {};
  }
  main.emplace(&context,
               FileLineColLoc::get(&context, options.modelName, 0, 0));
  state = &main->state;
  GraphScope scope(*graph);
  addInputs(program, scope);
  if (!errors.empty() && scope.tensors.empty())
    return {};
  readNodes(scope);
  returnOutputs(scope);
  if (!errors.empty())
    return {};
  json::Object model{{"producer", "torch"},
                     {"mutations", std::move(mutations)}};
  if (auto version = program.getString("torch_version"))
    model["producer_version"] = *version;
  main->module.get()->setAttr(
      kModelAttr,
      StringAttr::get(&context,
                      formatv("{0}", json::Value(std::move(model))).str()));
  return std::move(main->module);
}

} // namespace opc::torch
