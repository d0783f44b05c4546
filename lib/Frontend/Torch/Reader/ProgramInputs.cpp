//===- ProgramInputs.cpp - what a program is given ------------------------===//
//
// A symbol is an extent of inputs that have it alone; else it is the value of a
// symbolic number, or what solves an expression that is an extent. All other
// places that name it are compared with it when the program runs.
//
//===----------------------------------------------------------------------===//
#include "ProgramReader.h"
#include "ScalarTypes.h"
#include "opc/Frontend/Graph/ElementTypes.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "opc/Runtime/Suggest.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// An input that the graph takes out of the archive: the kind of its spec, and
/// what names the tensor.
constexpr std::pair<llvm::StringLiteral, llvm::StringLiteral> kHeld[] = {
    {"parameter", "parameter_name"},
    {"buffer", "buffer_name"},
    {"tensor_constant", "tensor_constant_name"},
};

/// A name in the text of a check, where braces stand for values.
std::string sizeNamed(StringRef name) {
  bool plain =
      llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  return plain ? "size '" + printable(name) + "'" : "a size";
}

} // namespace

const json::Object *GraphScope::declared(StringRef tensor) const {
  const json::Object *values = graph.getObject("tensor_values");
  return values ? values->getObject(tensor) : nullptr;
}

bool ProgramReader::declaredExtents(const json::Object &meta,
                                    SmallVectorImpl<Symbolic> &extents,
                                    Objection &error) {
  const json::Array *sizes = meta.getArray("sizes");
  if (!sizes)
    error = "it has no sizes";
  for (size_t i = 0; !error && i < sizes->size(); ++i) {
    Union size = Union::of(&(*sizes)[i]);
    std::optional<int64_t> number =
        size.is("as_int") ? size.value->getAsInteger() : std::nullopt;
    if (number)
      extents.push_back({"Integer", std::to_string(*number), {}});
    else if (auto parsed = parseSymbolic(size.textOf("expr_str"), error))
      extents.push_back(*parsed);
  }
  return !error;
}

Type ProgramReader::declaredElement(const json::Object &meta,
                                    Objection &error) {
  constexpr int64_t kStrided = 7;
  if (meta.getInteger("layout").value_or(kStrided) != kStrided)
    error = Objection::unsupported("a sparse tensor is not supported",
                                   "a dense one");
  const json::Object *device = meta.getObject("device");
  StringRef type = device ? device->getString("type").value_or("cpu") : "cpu";
  if (type != "cpu" && !error)
    error = Objection::unsupported(
        "a tensor on device " + quoted(type) + " is not supported", "cpu");
  return error ? Type()
               : elementTypeOf(&context, meta.getInteger("dtype").value_or(0),
                               error);
}

AffineExpr ProgramReader::extentOf(const Symbolic &declared) {
  if (std::optional<int64_t> number = declared.integer())
    return state->env.constant(*number);
  if (!declared.isSymbol())
    return main->extent("");
  auto [place, isNew] = symbols.try_emplace(declared.text, AffineExpr());
  if (isNew)
    place->second = main->extent(declared.text);
  return place->second;
}

void ProgramReader::addTensor(StringRef name, GraphScope &scope) {
  Objection error;
  Checked input{name.str(), {}, {}};
  const json::Object *meta = scope.declared(name);
  Type element;
  if (!meta)
    error = "it is not declared";
  else if ((element = declaredElement(*meta, error)))
    declaredExtents(*meta, input.declared, error);
  RankedTensorType type;
  if (!error) {
    for (const Symbolic &extent : input.declared)
      input.given.push_back(extentOf(extent));
    type = tensorType(input.given, element);
    checkedType(type.getShape(), element, error);
  }
  if (error) {
    errors.push_back(error.of("input", name));
    scope.lost.insert(name);
    return;
  }
  scope.tensors[name] = main->addInput(name, type, input.given);
  checked.push_back(std::move(input));
}

/// The symbol or number that a symbolic integer is declared to be.
static std::optional<Symbolic>
declaredNumber(const json::Object &graph, StringRef name, Objection &error) {
  const json::Object *values = graph.getObject("sym_int_values");
  Union value = Union::of(values ? values->getObject(name) : nullptr);
  std::optional<int64_t> number =
      value.is("as_int") ? value.value->getAsInteger() : std::nullopt;
  if (number)
    return Symbolic{"Integer", std::to_string(*number), {}};
  return parseSymbolic(value.textOf("expr_str"), error);
}

