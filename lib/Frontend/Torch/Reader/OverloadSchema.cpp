//===- OverloadSchema.cpp - what an overload takes ------------------------===//
//
// The texts are constants of the op tables; a test compares them with torch's.
//
//===----------------------------------------------------------------------===//
#include "OverloadSchema.h"
#include <cmath>

namespace json = llvm::json;

namespace opc::torch {

const Parameter *OverloadSchema::find(StringRef parameter) const {
  for (const Parameter &each : parameters)
    if (each.name == parameter)
      return &each;
  return nullptr;
}

/// Cuts at commas outside of brackets.
static llvm::SmallVector<StringRef> entriesOf(StringRef list) {
  llvm::SmallVector<StringRef> entries;
  int depth = 0;
  size_t start = 0;
  for (size_t i = 0; i < list.size(); ++i) {
    depth +=
        (list[i] == '(' || list[i] == '[') - (list[i] == ')' || list[i] == ']');
    if (list[i] != ',' || depth != 0)
      continue;
    entries.push_back(list.slice(start, i).trim());
    start = i + 1;
  }
  if (StringRef last = list.substr(start).trim(); !last.empty())
    entries.push_back(last);
  return entries;
}

/// The letter between parentheses, "" without; '!' marks a change.
static StringRef aliasOf(StringRef type, bool &isChanged) {
  StringRef inside = type.split('(').second.split(')').first;
  isChanged = inside.contains('!');
  return inside.split(' ').first.split('!').first;
}

static json::Object integersOf(StringRef list) {
  json::Array values;
  for (StringRef entry : entriesOf(list)) {
    int64_t value = 0;
    entry.getAsInteger(10, value);
    values.push_back(value);
  }
  return json::Object{{"as_ints", std::move(values)}};
}

static json::Object argumentOf(StringRef type, StringRef value) {
  if (value == "None")
    return json::Object{{"as_none", true}};
  if (value == "True" || value == "False")
    return json::Object{{"as_bool", value == "True"}};
  if (value.consume_front("[") && value.consume_back("]"))
    return integersOf(value);
  if (value.consume_front("\"") && value.consume_back("\""))
    return json::Object{{"as_string", value}};
  int64_t integer = 0;
  if (!value.getAsInteger(10, integer))
    return type.contains('[') ? integersOf(value)
                              : json::Object{{"as_int", integer}};
  double real = 0;
  if (value == "inf")
    real = INFINITY;
  else if (value.getAsDouble(real))
    return json::Object{{"as_string", value}};
  return json::Object{{"as_float", real}};
}

static Parameter parameterOf(StringRef text) {
  Parameter parameter;
  auto [declared, fallback] = text.split('=');
  std::tie(parameter.type, parameter.name) = declared.rsplit(' ');
  parameter.alias = aliasOf(parameter.type, parameter.isChanged);
  if (declared.size() != text.size())
    parameter.fallback = argumentOf(parameter.type, fallback);
  return parameter;
}

OverloadSchema parseSchema(StringRef text) {
  OverloadSchema schema;
  // What a list shares memory with may be "(a -> *)".
  auto [front, results] = text.rsplit(" -> ");
  auto [name, list] = front.split('(');
  list.consume_back(")");
  schema.name = name.str();
  if (size_t colons = schema.name.find("::"); colons != std::string::npos)
    schema.name.replace(colons, 2, ".");
  if (!name.contains('.'))
    schema.name += ".default";
  for (StringRef entry : entriesOf(list))
    if (entry != "*")
      schema.parameters.push_back(parameterOf(entry));
  if (results.consume_front("("))
    results.consume_back(")");
  for (StringRef result : entriesOf(results)) {
    bool isChanged = false;
    schema.resultAliases.push_back(aliasOf(result, isChanged));
  }
  return schema;
}

} // namespace opc::torch
