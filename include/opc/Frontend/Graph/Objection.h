//===- Objection.h - why a front end does not take something --------*- C++
//-*-===//
//
// Said where it is found; what it is about is added where that is known
// (opc/Runtime/Diagnostic.h).
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_OBJECTION_H
#define OPC_FRONTEND_GRAPH_OBJECTION_H

#include "mlir/IR/Diagnostics.h"
#include "opc/Runtime/Diagnostic.h"
#include "llvm/ADT/Twine.h"

namespace opc::graph {

using runtime::Diagnostic;

/// None while its reason is empty.
class Objection {
public:
  Objection() = default;
  /// The graph is at fault.
  explicit Objection(const llvm::Twine &reason) : reason(reason.str()) {}
  Objection &operator=(const llvm::Twine &reason) {
    return *this = Objection(reason);
  }

  /// It is sound, but opc does not do it; `nearest`: a form that it does.
  static Objection unsupported(const llvm::Twine &what,
                               const llvm::Twine &nearest = "") {
    Objection objection(what);
    objection.code = Diagnostic::Code::Unsupported;
    objection.nearest = nearest.str();
    return objection;
  }
  /// The form of the program depends on the value of an operand that the graph
  /// computes, or takes as an input.
  static Objection needsValue(llvm::StringRef operand) {
    Objection objection("needs the value of input '" + operand +
                        "' at compile time");
    objection.code = Diagnostic::Code::NeedsValue;
    objection.nearest = "a constant";
    objection.input = operand.str();
    return objection;
  }

  /// What the dialect objects to, without names of ops that a graph does not
  /// have.
  static Objection ofDialect(mlir::Diagnostic &error);

  /// The same with `place` in front: "attribute 'value': ...".
  Objection in(const llvm::Twine &place) && {
    reason = (place + ": " + reason).str();
    return std::move(*this);
  }

  explicit operator bool() const { return !reason.empty(); }
  /// About `subject` ("input", "node") `name`; the whole graph without.
  Diagnostic of(llvm::StringRef subject = "", llvm::StringRef name = "") const {
    Diagnostic diagnostic;
    diagnostic.code = code;
    diagnostic.subject = subject.str();
    diagnostic.name = name.str();
    diagnostic.input = input;
    diagnostic.reason = reason;
    diagnostic.nearest = nearest;
    return diagnostic;
  }

  Diagnostic::Code code = Diagnostic::Code::Invalid;
  std::string reason, nearest, input;
};

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_OBJECTION_H