void ProgramReader::addNumber(StringRef name, GraphScope &scope) {
  Objection error;
  std::optional<Symbolic> declared = declaredNumber(scope.graph, name, error);
  if (!declared) {
    errors.push_back(error.of("input", name));
    return;
  }
  auto type = RankedTensorType::get({}, state->builder.getI64Type());
  scope.tensors[name] = main->addInput(name, type, {});
  Checked input{name.str(), {AffineExpr()}, {}};
  input.declared.push_back(*declared);
  checked.push_back(std::move(input));
}

void ProgramReader::addReal(StringRef name, GraphScope &scope) {
  auto type = RankedTensorType::get({}, state->builder.getF64Type());
  scope.reals[name] = main->addInput(name, type, {});
}

bool ProgramReader::isChangedBuffer(StringRef buffer) const {
  const json::Array *specs = signature->getArray("output_specs");
  return specs && llvm::any_of(*specs, [&](const json::Value &each) {
           Union spec = Union::of(&each);
           return (spec.is("buffer_mutation") &&
                   spec.textOf("buffer_name") == buffer) ||
                  (spec.is("parameter_mutation") &&
                   spec.textOf("parameter_name") == buffer);
         });
}

bool ProgramReader::addConstant(StringRef name, const Union &spec,
                                GraphScope &scope) {
  for (const auto &[kind, key] : kHeld) {
    StringRef held = spec.textOf(key);
    if (!spec.is(kind) || !weights.contains(held) || isChangedBuffer(held))
      continue;
    Emitter n(*state, NameLoc::get(StringAttr::get(&context, held)));
    Value value = weights.constant(n, held);
    if (const json::Object *declared = scope.declared(name); value && declared)
      value = asDeclared(n, *declared, value);
    if (value)
      scope.tensors[name] = value;
    else
      scope.lost.insert(name);
    if (n.failed())
      errors.push_back(n.objection().of("initializer", held));
    scope.aliases.add(name, Aliases::Owner::Constant);
    return true;
  }
  return false;
}

void ProgramReader::addInput(const Union &argument, const Union &spec,
                             GraphScope &scope) {
  if (argument.is("as_tensor")) {
    StringRef name = argument.name();
    if (scope.tensors.contains(name))
      errors.push_back(Objection("is defined twice").of("input", name));
    else if (!addConstant(name, spec, scope)) {
      addTensor(name, scope);
      scope.aliases.add(name, Aliases::Owner::Input);
    }
    return;
  }
  StringRef name = argument.textOf("as_name");
  if (argument.is("as_sym_int") && !name.empty())
    return addNumber(name, scope);
  if (argument.is("as_sym_float") && !name.empty())
    return addReal(name, scope);
  if (argument.is("as_token") || argument.is("as_custom_obj"))
    errors.push_back(
        Objection::unsupported("an object is not supported", "tensors")
            .of("input", argument.name()));
}

bool ProgramReader::solve(Emitter &n, const Symbolic &declared,
                          AffineExpr given) {
  SmallVector<StringRef> names;
  declared.collect(names);
  llvm::erase_if(
      names, [&](StringRef name) { return symbols.lookup(name) != nullptr; });
  if (names.empty() || !llvm::all_equal(names) || !given)
    return false;
  // Of a linear expression: slope * symbol + rest.
  StringRef name = names.front();
  auto at = [&](int64_t value) {
    Symbols trial = symbols;
    trial[name] = n.expr(value);
    return evaluate(n, declared, trial);
  };
  AffineExpr rest = at(0), next = at(1), later = at(2);
  if (n.failed())
    return false;
  std::optional<int64_t> slope = constantOf(n.simplify(next - rest));
  if (!slope || *slope < 1 || constantOf(n.simplify(later - next)) != slope)
    return false;
  symbols[name] = n.simplify(given - rest).floorDiv(*slope);
  return true;
}

std::optional<int64_t> ProgramReader::leastValueOf(StringRef symbol) const {
  const json::Object *range = ranges ? ranges->getObject(symbol) : nullptr;
  return range ? range->getInteger("min_val") : std::nullopt;
}

