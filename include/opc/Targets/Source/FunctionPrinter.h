//===- FunctionPrinter.h - functions as source of C -------------*- C++ -*-===//
//
// Numbers, memory, loops and branches are printed here; a family adds the head
// of its kernels and the ops of its own. What is used once and nearby becomes
// part of the expression that uses it; all else has a name.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_TARGETS_SOURCE_FUNCTIONPRINTER_H
#define OPC_TARGETS_SOURCE_FUNCTIONPRINTER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "opc/Targets/Source/Expressions.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

namespace opc::source {

/// Writes one function.
class FunctionPrinter {
public:
  FunctionPrinter(mlir::func::FuncOp function, const Spelling &spelling,
                  llvm::raw_ostream &out)
      : function(function), s(spelling), out(out) {}
  virtual ~FunctionPrinter();

  /// Returns the op that has no spelling, or null.
  mlir::Operation *print();

protected:
  /// Writes all up to the opening brace and its line, and names the arguments.
  /// Here: a function of numbers.
  virtual void printHead();
  /// Writes what comes before the closing brace.
  virtual void printTail() {}
  /// Writes an op of the family's own; false where it is none.
  virtual bool printOwn(mlir::Operation *op) { return false; }
  /// The expression of an op of the family's own.
  virtual std::optional<Expression> expressionOfOwn(mlir::Operation *op) {
    return std::nullopt;
  }
  /// What a value of an op of the family's own is called.
  virtual std::optional<llvm::StringRef> stemOfOwn(mlir::Operation *op) {
    return std::nullopt;
  }
  /// The name of a type of the family's own; "" where values of it are not
  /// written down.
  virtual std::optional<std::string> nameOfOwn(mlir::Type type) {
    return std::nullopt;
  }
  /// What a loop's variable is called that is not a number.
  virtual llvm::StringRef stemOfCarried(mlir::Type type) { return "sum"; }
  /// Element `at` of `memory`, as something to assign to or to use; overridden
  /// where memory is no pointer.
  virtual void printLoad(mlir::memref::LoadOp op);
  virtual void printStore(mlir::memref::StoreOp op);
  virtual void printRow(mlir::memref::AllocaOp op);
  virtual void printExchange(mlir::memref::AtomicRMWOp op);

  /// A name that nothing else has: `stem`, then with numbers.
  std::string fresh(llvm::StringRef stem);
  /// The name of a value's type, and of what lies in memory.
  std::string typeOf(mlir::Value value);
  std::string elementOf(mlir::Value memory);
  /// What a value is written as; "?" and `unknown` where nothing is.
  Expression use(mlir::Value value);
  void bind(mlir::Value value, Expression expression) {
    expressions[value] = std::move(expression);
  }
  /// Where a line begins.
  llvm::raw_ostream &line() { return out.indent(2 * depth); }
  /// A constant of that value.
  void define(mlir::Value value, llvm::StringRef stem, const llvm::Twine &text);
  /// A variable that starts as `initial`; `values` are what it is called.
  void declare(mlir::Value like, llvm::StringRef stem,
               const std::string &initial, mlir::ValueRange values);
  std::string place(mlir::Value memory, mlir::ValueRange indices);
  std::string address(mlir::Value memory, mlir::ValueRange indices);
  void printBlock(mlir::Block &block);

  mlir::func::FuncOp function;
  const Spelling &s;
  llvm::raw_ostream &out;
  mlir::Operation *unknown = nullptr;
  unsigned depth = 0;

private:
  void printOp(mlir::Operation *op);
  void printNumber(mlir::Operation *op);
  llvm::StringRef stemOf(mlir::Operation *op);
  void printStatement(mlir::memref::LoadOp op) { printLoad(op); }
  void printStatement(mlir::memref::StoreOp op) { printStore(op); }
  void printStatement(mlir::memref::AllocaOp op) { printRow(op); }
  void printStatement(mlir::memref::AtomicRMWOp op) { printExchange(op); }
  void printStatement(mlir::vector::LoadOp op);
  void printStatement(mlir::vector::StoreOp op);
  void printStatement(mlir::scf::ForOp op);
  void printStatement(mlir::scf::IfOp op);
  void printStatement(mlir::scf::WhileOp op);
  void printBranch(mlir::Block &block, mlir::ValueRange results);
  void assign(mlir::ValueRange variables, mlir::ValueRange values);

  llvm::StringMap<unsigned> counts; ///< of names that begin alike
  llvm::StringSet<> names;
  llvm::DenseMap<mlir::Value, Expression> expressions;
};

/// Whether something is written to `memory` by an op that uses it.
bool isWritten(mlir::Value memory);

} // namespace opc::source

#endif // OPC_TARGETS_SOURCE_FUNCTIONPRINTER_H
