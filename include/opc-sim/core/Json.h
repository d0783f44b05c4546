//===- Json.h - JSON is written, never read ---------------------*- C++ -*-===//
#ifndef OPC_SIM_CORE_JSON_H
#define OPC_SIM_CORE_JSON_H

#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace opcsim::json {

/// A string in quotes.
inline std::string text(std::string_view value) {
  std::string result = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\')
      result += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) {
      result += c;
      continue;
    }
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\u%04x", c);
    result += escape;
  }
  return result + '"';
}

/// Of names and values that are JSON already.
inline std::string
object(std::initializer_list<std::pair<const char *, std::string>> members) {
  std::string result = "{";
  for (auto &[name, value] : members)
    result += (result.size() > 1 ? ", " : "") + text(name) + ": " + value;
  return result + "}";
}

/// One element a line.
inline std::string array(const std::vector<std::string> &elements) {
  std::string result = "[";
  for (const std::string &element : elements)
    result += (result.size() > 1 ? ",\n" : "\n") + element;
  return result + "\n]";
}

} // namespace opcsim::json

#endif // OPC_SIM_CORE_JSON_H
