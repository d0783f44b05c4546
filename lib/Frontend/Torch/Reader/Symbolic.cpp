//===- Symbolic.cpp - extents as torch writes them ------------------------===//
#include "Symbolic.h"
#include "opc/Frontend/Graph/Quoted.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

constexpr int kDeepest = 100;

class Parser {
public:
  explicit Parser(StringRef text) : rest(text) {}

  std::optional<Symbolic> parse(int depth) {
    rest = rest.ltrim();
    if (depth > kDeepest)
      return std::nullopt;
    if (rest.starts_with("'"))
      return quotedText();
    StringRef word = rest.take_while([](char c) {
      return llvm::isAlnum(c) || c == '_' || c == '.' || c == '-';
    });
    if (word.empty())
      return std::nullopt;
    rest = rest.drop_front(word.size());
    if (!rest.consume_front("("))
      return Symbolic{"", word.str(), {}};
    return call(word, depth);
  }
  bool atEnd() const { return rest.trim().empty(); }

private:
  std::optional<Symbolic> quotedText() {
    size_t end = rest.find('\'', 1);
    if (end == StringRef::npos)
      return std::nullopt;
    Symbolic text{"", rest.slice(1, end).str(), {}};
    rest = rest.drop_front(end + 1);
    return text;
  }

  /// What a symbol says of itself ("positive=True") is not looked at: ranges
  /// say it.
  bool skipNamed() {
    StringRef word = rest.ltrim().take_while(
        [](char c) { return llvm::isAlnum(c) || c == '_'; });
    StringRef behind = rest.ltrim().drop_front(word.size());
    if (word.empty() || !behind.starts_with("="))
      return false;
    rest =
        behind.drop_front(std::min(behind.find_first_of(",)"), behind.size()));
    return true;
  }

  std::optional<Symbolic> call(StringRef function, int depth) {
    Symbolic result{function.str(), "", {}};
    while (!rest.ltrim().starts_with(")")) {
      if (!skipNamed()) {
        std::optional<Symbolic> operand = parse(depth + 1);
        if (!operand)
          return std::nullopt;
        if (operand->function.empty() && operand->operands.empty() &&
            (function == "Symbol" || function == "Integer" ||
             function == "Float"))
          result.text = operand->text;
        else
          result.operands.push_back(std::move(*operand));
      }
      rest = rest.ltrim();
      if (!rest.consume_front(",") && !rest.starts_with(")"))
        return std::nullopt;
    }
    rest = rest.ltrim().drop_front();
    return result;
  }

  StringRef rest;
};

using Operands = ArrayRef<AffineExpr>;

AffineExpr sum(Emitter &, Operands e) {
  AffineExpr result = e[0];
  for (AffineExpr each : e.drop_front())
    result = result + each;
  return result;
}

AffineExpr times(Emitter &, Operands e) {
  AffineExpr result = e[0];
  for (AffineExpr each : e.drop_front())
    result = result * each;
  return result;
}

/// Of what is never negative torch itself divides only where it is not 0.
bool isDivisor(Emitter &n, AffineExpr e) {
  if (n.leastOf(e).value_or(-1) >= 0 && constantOf(e) != 0)
    return true;
  n.refuse("a size divided by what may not be positive is not supported");
  return false;
}

AffineExpr floorQuotient(Emitter &n, Operands e) {
  return isDivisor(n, e[1]) ? n.quotient(e[0], e[1]) : AffineExpr();
}

AffineExpr remainder(Emitter &n, Operands e) {
  if (!isDivisor(n, e[1]))
    return {};
  // The rest of what is divided by an expression is no affine one.
  return constantOf(e[1]) ? e[0] % e[1] : e[0] - n.quotient(e[0], e[1]) * e[1];
}

AffineExpr power(Emitter &n, Operands e) {
  std::optional<int64_t> exponent = constantOf(e[1]);
  if (!exponent || *exponent < 0 || *exponent > 8) {
    n.refuse("a power in a size is not supported", "a product");
    return {};
  }
  AffineExpr result = n.expr(1);
  for (int64_t i = 0; i < *exponent; ++i)
    result = result * e[0];
  return result;
}

AffineExpr greatest(Emitter &n, Operands e) {
  AffineExpr result = e[0];
  for (AffineExpr each : e.drop_front())
    result = n.clamp(result, each, n.expr(kLargestExtent));
  return result;
}

