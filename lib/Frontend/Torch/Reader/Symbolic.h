//===- Symbolic.h - extents as torch writes them ----------------*- C++ -*-===//
//
// Sizes and symbolic numbers are expressions of sympy, written by its srepr:
// "Add(Mul(Integer(2), Symbol('s77', positive=True, integer=True)),
// Integer(1))".
//
//===----------------------------------------------------------------------===//
#ifndef OPC_LIB_FRONTEND_TORCH_READER_SYMBOLIC_H
#define OPC_LIB_FRONTEND_TORCH_READER_SYMBOLIC_H

#include "opc/Frontend/Graph/Emitter.h"
#include "llvm/ADT/StringMap.h"
#include <memory>
#include <vector>

namespace opc::torch {

using namespace opc::graph;

/// An expression taken apart: a function of others, a symbol or a number.
struct Symbolic {
  /// "Add"; "Symbol", whose name is `text`; "Integer" and "Float", whose digits
  /// are.
  std::string function, text;
  std::vector<Symbolic> operands;

  bool isSymbol() const { return function == "Symbol"; }
  std::optional<int64_t> integer() const;
  /// Adds the names of its symbols.
  void collect(llvm::SmallVectorImpl<StringRef> &symbols) const;
};

/// Nothing with `error` where the text is no expression.
std::optional<Symbolic> parseSymbolic(StringRef text, Objection &error);

/// Values of symbols by name.
using Symbols = llvm::StringMap<AffineExpr>;

/// An integer expression over the symbols of the function; null after a
/// failure, or where a symbol has no value yet (`unknown`).
AffineExpr evaluate(Emitter &n, const Symbolic &e, const Symbols &symbols,
                    std::string *unknown = nullptr);

/// Any number as a scalar of f64; null after a failure.
Value evaluateReal(Emitter &n, const Symbolic &e, const Symbols &symbols);

} // namespace opc::torch

#endif // OPC_LIB_FRONTEND_TORCH_READER_SYMBOLIC_H
