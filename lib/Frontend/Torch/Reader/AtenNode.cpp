//===- AtenNode.cpp - one node of an ATen graph ---------------------------===//
//
// Typed access to arguments. One of another type is a failure of the node,
// never a default.
//
//===----------------------------------------------------------------------===//
#include "AtenNode.h"
#include "ScalarTypes.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// What says nothing of values: all tensors are dense, on one device.
constexpr llvm::StringLiteral kPlacement[] = {"device", "pin_memory",
                                              "memory_format", "non_blocking"};
constexpr llvm::StringLiteral kLayout("layout");
constexpr int64_t kStrided = 7;

/// Arguments of the node as it has them.
const json::Array &argumentsOf(const json::Object &proto) {
  static const json::Array kNone;
  const json::Array *given = proto.getArray("inputs");
  return given ? *given : kNone;
}

} // namespace

Union Node::given(StringRef name) const {
  for (const json::Value &each : argumentsOf(proto)) {
    const json::Object *argument = each.getAsObject();
    if (!argument || argument->getString("name") != name)
      continue;
    Union found = Union::of(argument->getObject("arg"));
    return found.is("as_optional_tensor") ? Union::of(found.value) : found;
  }
  return {};
}

Union Node::find(StringRef name) {
  read.insert(name);
  if (Union found = given(name))
    return found;
  const Parameter *parameter = schema.find(name);
  if (parameter && parameter->fallback)
    return Union::of(&*parameter->fallback);
  fail(formatv("argument {0} is missing", quoted(name)));
  return {};
}

bool Node::has(StringRef name) const {
  Union found = given(name);
  if (!found)
    if (const Parameter *p = schema.find(name); p && p->fallback)
      found = Union::of(&*p->fallback);
  return found && !found.is("as_none");
}

void Node::mistyped(StringRef name) {
  fail(formatv("argument {0} has the wrong type", quoted(name)));
}

Value Node::tensorNamed(StringRef name) {
  if (Value value = scope.tensors.lookup(name))
    return value;
  fail(formatv("tensor {0} is defined nowhere", quoted(name)));
  return {};
}

Value Node::optionalTensor(StringRef name) {
  Union found = find(name);
  if (!found || found.is("as_none"))
    return {};
  if (found.is("as_tensor"))
    return tensorNamed(found.name());
  mistyped(name);
  return {};
}

Value Node::tensor(StringRef name) {
  Value value = optionalTensor(name);
  if (!value)
    fail(formatv("argument {0} is no tensor", quoted(name)));
  return value;
}

SmallVector<Value> Node::tensors(StringRef name) {
  SmallVector<Value> values;
  Union found = find(name);
  if (found.is("as_ints") && found.array() && found.array()->empty())
    return values;
  bool isList = found.is("as_tensors") || found.is("as_optional_tensors");
  if (!isList || !found.array()) {
    mistyped(name);
    return values;
  }
  for (const json::Value &each : *found.array()) {
    Union item =
        found.is("as_tensors") ? Union{"as_tensor", &each} : Union::of(&each);
    values.push_back(item.is("as_tensor") ? tensorNamed(item.name()) : Value());
  }
  return values;
}

AffineExpr Node::integerOf(Union argument, StringRef name) {
  if (argument.is("as_sym_int"))
    argument = Union::of(argument.value);
  if (argument.is("as_int"))
    if (std::optional<int64_t> value = argument.value->getAsInteger())
      return expr(*value);
  if (!argument.is("as_name")) {
    mistyped(name);
    return {};
  }
  StringRef symbol = argument.value->getAsString().value_or("");
  AffineExpr value = scope.integers.lookup(symbol);
  if (!value)
    fail(formatv("number {0} is defined nowhere", quoted(symbol)));
  return value;
}

Operand Node::operand(StringRef name) {
  Union found = find(name);
  if (found.is("as_tensor")) {
    Value value = tensorNamed(found.name());
    return value ? Operand::tensor(value) : Operand();
  }
  if (found.is("as_float"))
    if (std::optional<double> value = realOf(*found.value))
      return Operand::number(*this, *value);
  if (found.is("as_bool"))
    return Operand::truth(*this, found.value->getAsBoolean().value_or(false));
  if (found.is("as_sym_float") || found.is("as_sym_bool")) {
    StringRef symbol = found.textOf("as_name");
    const auto &values = found.is("as_sym_float") ? scope.reals : scope.truths;
    if (Value value = values.lookup(symbol))
      return {value, true, elementOf(value), 0, {}};
  }
  if (found.is("as_complex")) {
    refuse("complex numbers are not supported", "real ones");
    return {};
  }
  AffineExpr value = integerOf(found, name);
  return value ? Operand::number(*this, value) : Operand();
}

AffineExpr Node::extent(StringRef name) {
  if (AffineExpr value = optionalExtent(name))
    return value;
  if (!failed())
    mistyped(name);
  return expr(1);
}

AffineExpr Node::optionalExtent(StringRef name) {
  Union found = find(name);
  return !found || found.is("as_none") ? AffineExpr() : integerOf(found, name);
}

Dims Node::extents(StringRef name) {
  Dims values;
  Union found = find(name);
  if (found.is("as_int") || found.is("as_sym_int")) {
    values.push_back(integerOf(found, name));
  } else if (found.is("as_ints") && found.array()) {
    for (const json::Value &each : *found.array())
      values.push_back(integerOf({"as_int", &each}, name));
  } else if (found.is("as_sym_ints") && found.array()) {
    for (const json::Value &each : *found.array())
      values.push_back(integerOf(Union::of(&each), name));
  } else {
    mistyped(name);
  }
  return failed() ? Dims() : values;
}

