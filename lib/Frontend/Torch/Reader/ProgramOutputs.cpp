//===- ProgramOutputs.cpp - what a program gives --------------------------===//
#include "ProgramReader.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// Outputs by name, none of which is there twice.
class NamedOutputs {
public:
  void add(StringRef name, Value value) {
    std::string free = name.empty() ? "output" : name.str();
    for (int64_t i = 1; !names.insert(free).second; ++i)
      free = formatv("{0}_{1}", name, i);
    outputs.emplace_back(free, value);
  }

  SmallVector<std::pair<std::string, Value>> outputs;

private:
  llvm::StringSet<> names;
};

/// The name that a value of an output has in the graph.
StringRef nameOf(const Union &output) {
  return output.is("as_tensor") ? output.name() : output.textOf("as_name");
}

} // namespace

Value ProgramReader::outputOf(Emitter &n, const Union &output,
                              const GraphScope &scope) {
  Type f64 = n.state.builder.getF64Type();
  StringRef name = nameOf(output);
  if (output.is("as_tensor"))
    return scope.tensors.lookup(name);
  if (output.is("as_sym_int")) {
    AffineExpr value = scope.integers.lookup(name);
    return value ? n.extentAs(n.i64Type(), value) : Value();
  }
  if (output.is("as_sym_float"))
    return scope.reals.lookup(name);
  if (output.is("as_int"))
    return n.scalarInt(n.i64Type(), output.value->getAsInteger().value_or(0));
  if (output.is("as_bool"))
    return n.scalarInt(n.boolType(),
                       output.value->getAsBoolean().value_or(false));
  if (output.is("as_float"))
    if (std::optional<double> value = realOf(*output.value))
      return n.scalar(f64, *value);
  return {};
}

std::string ProgramReader::inputOf(StringRef kind, StringRef key,
                                   StringRef value) const {
  for (const json::Value &each : listIn(*signature, "input_specs")) {
    Union spec = Union::of(&each);
    const json::Object *parts = spec.object();
    const json::Object *arg = parts ? parts->getObject("arg") : nullptr;
    if (spec.is(kind) && arg && spec.textOf(key) == value)
      return arg->getString("name").value_or("").str();
  }
  return value.str();
}

void ProgramReader::addMutation(StringRef input, size_t output) {
  mutations.push_back(json::Object{{"output", static_cast<int64_t>(output)},
                                   {"input", input.str()}});
}

void ProgramReader::noteMutation(const Union &spec, size_t output) {
  if (spec.is("buffer_mutation"))
    addMutation(inputOf("buffer", "buffer_name", spec.textOf("buffer_name")),
                output);
  else if (spec.is("parameter_mutation"))
    addMutation(
        inputOf("parameter", "parameter_name", spec.textOf("parameter_name")),
        output);
  else if (spec.is("user_input_mutation"))
    addMutation(spec.textOf("user_input_name"), output);
}

void ProgramReader::returnOutputs(GraphScope &scope) {
  const json::Array *values = scope.graph.getArray("outputs");
  const json::Array *specs = signature->getArray("output_specs");
  if (!values || !specs || values->size() != specs->size()) {
    errors.push_back(
        Objection("the graph has other outputs than its signature").of());
    return;
  }
  Emitter n(*state, main->function.getLoc());
  NamedOutputs named;
  for (auto [value, spec] : llvm::zip(*values, *specs)) {
    Union output = Union::of(&value);
    StringRef name = nameOf(output);
    if (output.is("as_none") || scope.lost.contains(name))
      continue;
    noteMutation(Union::of(&spec), named.outputs.size());
    checkUnspoiled(n, name, scope);
    if (n.failed()) {
      errors.push_back(n.objection().of("output", name.str()));
      return;
    }
    Value result = outputOf(n, output, scope);
    if (result)
      named.add(name, result);
    else
      errors.push_back(
          Objection(formatv("output {0} is defined nowhere", quoted(name)))
              .of());
  }
  for (const auto &[input, value] : scope.changed) {
    addMutation(input, named.outputs.size());
    named.add(input.str() + "_new", value);
  }
  if (named.outputs.empty() && errors.empty())
    errors.push_back(Objection("the graph has no outputs").of());
  if (errors.empty())
    main->returnOutputs(named.outputs);
}

} // namespace opc::torch
