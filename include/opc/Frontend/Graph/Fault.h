//===- Fault.h - why a front end does not take something --------*- C++ -*-===//
//
// Said where it is found; what it is about is added where that is known
// (opc/Runtime/Diagnostic.h).
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_FAULT_H
#define OPC_FRONTEND_GRAPH_FAULT_H

#include "mlir/IR/Diagnostics.h"
#include "opc/Runtime/Diagnostic.h"
#include "llvm/ADT/Twine.h"

namespace opc::graph {

using runtime::Diagnostic;

/// None while its reason is empty.
class Fault {
public:
  Fault() = default;
  /// The graph is at fault.
  explicit Fault(const llvm::Twine &reason) : reason(reason.str()) {}
  Fault &operator=(const llvm::Twine &reason) { return *this = Fault(reason); }

  /// It is sound, but opc does not do it; `nearest`: a form that it does.
  static Fault unsupported(const llvm::Twine &what,
                           const llvm::Twine &nearest = "") {
    Fault fault(what);
    fault.code = Diagnostic::Code::Unsupported;
    fault.nearest = nearest.str();
    return fault;
  }
  /// The form of the program depends on the value of an operand that the graph
  /// computes, or takes as an input.
  static Fault needsValue(llvm::StringRef operand) {
    Fault fault("needs the value of input '" + operand + "' at compile time");
    fault.code = Diagnostic::Code::NeedsValue;
    fault.nearest = "a constant";
    fault.input = operand.str();
    return fault;
  }

  /// What the dialect objects to, without names of ops that a graph does not
  /// have.
  static Fault ofDialect(mlir::Diagnostic &error);

  /// The same with `place` in front: "attribute 'value': ...".
  Fault in(const llvm::Twine &place) && {
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

#endif // OPC_FRONTEND_GRAPH_FAULT_H
