//===- Demand.h - What a program says where a demand fails ------*- C++ -*-===//
//
// The same words whether the compiler finds it or a run does.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_DEMAND_H
#define OPC_RUNTIME_DEMAND_H

#include <cstdint>
#include <string>
#include <string_view>

namespace opc {

/// The attribute (a text) of an opc.bind_clamp that must not change its value,
/// and of an opc.bind_element that has a minimum. In the text, {0} stands for
/// the value and {1} for the bound that it violates.
inline constexpr char kDemandAttr[] = "opc.demand";

/// `text` with `observed` for each {0} and `expected` for each {1}.
inline std::string demandText(std::string_view text, int64_t observed,
                              int64_t expected) {
  std::string result;
  while (!text.empty()) {
    bool isObserved = text.starts_with("{0}");
    if (isObserved || text.starts_with("{1}")) {
      result += std::to_string(isObserved ? observed : expected);
      text.remove_prefix(3);
    } else {
      result += text.front();
      text.remove_prefix(1);
    }
  }
  return result;
}

} // namespace opc

#endif // OPC_RUNTIME_DEMAND_H