AffineExpr least(Emitter &n, Operands e) {
  AffineExpr result = e[0];
  for (AffineExpr each : e.drop_front())
    result = n.clamp(result, n.expr(-kLargestExtent), each);
  return result;
}

struct Function {
  StringRef name;
  size_t least, most;
  AffineExpr (*apply)(Emitter &, Operands);
};

constexpr Function kFunctions[] = {
    {"Add", 1, 64, sum},
    {"CleanDiv", 2, 2, floorQuotient},
    {"FloorDiv", 2, 2, floorQuotient},
    {"Max", 1, 64, greatest},
    {"Min", 1, 64, least},
    {"Mod", 2, 2, remainder},
    {"Mul", 1, 64, times},
    {"Pow", 2, 2, power},
    {"PowByNatural", 2, 2, power},
    {"PythonMod", 2, 2, remainder},
};

const Function *findFunction(const Symbolic &e) {
  for (const Function &f : kFunctions)
    if (f.name == e.function && e.operands.size() >= f.least &&
        e.operands.size() <= f.most)
      return &f;
  return nullptr;
}

} // namespace

std::optional<int64_t> Symbolic::integer() const {
  if (function == "One")
    return 1;
  if (function == "Zero")
    return 0;
  if (function == "NegativeOne")
    return -1;
  int64_t value;
  if (function != "Integer" || StringRef(text).getAsInteger(10, value))
    return std::nullopt;
  return value;
}

void Symbolic::collect(llvm::SmallVectorImpl<StringRef> &symbols) const {
  if (isSymbol())
    symbols.push_back(text);
  for (const Symbolic &operand : operands)
    operand.collect(symbols);
}

std::optional<Symbolic> parseSymbolic(StringRef text, Objection &error) {
  Parser parser(text);
  std::optional<Symbolic> result = parser.parse(0);
  if (result && parser.atEnd())
    return result;
  error = formatv("{0} is no expression of sizes", quoted(text));
  return std::nullopt;
}

AffineExpr evaluate(Emitter &n, const Symbolic &e, const Symbols &symbols,
                    std::string *unknown) {
  if (std::optional<int64_t> value = e.integer())
    return n.expr(*value);
  if (e.isSymbol()) {
    if (AffineExpr value = symbols.lookup(e.text))
      return value;
    if (unknown)
      *unknown = e.text;
    else
      n.fail(formatv("nothing gives the size {0}", quoted(e.text)));
    return {};
  }
  Dims operands;
  for (const Symbolic &operand : e.operands) {
    AffineExpr value = evaluate(n, operand, symbols, unknown);
    if (!value)
      return {};
    operands.push_back(value);
  }
  if (const Function *f = findFunction(e))
    return f->apply(n, operands);
  n.refuse(formatv("a size that is computed by {0} is not supported",
                   quoted(e.function)));
  return {};
}

Value evaluateReal(Emitter &n, const Symbolic &e, const Symbols &symbols) {
  Type f64 = n.state.builder.getF64Type();
  double number;
  if (e.function == "Float" && !StringRef(e.text).getAsDouble(number))
    return n.scalar(f64, number);
  if (e.function == "ToFloat" && e.operands.size() == 1)
    return evaluateReal(n, e.operands[0], symbols);
  bool folds = e.function == "Mul" || e.function == "Add";
  if ((folds && !e.operands.empty()) ||
      (e.operands.size() == 2 &&
       (e.function == "FloatTrueDiv" || e.function == "IntTrueDiv" ||
        e.function == "FloatPow" || e.function == "Pow"))) {
    Value result = evaluateReal(n, e.operands[0], symbols);
    for (const Symbolic &operand : llvm::drop_begin(e.operands)) {
      Value next = evaluateReal(n, operand, symbols);
      result = e.function == "Mul"   ? n.mul(result, next)
               : e.function == "Add" ? n.add(result, next)
               : StringRef(e.function).ends_with("Pow")
                   ? n.binary<PowOp>(result, next)
                   : n.div(result, next);
    }
    return result;
  }
  AffineExpr integer = evaluate(n, e, symbols);
  return integer ? n.extentAs(f64, integer) : Value();
}

} // namespace opc::torch