void ProgramReader::solveExtents(GraphScope &scope) {
  for (Checked &input : checked) {
    if (input.given.size() != 1 || input.given[0])
      continue;
    Emitter n(*state, main->function.getLoc());
    const Symbolic &declared = input.declared[0];
    bool isNew = declared.isSymbol() && !symbols.lookup(declared.text);
    int64_t least = std::numeric_limits<int64_t>::min();
    if (isNew)
      least = leastValueOf(declared.text).value_or(least);
    input.given[0] = n.bindElement(scope.tensors[input.name], 0, least);
    if (isNew)
      symbols[declared.text] = input.given[0];
  }
  for (bool progress = true; std::exchange(progress, false);)
    for (const Checked &input : checked)
      for (auto [given, declared] : llvm::zip(input.given, input.declared)) {
        Emitter n(*state, main->function.getLoc());
        progress |= solve(n, declared, given);
      }
}

void ProgramReader::checkInputs(GraphScope &scope) {
  for (const Checked &input : checked) {
    Emitter n(*state, main->function.getLoc());
    Dims dims;
    for (auto [given, declared] : llvm::zip(input.given, input.declared)) {
      AffineExpr value = evaluate(n, declared, symbols);
      if (!value)
        break;
      n.requireEqual(given, value,
                     "input '" + printable(input.name) +
                         "' has {0} where its other extents want {1}");
      dims.push_back(value);
    }
    Value &held = scope.tensors[input.name];
    if (!n.failed() && n.rank(held) == static_cast<int64_t>(dims.size()))
      held = n.reshape(held, dims);
    else if (!n.failed())
      scope.integers[input.name] = dims[0];
    if (n.failed())
      errors.push_back(n.objection().of("input", input.name));
  }
}

void ProgramReader::bindRanges() {
  if (!ranges)
    return;
  for (const auto &[name, value] : *ranges) {
    const json::Object *range = value.getAsObject();
    AffineExpr symbol = symbols.lookup(name);
    if (!range || !symbol)
      continue;
    Emitter n(*state, main->function.getLoc());
    std::optional<int64_t> least = range->getInteger("min_val");
    std::optional<int64_t> most = range->getInteger("max_val");
    if (least)
      n.requireAtMost(n.expr(*least), symbol,
                      sizeNamed(name) + " is {1}, less than {0}");
    if (most && *most < kLargestExtent)
      n.requireAtMost(symbol, n.expr(*most),
                      sizeNamed(name) + " is {0}, more than {1}");
    if (n.failed())
      errors.push_back(n.objection().of());
    if (auto place = dyn_cast<AffineSymbolExpr>(symbol))
      state->bounds.set(
          place.getPosition(),
          {least.value_or(0),
           std::min(most.value_or(kLargestExtent), int64_t(kLargestExtent))});
  }
}

void ProgramReader::pinDims(ArrayRef<Union> arguments,
                            const GraphScope &scope) {
  std::vector<std::string> known;
  for (const Union &argument : arguments) {
    const json::Object *meta = scope.declared(argument.name());
    SmallVector<Symbolic> extents;
    Objection error;
    if (!meta || !declaredExtents(*meta, extents, error))
      continue;
    SmallVector<StringRef> names;
    for (const Symbolic &extent : extents)
      extent.collect(names);
    for (StringRef name : names)
      known.push_back(name.str());
  }
  for (const auto &[name, extent] : options.dims) {
    symbols[name] = state->env.constant(extent);
    if (!llvm::is_contained(known, name))
      errors.push_back(
          Objection(formatv("no input has a dimension called {0}{1}",
                            quoted(name), runtime::suggestion(name, known)))
              .of());
  }
}

void ProgramReader::addInputs(const json::Object &program, GraphScope &scope) {
  const json::Array *arguments = scope.graph.getArray("inputs");
  const json::Array *specs = signature->getArray("input_specs");
  if (!arguments || !specs || arguments->size() != specs->size()) {
    errors.push_back(
        Objection("the graph has other inputs than its signature").of());
    return;
  }
  ranges = program.getObject("range_constraints");
  SmallVector<Union> inputs;
  for (const json::Value &argument : *arguments)
    inputs.push_back(Union::of(&argument));
  pinDims(inputs, scope);
  for (auto [argument, spec] : llvm::zip(inputs, *specs))
    addInput(argument, Union::of(&spec), scope);
  solveExtents(scope);
  bindRanges();
  checkInputs(scope);
}

} // namespace opc::torch