std::optional<Ints> Node::optionalIntegers(StringRef name) {
  Union found = find(name);
  if (!found || found.is("as_none"))
    return std::nullopt;
  std::optional<Ints> values = constantsOf(extents(name));
  if (!values)
    refuse(formatv("a symbolic {0} is not supported", quoted(name)),
           "a number");
  return values;
}

std::optional<int64_t> Node::optionalInteger(StringRef name) {
  AffineExpr value = optionalExtent(name);
  if (!value)
    return std::nullopt;
  std::optional<int64_t> known = constantOf(value);
  if (!known)
    refuse(formatv("a symbolic {0} is not supported", quoted(name)),
           "a number");
  return known;
}

int64_t Node::integer(StringRef name) {
  std::optional<int64_t> value = optionalInteger(name);
  if (!value && !failed())
    mistyped(name);
  return value.value_or(0);
}

bool Node::flag(StringRef name) {
  Union found = find(name);
  if (found.is("as_none"))
    return false;
  std::optional<bool> value;
  if (found.is("as_bool"))
    value = found.value->getAsBoolean();
  if (!value && !failed())
    mistyped(name);
  return value.value_or(false);
}

SmallVector<bool> Node::flags(StringRef name) {
  SmallVector<bool> values;
  Union found = find(name);
  if (!found.is("as_bools") || !found.array()) {
    mistyped(name);
    return values;
  }
  for (const json::Value &each : *found.array())
    values.push_back(each.getAsBoolean().value_or(false));
  return values;
}

std::optional<double> Node::optionalReal(StringRef name) {
  if (Union found = find(name); !found || found.is("as_none"))
    return std::nullopt;
  Operand number = operand(name);
  if (failed())
    return std::nullopt;
  if (number.isNumber && !number.value) {
    if (number.isReal())
      return number.real;
    if (std::optional<int64_t> value = constantOf(number.integer))
      return static_cast<double>(*value);
  }
  refuse(formatv("{0} that is no constant is not supported", quoted(name)),
         "a number");
  return std::nullopt;
}

double Node::real(StringRef name) {
  std::optional<double> value = optionalReal(name);
  if (!value && !failed())
    mistyped(name);
  return value.value_or(0);
}

SmallVector<double> Node::realList(StringRef name) {
  SmallVector<double> values;
  Union found = find(name);
  if (found.is("as_none"))
    return values;
  if (!found.array()) {
    mistyped(name);
    return values;
  }
  for (const json::Value &each : *found.array()) {
    std::optional<double> value = realOf(each);
    if (!value)
      mistyped(name);
    values.push_back(value.value_or(0));
  }
  return values;
}

StringRef Node::string(StringRef name) {
  Union found = find(name);
  if (found.is("as_none"))
    return "";
  std::optional<StringRef> value;
  if (found.is("as_string"))
    value = found.value->getAsString();
  if (!value && !failed())
    mistyped(name);
  return value.value_or("");
}

Type Node::dtype(StringRef name, Type absent) {
  Union found = find(name);
  if (found.is("as_none"))
    return absent;
  std::optional<int64_t> number;
  if (found.is("as_scalar_type") || found.is("as_int"))
    number = found.value->getAsInteger();
  if (!number) {
    mistyped(name);
    return {};
  }
  Objection error;
  Type element = elementTypeOf(state.builder.getContext(), *number, error);
  if (!element)
    fail(error);
  return element;
}

int64_t Node::axis(StringRef name, Value x) {
  int64_t value = integer(name);
  return failed() ? 0 : axisIn(value, std::max<int64_t>(rank(x), 1));
}

Ints Node::axes(StringRef name, Value x) {
  std::optional<Ints> given = optionalIntegers(name);
  if (failed())
    return {};
  if (!given || given->empty())
    return axesUpTo(rank(x));
  Ints found = axesIn(*given, std::max<int64_t>(rank(x), 1));
  llvm::sort(found);
  return rank(x) == 0 ? Ints() : found;
}

void Node::out(int64_t i, Value v) {
  if (i >= static_cast<int64_t>(results.size()))
    results.resize(i + 1);
  results[i] = v;
}

void Node::outAll(ArrayRef<Value> values) {
  results.assign(values.begin(), values.end());
}

void Node::checkAllRead() {
  llvm::StringSet<> seen;
  for (const json::Value &each : argumentsOf(proto)) {
    const json::Object *argument = each.getAsObject();
    StringRef name = argument ? argument->getString("name").value_or("") : "";
    if (!schema.find(name))
      return fail(formatv("there is no argument {0}", quoted(name)));
    if (!seen.insert(name).second)
      return fail(formatv("argument {0} is given twice", quoted(name)));
    if (read.contains(name) || llvm::is_contained(kPlacement, name))
      continue;
    Union value = given(name);
    bool isDefault = value.is("as_none");
    if (name == kLayout && value.is("as_layout"))
      isDefault |= value.value->getAsInteger() == kStrided;
    if (!isDefault)
      refuse(formatv("argument {0} is not supported", quoted(name)),
             "without it");
  }
}

} // namespace opc::torch
