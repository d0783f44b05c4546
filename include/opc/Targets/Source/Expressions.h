//===- Expressions.h - ops on numbers as expressions of C -------*- C++ -*-===//
#ifndef OPC_TARGETS_SOURCE_EXPRESSIONS_H
#define OPC_TARGETS_SOURCE_EXPRESSIONS_H

#include "mlir/IR/Operation.h"
#include "opc/Targets/Source/Spelling.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <optional>
#include <string>

namespace opc::source {

/// How tightly an expression holds together: higher ones need no brackets
/// inside of lower ones.
enum class Binding {
  Choice,
  Or,
  And,
  BitOr,
  BitXor,
  BitAnd,
  Equal,
  Order,
  Shift,
  Sum,
  Product,
  Prefix,
  Whole
};

struct Expression {
  std::string text;
  Binding binding = Binding::Whole;

  /// In brackets where it holds together less than `around`.
  std::string inside(Binding around) const {
    return binding < around ? "(" + text + ")" : text;
  }
};

/// The name of a type: that of a number, or of a short vector of numbers.
std::optional<std::string> typeName(mlir::Type type, const Spelling &spelling);

/// What an op on numbers computes, from the expressions of its operands;
/// nothing for an op that has no such form.
std::optional<Expression>
expressionOf(mlir::Operation *op, const Spelling &spelling,
             llvm::function_ref<Expression(mlir::Value)> operand);

} // namespace opc::source

#endif // OPC_TARGETS_SOURCE_EXPRESSIONS_H
