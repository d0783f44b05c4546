//===- Diagnostic.h - What is wrong, as a record ----------------*- C++ -*-===//
//
// Everything that opc says of a model, a file or a call is such a record: a
// line for people, an object of JSON for programs. Nothing reads the line back.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_RUNTIME_DIAGNOSTIC_H
#define OPC_RUNTIME_DIAGNOSTIC_H

#include "opc-c/opc.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace opc::runtime {

/// Texts that do not apply are empty.
struct Diagnostic {
  enum class Code {
    Invalid,     ///< what the caller gave is at fault
    Unsupported, ///< it is sound, and opc does not do it
    NeedsValue,  ///< the value of `input` decides the form of the program
    Usage,       ///< the interface was used wrongly
    Internal     ///< opc is at fault
  };

  Code code = Code::Invalid;
  /// "node", "input" or "initializer" of the model: what `name` is of.
  std::string subject = {};
  std::string name = {};
  /// Of a node: its operator, and whose it is ("ai.onnx"), in which version.
  std::string op = {}, domain = {};
  int64_t opset = 0;
  /// Element types of what the subject reads or is: "f32, i64".
  std::string dtype = {};
  /// Their extents, in that order, "?" where only a run knows: "[3, 4], []".
  std::string shape = {};
  /// Where it stands in a text: "file:line".
  std::string place = {};
  /// Which target refuses it: "cpu".
  std::string target = {};
  /// The operand whose value is needed.
  std::string input = {};
  /// What was observed, with values.
  std::string reason = {};
  /// The nearest form that is supported.
  std::string nearest = {};

  /// Whether the model is sound.
  bool isRefusal() const {
    return code == Code::Unsupported || code == Code::NeedsValue;
  }
  /// "reason; nearest supported form: nearest".
  OPC_EXPORT std::string why() const;
  /// The line: what it is about, then why.
  OPC_EXPORT std::string line() const;
};

/// The class of failure that several diagnostics are together: the gravest.
OPC_EXPORT opc_status statusOf(std::span<const Diagnostic> diagnostics);

/// A JSON array of objects with the fields above, those that apply, and their
/// "message", which is the line.
OPC_EXPORT std::string toJson(std::span<const Diagnostic> diagnostics);
/// What toJson() wrote; whatever else the text is, one internal diagnostic.
OPC_EXPORT std::vector<Diagnostic> diagnosticsOf(std::string_view json);

} // namespace opc::runtime

#endif // OPC_RUNTIME_DIAGNOSTIC_H
