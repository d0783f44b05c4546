//===- JsonAttributes.cpp - attributes of ops out of JSON -----------------===//
#include "opc/Frontend/Graph/Named/JsonAttributes.h"
#include "Heard.h"
#include "mlir/AsmParser/AsmParser.h"
#include "opc/Frontend/Graph/Quoted.h"

using namespace mlir;
namespace json = llvm::json;

namespace opc::graph {
namespace {

/// All elements of an array by one of json::Value's readers, or nothing.
template <typename T>
std::optional<SmallVector<T>>
allOf(const json::Array &array, std::optional<T> (json::Value::*read)() const) {
  SmallVector<T> items;
  for (const json::Value &item : array) {
    std::optional<T> one = (item.*read)();
    if (!one)
      return std::nullopt;
    items.push_back(*one);
  }
  return items;
}

/// A word of an expression, or a sign, as the parser knows it: symbols are s0,
/// s1, ...; nothing where it is no part of one.
std::optional<std::string> partOf(StringRef word, const SymbolNames &symbols) {
  if (auto symbol = symbols.find(word); symbol != symbols.end())
    return "s" + std::to_string(symbol->second);
  bool isNumber = llvm::all_of(word, llvm::isDigit);
  bool isSign = word.size() == 1 && StringRef("+-*() ").contains(word);
  if (isNumber || isSign ||
      llvm::is_contained({"floordiv", "ceildiv", "mod"}, word))
    return word.str();
  return std::nullopt;
}

/// An expression of symbols for the parser; nothing where it is none.
std::optional<std::string> numbered(StringRef text,
                                    const SymbolNames &symbols) {
  constexpr size_t kLongest = 256; // the parser calls itself
  if (text.size() > kLongest)
    return std::nullopt;
  std::string result;
  while (!text.empty()) {
    StringRef word =
        text.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
    word = word.empty() ? text.take_front(1) : word;
    std::optional<std::string> part = partOf(word, symbols);
    if (!part)
      return std::nullopt;
    result += *part;
    text = text.drop_front(word.size());
  }
  return result;
}

/// Extents as a map over the symbols of the function, null where one is no
/// expression of them.
Attribute extentsOf(Emitter &e, const json::Array &array,
                    const SymbolNames &symbols) {
  std::vector<std::string> names, results;
  for (const auto &symbol : symbols)
    while (names.size() <= symbol.getValue())
      names.push_back("s" + std::to_string(names.size()));
  for (const json::Value &item : array) {
    if (std::optional<int64_t> number = item.getAsInteger())
      results.push_back(std::to_string(*number));
    else if (auto text = item.getAsString())
      results.push_back(numbered(*text, symbols).value_or("?"));
    else
      return {};
  }
  std::string text = "affine_map<()[" + llvm::join(names, ", ") + "] -> (" +
                     llvm::join(results, ", ") + ")>";
  MLIRContext *context = e.state.builder.getContext();
  Heard heard(context);
  auto map = dyn_cast_or_null<AffineMapAttr>(parseAttribute(text, context));
  if (!map || map.getValue().getNumResults() != array.size())
    return {};
  return e.exprs(map.getValue().getResults());
}

/// Extents of several tensors, null where one is none.
Attribute allExtentsOf(Emitter &e, const json::Array &array,
                       const SymbolNames &symbols) {
  SmallVector<Attribute> maps;
  for (const json::Value &item : array) {
    const json::Array *extents = item.getAsArray();
    maps.push_back(extents ? extentsOf(e, *extents, symbols) : Attribute());
    if (!maps.back())
      return {};
  }
  return e.state.builder.getArrayAttr(maps);
}

/// What an array can be.
SmallVector<Attribute> kindsOf(Emitter &e, const json::Array &array,
                               const SymbolNames &symbols) {
  SmallVector<Attribute> kinds;
  if (auto numbers = allOf(array, &json::Value::getAsInteger)) {
    kinds.push_back(e.ints(*numbers));
    // Which of an op's optional operands are there.
    if (llvm::all_of(*numbers, [](int64_t n) { return llvm::isInt<32>(n); }))
      kinds.push_back(e.state.builder.getDenseI32ArrayAttr(
          SmallVector<int32_t>(numbers->begin(), numbers->end())));
  }
  if (auto numbers = allOf(array, &json::Value::getAsNumber))
    kinds.push_back(e.doubles(*numbers));
  if (auto flags = allOf(array, &json::Value::getAsBoolean))
    kinds.push_back(e.state.builder.getDenseBoolArrayAttr(*flags));
  if (auto texts = allOf(array, &json::Value::getAsString))
    kinds.push_back(e.state.builder.getStrArrayAttr(*texts));
  if (Attribute extents = extentsOf(e, array, symbols))
    kinds.push_back(extents);
  if (Attribute extents = allExtentsOf(e, array, symbols))
    kinds.push_back(extents);
  return kinds;
}

/// What a value can be.
SmallVector<Attribute> kindsOf(Emitter &e, const json::Value &value,
                               const SymbolNames &symbols) {
  if (const json::Array *array = value.getAsArray())
    return kindsOf(e, *array, symbols);
  SmallVector<Attribute> kinds;
  if (std::optional<bool> flag = value.getAsBoolean())
    kinds.push_back(e.boolean(*flag));
  if (std::optional<int64_t> number = value.getAsInteger())
    kinds.push_back(e.i64(*number));
  if (std::optional<double> number = value.getAsNumber())
    kinds.push_back(e.f64(*number));
  if (std::optional<StringRef> text = value.getAsString())
    kinds.push_back(e.text(*text));
  return kinds;
}

/// What the op's constraint on the attribute says against it; "" if nothing.
std::string complaintOf(Emitter &e, OperationName op, StringRef name,
                        Attribute value) {
  Heard heard(e.state.builder.getContext());
  NamedAttrList list;
  list.append(name, value);
  auto complain = [&] { return mlir::emitError(e.loc); };
  if (succeeded(op.verifyInherentAttrs(list, complain)))
    return "";
  return heard.first ? heard.first.reason : "it is of another kind";
}

} // namespace

Attribute attributeOf(Emitter &e, OperationName op, StringRef name,
                      const json::Value &value, const SymbolNames &symbols) {
  std::string why;
  for (Attribute kind : kindsOf(e, value, symbols)) {
    std::string text = complaintOf(e, op, name, kind);
    if (text.empty())
      return kind;
    why = why.empty() ? text : why;
  }
  std::string shown;
  llvm::raw_string_ostream(shown) << value;
  e.fail("attribute " + quoted(name) + " may not be " + printable(shown) +
         (why.empty() ? "" : ": " + why));
  return {};
}

} // namespace opc::graph
