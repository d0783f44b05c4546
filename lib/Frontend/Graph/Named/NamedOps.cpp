//===- NamedOps.cpp - ops by their names ----------------------------------===//
#include "opc/Frontend/Graph/Named/NamedOps.h"
#include "Heard.h"
#include "NamedForms.h"
#include "opc/Dialect/Opc/IR/Verifiers.h"
#include "opc/Frontend/Graph/Named/Dtypes.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "opc/Runtime/Suggest.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;
namespace json = llvm::json;

namespace opc::graph {
namespace {

constexpr StringLiteral kDtype("dtype");
using Attributes = SmallVector<std::pair<StringRef, Attribute>>;

/// How many results an op always has; 0 where the caller says.
size_t resultCount(OperationName op) {
  return op.hasTrait<OpTrait::OneResult>()           ? 1
         : op.hasTrait<OpTrait::NResults<2>::Impl>() ? 2
         : op.hasTrait<OpTrait::NResults<3>::Impl>() ? 3
         : op.hasTrait<OpTrait::NResults<4>::Impl>() ? 4
         : op.hasTrait<OpTrait::NResults<5>::Impl>() ? 5
                                                     : 0;
}

/// Whether an op is one that computes tensors of tensors and attributes.
bool isCallable(OperationName op) {
  return op.getDialectNamespace() == OpcDialect::getDialectNamespace() &&
         op.hasInterface<ShapedOp>() && op.hasTrait<OpTrait::ZeroRegions>() &&
         !op.hasTrait<OpTrait::ConstantLike>() && !isMadeByStages(op) &&
         (resultCount(op) > 0 || op.hasTrait<OpTrait::VariadicResults>());
}

std::vector<std::string> knownNames(MLIRContext *context) {
  std::vector<std::string> names;
  for (RegisteredOperationName op : context->getRegisteredOperations())
    if (isCallable(op))
      names.push_back(op.stripDialect().str());
  for (const NamedForm &form : namedForms())
    names.push_back(form.name.str());
  return names;
}

void failCount(Emitter &e, StringRef what, size_t least, size_t most,
               size_t given) {
  std::string wanted = least == most ? std::to_string(least)
                       : most > 99   ? formatv("at least {0}", least).str()
                                     : formatv("{0} to {1}", least, most).str();
  e.fail(formatv("{0} {1} wanted, {2} given", wanted, what, given));
}

//===----------------------------------------------------------------------===//
// Forms
//===----------------------------------------------------------------------===//

SmallVector<Value> emitForm(Emitter &e, const NamedForm &form,
                            const NamedOp &op) {
  size_t count = op.operands.size();
  if (count < form.least || count > form.most)
    failCount(e, "operands", form.least, form.most, count);
  if (op.results != 1)
    failCount(e, "results", 1, 1, op.results);
  for (const auto &[key, value] : op.attributes)
    if (!form.attributes.contains((" " + StringRef(key) + " ").str()))
      e.fail("there is no attribute " + quoted(key));
  return e.failed() ? SmallVector<Value>()
                    : SmallVector<Value>{form.build(e, op)};
}

//===----------------------------------------------------------------------===//
// Ops of the dialect
//===----------------------------------------------------------------------===//

Attributes attributesOf(Emitter &e, OperationName op, const NamedOp &given) {
  Attributes attributes;
  for (const auto &[key, value] : given.attributes) {
    if (StringRef(key) == kDtype)
      continue;
    const auto *name = llvm::find_if(op.getAttributeNames(), [&](StringAttr a) {
      return a.getValue() == StringRef(key);
    });
    if (name == op.getAttributeNames().end()) {
      e.fail("there is no attribute " + quoted(key));
      return {};
    }
    attributes.push_back({name->getValue(), attributeOf(e, op, name->getValue(),
                                                        value, given.symbols)});
  }
  return attributes;
}

/// What the element type of each result can be, the likeliest first.
using Choices = SmallVector<SmallVector<Type>>;

Type dtypeOf(Emitter &e, const json::Value &value) {
  std::optional<StringRef> text = value.getAsString();
  Type type = text ? elementNamed(e.state.builder.getContext(), *text) : Type();
  if (!type)
    e.fail("dtype " + (text ? quoted(*text) : "that is no text") +
           " is not known");
  return type;
}

Choices givenTypes(Emitter &e, const json::Value &dtype, size_t results) {
  Choices choices;
  const json::Array *list = dtype.getAsArray();
  if (list && list->size() != results)
    failCount(e, "dtypes", results, results, list->size());
  for (size_t i = 0; i < results && !e.failed(); ++i)
    choices.push_back({dtypeOf(e, list ? (*list)[i] : dtype)});
  return choices;
}

Choices choicesOf(Emitter &e, const NamedOp &op) {
  if (const json::Value *dtype = op.attributes.get(kDtype))
    return givenTypes(e, *dtype, op.results);
  SmallVector<Type> types;
  for (Value v : op.operands)
    if (!llvm::is_contained(types, e.elementOf(v)))
      types.push_back(e.elementOf(v));
  for (Type type : {e.boolType(), e.i64Type()})
    if (!llvm::is_contained(types, type))
      types.push_back(type);
  return Choices(op.results, types);
}

/// What the op says against results of such elements.
Objection objectionTo(Emitter &e, OperationName name, const NamedOp &op,
                      const Attributes &attributes, ArrayRef<Type> elements) {
  OperationState state(e.loc, name);
  state.addOperands(op.operands);
  for (auto [key, value] : attributes)
    state.addAttribute(key, value);
  SmallVector<int64_t> shape;
  if (!op.operands.empty())
    llvm::append_range(
        shape, cast<RankedTensorType>(op.operands[0].getType()).getShape());
  for (Type element : elements)
    state.addTypes(RankedTensorType::get(shape, element));
  Heard heard(e.state.builder.getContext());
  Operation *attempt = Operation::create(state);
  bool fits = succeeded(name.verifyInvariants(attempt)) &&
              succeeded(checkOperands(attempt));
  attempt->destroy();
  if (fits)
    return {};
  return heard.first ? heard.first : Objection("it does not fit");
}

/// The first of the choices that the op takes; none after a failure.
SmallVector<Type> elementsOf(Emitter &e, OperationName name, const NamedOp &op,
                             const Attributes &attributes,
                             const Choices &choices) {
  size_t count = 1;
  for (const auto &types : choices)
    count *= types.size();
  Objection why;
  for (size_t k = 0; k < count; ++k) {
    SmallVector<Type> elements;
    size_t rest = k;
    for (const auto &types : choices) {
      elements.push_back(types[rest % types.size()]);
      rest /= types.size();
    }
    Objection found = objectionTo(e, name, op, attributes, elements);
    if (!found)
      return elements;
    // What is said of operands says more.
    auto isOfResult = [](const Objection &objection) {
      return StringRef(objection.reason).starts_with("result");
    };
    if (!why || (isOfResult(why) && !isOfResult(found)))
      why = found;
  }
  e.fail(why);
  return {};
}

template <typename T> T attributeNamed(const Attributes &all, StringRef name) {
  for (auto [key, value] : all)
    if (key == name)
      return dyn_cast<T>(value);
  return {};
}

/// A single result; what operands must agree in is guarded where only a run
/// knows it.
Value emitOne(Emitter &e, OperationName name, const NamedOp &op,
              const Attributes &attributes, Type element) {
  StringRef text = name.getStringRef();
  if (text == MatmulOp::getOperationName()) {
    auto flag = [&](StringRef key) {
      auto value = attributeNamed<BoolAttr>(attributes, key);
      return value && value.getValue();
    };
    return e.matmul(op.operands[0], op.operands[1], element,
                    flag("transpose_a"), flag("transpose_b"));
  }
  if (text == ConcatOp::getOperationName())
    return e.concat(op.operands,
                    attributeNamed<IntegerAttr>(attributes, "axis").getInt());
  if (name.hasInterface<ScalarOp>() && !op.operands.empty())
    return e.emitBroadcast(text, op.operands, attributes, element);
  return e.emitAll(text, op.operands, attributes, element)[0];
}

/// Nothing tells the types of results of any number.
void checkResults(Emitter &e, OperationName name, const NamedOp &op) {
  constexpr size_t kAny = 100;
  size_t count = resultCount(name);
  size_t least = std::max<size_t>(count, 1), most = count ? count : kAny;
  if (op.results < least || (count && op.results > most))
    failCount(e, "results", least, most, op.results);
  if (!count && !op.attributes.get(kDtype))
    e.fail("attribute " + quoted(kDtype) + " is needed");
}

SmallVector<Value> emitDialectOp(Emitter &e, OperationName name,
                                 const NamedOp &op) {
  checkResults(e, name, op);
  Attributes attributes = attributesOf(e, name, op);
  Choices choices = choicesOf(e, op);
  if (e.failed())
    return {};
  SmallVector<Type> elements = elementsOf(e, name, op, attributes, choices);
  if (e.failed())
    return {};
  if (elements.size() == 1)
    return {emitOne(e, name, op, attributes, elements[0])};
  return e.emitAll(name.getStringRef(), op.operands, attributes, elements);
}

} // namespace

SmallVector<Value> emitNamed(Emitter &e, const NamedOp &op) {
  for (const NamedForm &form : namedForms())
    if (form.name == op.name)
      return emitForm(e, form, op);
  MLIRContext *context = e.state.builder.getContext();
  OperationName name(("opc." + op.name).str(), context);
  if (name.isRegistered() && isCallable(name))
    return emitDialectOp(e, name, op);
  e.fail("there is no such op" +
         runtime::suggestion(op.name.str(), knownNames(context)));
  return {};
}

} // namespace opc::graph
