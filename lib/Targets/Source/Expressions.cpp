//===- Expressions.cpp - ops on numbers as expressions of C ---------------===//
//
// Integers wrap around in the dialects of MLIR and have no value in C when they
// do: sums and products of tensors' integers are those of unsigned ones. What
// counts positions does not wrap.
//
//===----------------------------------------------------------------------===//
#include "opc/Targets/Source/Expressions.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
namespace opc::source {
namespace {

unsigned widthOf(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}

/// Integers of fewer bits than a byte are the lowest of one, with zeros above.
bool isPartOfByte(Type type) {
  return isa<IntegerType>(type) && widthOf(type) > 1 && widthOf(type) < 8;
}

std::string integerName(unsigned width, const IntegerNames &names) {
  return names.names[llvm::Log2_32(width / 8)].str();
}

class Writer {
public:
  Writer(Operation *op, const Spelling &s,
         llvm::function_ref<Expression(Value)> operand)
      : op(op), s(s), operand(operand) {}

  std::optional<Expression> write() {
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      return literal(constant.getValue());
    if (isa<ub::PoisonOp>(op))
      return zero(op->getResult(0).getType());
    auto isPart = [](Value value) { return isPartOfByte(value.getType()); };
    if (llvm::any_of(op->getOperands(), isPart) || isPart(op->getResult(0)))
      return ofParts();
    StringRef name = op->getName().getStringRef();
    if (auto known = infix(name))
      return known;
    if (auto known = byName(name))
      return known;
    return others();
  }

private:
  using Optional = std::optional<Expression>;

  Type resultType() { return op->getResult(0).getType(); }
  Expression of(unsigned i) { return operand(op->getOperand(i)); }
  std::string type(Type type) { return typeName(type, s).value_or("?"); }

  static Expression call(const Twine &function, ArrayRef<std::string> args) {
    return {(function + "(" + llvm::join(args, ", ") + ")").str(),
            Binding::Whole};
  }
  Expression cast(Type to, const Expression &x) {
    return {"(" + type(to) + ")" + x.inside(Binding::Prefix), Binding::Prefix};
  }
  Expression castUnsigned(Type of, const Expression &x) {
    return {"(" + integerName(widthOf(of), s.unsignedIntegers) + ")" +
                x.inside(Binding::Prefix),
            Binding::Prefix};
  }
  Expression binary(const Expression &x, StringRef sign, const Expression &y,
                    Binding binding) {
    auto tighter = Binding(int(binding) + 1);
    return {(x.inside(binding) + " " + sign + " " + y.inside(tighter)).str(),
            binding};
  }
  Expression formatted(StringRef format, const Twine &a, const Twine &b) {
    return {llvm::formatv(format.str().c_str(), a, b).str(), Binding::Whole};
  }

  //===--------------------------------------------------------------------===//
  // Numbers
  //===--------------------------------------------------------------------===//

  Expression zero(Type type) {
    Builder b(type.getContext());
    return *literal(b.getZeroAttr(type));
  }

  Optional literal(TypedAttr value) {
    if (auto dense = dyn_cast<SplatElementsAttr>(value)) {
      Optional lane =
          literal(cast_or_null<TypedAttr>(dense.getSplatValue<Attribute>()));
      if (!lane)
        return std::nullopt;
      return formatted(s.splat, type(dense.getType()), lane->text);
    }
    if (auto number = dyn_cast<FloatAttr>(value))
      return floatLiteral(number.getValue(), number.getType());
    if (auto number = dyn_cast<IntegerAttr>(value))
      return integerLiteral(number.getValue(), number.getType());
    return std::nullopt;
  }

  Expression integerLiteral(const APInt &value, Type type) {
    if (type.isInteger(1))
      return {value.isZero() ? "false" : "true"};
    if (isPartOfByte(type))
      return {std::to_string(value.getZExtValue())};
    bool isLong = widthOf(type) == 64 && !type.isIndex();
    std::string suffix = isLong ? s.longSuffix.str() : "";
    if (value.isMinSignedValue() && widthOf(type) >= 32) {
      APInt next = value + 1;
      return {llvm::formatv("{0}{1} - 1", next.getSExtValue(),
                            widthOf(type) == 64 ? s.longSuffix.str() : "")
                  .str(),
              Binding::Sum};
    }
    if (type.isIndex() && !value.isSignedIntN(32))
      suffix = s.longSuffix.str();
    return {llvm::formatv("{0}{1}", value.getSExtValue(), suffix).str(),
            value.isNegative() ? Binding::Prefix : Binding::Whole};
  }

  Expression floatLiteral(const APFloat &value, Type type) {
    APInt bits = value.bitcastToAPInt();
    if (widthOf(type) < 32)
      return {llvm::formatv("{0:x}", bits.getZExtValue()).str()};
    if (!value.isFinite()) {
      std::string word = llvm::formatv("{0:x}", bits.getZExtValue()).str();
      if (widthOf(type) == 64)
        word += "U" + s.longSuffix.str();
      return formatted(s.bits, this->type(type), word);
    }
    llvm::SmallString<32> text;
    value.toString(text, widthOf(type) == 64 ? 17 : 9, 3);
    if (text.find_first_of(".E") == StringRef::npos)
      text += ".0";
    else if (size_t e = text.find('E');
             e != StringRef::npos && text.find('.') == StringRef::npos)
      text.insert(text.begin() + e, {'.', '0'});
    if (widthOf(type) == 32)
      text += "f";
    return {text.str().str(),
            value.isNegative() ? Binding::Prefix : Binding::Whole};
  }

  /// What parts of bytes have: they come out of integers, and become some.
  Optional ofParts() {
    Type to = resultType(), from = op->getOperand(0).getType();
    if (isa<arith::TruncIOp>(op)) {
      std::string mask = std::to_string((1u << widthOf(to)) - 1);
      return cast(to, binary(of(0), "&", {mask}, Binding::BitAnd));
    }
    if (isa<arith::FPToSIOp, arith::FPToUIOp>(op)) {
      std::string mask = std::to_string((1u << widthOf(to)) - 1);
      Expression whole = cast(Builder(to.getContext()).getI32Type(), of(0));
      return cast(to, binary(whole, "&", {mask}, Binding::BitAnd));
    }
    if (isa<arith::ExtUIOp, arith::UIToFPOp>(op))
      return cast(to, of(0));
    if (!isa<arith::ExtSIOp, arith::SIToFPOp>(op))
      return std::nullopt;
    // The highest bit of the part has the value of minus itself.
    Expression half{std::to_string(1u << (widthOf(from) - 1))};
    Expression flipped = binary(of(0), "^", half, Binding::BitXor);
    return cast(to, binary(flipped, "-", half, Binding::Sum));
  }

  //===--------------------------------------------------------------------===//
  // Arithmetic
  //===--------------------------------------------------------------------===//

  Optional infix(StringRef name) {
    struct Infix {
      StringLiteral sign;
      Binding binding;
      enum { Plain, Wraps, Unsigned } kind;
    };
    static const llvm::StringMap<Infix> table = {
        {"arith.addf", {"+", Binding::Sum, Infix::Plain}},
        {"arith.subf", {"-", Binding::Sum, Infix::Plain}},
        {"arith.mulf", {"*", Binding::Product, Infix::Plain}},
        {"arith.divf", {"/", Binding::Product, Infix::Plain}},
        {"arith.addi", {"+", Binding::Sum, Infix::Wraps}},
        {"arith.subi", {"-", Binding::Sum, Infix::Wraps}},
        {"arith.muli", {"*", Binding::Product, Infix::Wraps}},
        {"arith.divsi", {"/", Binding::Product, Infix::Plain}},
        {"arith.remsi", {"%", Binding::Product, Infix::Plain}},
        {"arith.divui", {"/", Binding::Product, Infix::Unsigned}},
        {"arith.remui", {"%", Binding::Product, Infix::Unsigned}},
        {"arith.andi", {"&", Binding::BitAnd, Infix::Plain}},
        {"arith.ori", {"|", Binding::BitOr, Infix::Plain}},
        {"arith.xori", {"^", Binding::BitXor, Infix::Plain}},
        {"arith.shli", {"<<", Binding::Shift, Infix::Unsigned}},
        {"arith.shrsi", {">>", Binding::Shift, Infix::Plain}},
        {"arith.shrui", {">>", Binding::Shift, Infix::Unsigned}},
    };
    auto found = table.find(name);
    if (found == table.end())
      return std::nullopt;
    const Infix &sign = found->second;
    Type type = resultType();
    Expression x = of(0), y = of(1);
    if (isa<VectorType>(type))
      return vectorInfix(name, sign.sign, sign.binding, x, y);
    if (type.isInteger(1))
      return ofBits(name, sign.sign, sign.binding, x, y);
    bool isPosition = type.isIndex() && sign.kind == Infix::Wraps;
    if (isa<FloatType>(type) || isPosition)
      return binary(x, sign.sign, y, sign.binding);
    if (sign.kind == Infix::Plain) {
      Expression whole = binary(x, sign.sign, y, sign.binding);
      return widthOf(type) < 32 ? cast(type, whole) : whole;
    }
    return cast(type, binary(castUnsigned(type, x), sign.sign,
                             castUnsigned(type, y), sign.binding));
  }

  /// Of truth values: and, or, unequal.
  Optional ofBits(StringRef name, StringRef sign, Binding binding,
                  const Expression &x, const Expression &y) {
    if (name == "arith.andi")
      return binary(x, "&&", y, Binding::And);
    if (name == "arith.ori")
      return binary(x, "||", y, Binding::Or);
    if (name == "arith.xori" && y.text == "true")
      return Expression{"!" + x.inside(Binding::Prefix), Binding::Prefix};
    if (name == "arith.xori")
      return binary(x, "!=", y, Binding::Equal);
    return std::nullopt;
  }

  Optional vectorInfix(StringRef name, StringRef sign, Binding binding,
                       const Expression &x, const Expression &y) {
    if (name == "arith.shrui")
      return call("opc_shift_right", {x.text, y.text});
    return binary(x, sign, y, binding);
  }

  /// Functions that C knows, under its name.
  Optional byName(StringRef name) {
    static const llvm::StringMap<StringLiteral> table = {
        {"math.absf", "fabs"},
        {"math.ceil", "ceil"},
        {"math.floor", "floor"},
        {"math.fma", "fma"},
        {"math.roundeven", "rint"},
        {"math.round", "round"},
        {"math.sqrt", "sqrt"},
        {"math.trunc", "trunc"},
        {"math.copysign", "copysign"},
        {"math.exp", "exp"},
        {"math.exp2", "exp2"},
        {"math.expm1", "expm1"},
        {"math.log", "log"},
        {"math.log2", "log2"},
        {"math.log10", "log10"},
        {"math.log1p", "log1p"},
        {"math.sin", "sin"},
        {"math.cos", "cos"},
        {"math.tan", "tan"},
        {"math.sinh", "sinh"},
        {"math.cosh", "cosh"},
        {"math.tanh", "tanh"},
        {"math.asin", "asin"},
        {"math.acos", "acos"},
        {"math.atan", "atan"},
        {"math.asinh", "asinh"},
        {"math.acosh", "acosh"},
        {"math.atanh", "atanh"},
        {"math.atan2", "atan2"},
        {"math.powf", "pow"},
        {"math.cbrt", "cbrt"},
        {"math.erf", "erf"},
        {"math.erfc", "erfc"},
        {"math.rsqrt", "rsqrt"},
        {"math.isnan", "isnan"},
        {"math.isinf", "isinf"},
        {"math.isfinite", "isfinite"},
        {"arith.remf", "fmod"},
        {"arith.maxnumf", "fmax"},
        {"arith.minnumf", "fmin"},
        {"arith.maximumf", "opc_maximum"},
        {"arith.minimumf", "opc_minimum"},
        {"math.ctlz", "opc_leading_zeros"},
        {"math.cttz", "opc_trailing_zeros"},
        {"math.ctpop", "opc_ones"},
    };
    auto found = table.find(name);
    bool isNumber = !isa<VectorType>(op->getResult(0).getType());
    static const llvm::StringSet<> ofVectors = {
        "math.absf",      "math.ceil",      "math.floor",    "math.fma",
        "math.roundeven", "math.sqrt",      "math.trunc",    "math.copysign",
        "arith.maximumf", "arith.minimumf", "arith.maxnumf", "arith.minnumf"};
    if (found == table.end() || (!isNumber && !ofVectors.contains(name)))
      return std::nullopt;
    SmallVector<std::string> args;
    for (Value value : op->getOperands())
      args.push_back(operand(value).text);
    StringLiteral function = found->second;
    bool isHelper = function.starts_with("opc_");
    return call((isHelper ? "" : s.math) + function, args);
  }

  //===--------------------------------------------------------------------===//
  // All else
  //===--------------------------------------------------------------------===//

  Optional others() {
    return llvm::TypeSwitch<Operation *, Optional>(op)
        .Case<arith::CmpIOp>([&](auto cmp) { return compared(cmp); })
        .Case<arith::CmpFOp>([&](auto cmp) { return compared(cmp); })
        .Case<arith::SelectOp>([&](auto) { return selected(); })
        .Case<arith::NegFOp>([&](auto) {
          return Expression{"-" + of(0).inside(Binding::Whole),
                            Binding::Prefix};
        })
        .Case<arith::MaxSIOp>([&](auto) { return extreme(">", false); })
        .Case<arith::MinSIOp>([&](auto) { return extreme("<", false); })
        .Case<arith::MaxUIOp>([&](auto) { return extreme(">", true); })
        .Case<arith::MinUIOp>([&](auto) { return extreme("<", true); })
        .Case<arith::BitcastOp>([&](auto) { return bits(); })
        .Case<arith::IndexCastOp, arith::ExtFOp, arith::TruncFOp,
              arith::ExtSIOp, arith::SIToFPOp, arith::FPToSIOp>(
            [&](auto) { return signedCast(); })
        .Case<arith::TruncIOp>([&](auto) { return truncated(); })
        .Case<arith::ExtUIOp, arith::IndexCastUIOp, arith::UIToFPOp>(
            [&](auto) { return unsignedCast(); })
        .Case<arith::FPToUIOp>([&](auto) {
          Type type = resultType();
          return cast(type, castUnsigned(type, of(0)));
        })
        .Case<math::AbsIOp>(
            [&](auto) { return call(s.math + Twine("abs"), {of(0).text}); })
        .Case<vector::BroadcastOp>([&](auto) {
          return formatted(s.splat, type(resultType()), of(0).text);
        })
        .Case<vector::ExtractOp>([&](auto extract) { return laneOf(extract); })
        .Case<vector::FromElementsOp>([&](auto) { return fromLanes(); })
        .Case<memref::ExtractAlignedPointerAsIndexOp>(
            [&](auto) { return cast(resultType(), of(0)); })
        .Case<func::CallOp>([&](func::CallOp call) { return called(call); })
        .Default([](Operation *) { return std::nullopt; });
  }

  Optional called(func::CallOp op) {
    SmallVector<std::string> args;
    for (Value value : op.getOperands())
      args.push_back(operand(value).text);
    return call(op.getCallee(), args);
  }

  Optional laneOf(vector::ExtractOp extract) {
    if (extract.getNumIndices() != 1 || extract.hasDynamicPosition())
      return std::nullopt;
    return formatted(s.lane, of(0).inside(Binding::Whole),
                     llvm::utohexstr(extract.getStaticPosition()[0], true));
  }

  Optional fromLanes() {
    SmallVector<std::string> lanes;
    for (Value value : op->getOperands())
      lanes.push_back(operand(value).text);
    return formatted(s.splat, type(resultType()), llvm::join(lanes, ", "));
  }

  Optional compared(arith::CmpIOp cmp) {
    using Predicate = arith::CmpIPredicate;
    static const std::pair<Predicate, StringLiteral> table[] = {
        {Predicate::eq, "=="},  {Predicate::ne, "!="},  {Predicate::slt, "<"},
        {Predicate::sle, "<="}, {Predicate::sgt, ">"},  {Predicate::sge, ">="},
        {Predicate::ult, "<"},  {Predicate::ule, "<="}, {Predicate::ugt, ">"},
        {Predicate::uge, ">="}};
    auto *known = llvm::find_if(table, [&](const auto &row) {
      return row.first == cmp.getPredicate();
    });
    Expression x = of(0), y = of(1);
    Type type = cmp.getLhs().getType();
    bool isUnsigned = cmp.getPredicate() >= Predicate::ult;
    if (isUnsigned && isa<VectorType>(type))
      return std::nullopt;
    if (isUnsigned && !type.isInteger(1)) {
      x = castUnsigned(type, x);
      y = castUnsigned(type, y);
    }
    Binding binding =
        cmp.getPredicate() <= Predicate::ne ? Binding::Equal : Binding::Order;
    return binary(x, known->second, y, binding);
  }

  Optional compared(arith::CmpFOp cmp) {
    using Predicate = arith::CmpFPredicate;
    struct Row {
      Predicate predicate;
      StringLiteral format;
      Binding binding;
    };
    static const Row table[] = {
        {Predicate::OEQ, "{0} == {1}", Binding::Equal},
        {Predicate::UNE, "{0} != {1}", Binding::Equal},
        {Predicate::OLT, "{0} < {1}", Binding::Order},
        {Predicate::OLE, "{0} <= {1}", Binding::Order},
        {Predicate::OGT, "{0} > {1}", Binding::Order},
        {Predicate::OGE, "{0} >= {1}", Binding::Order},
        {Predicate::ULT, "!({0} >= {1})", Binding::Prefix},
        {Predicate::ULE, "!({0} > {1})", Binding::Prefix},
        {Predicate::UGT, "!({0} <= {1})", Binding::Prefix},
        {Predicate::UGE, "!({0} < {1})", Binding::Prefix},
        {Predicate::ONE, "{0} < {1} || {0} > {1}", Binding::Or},
        {Predicate::UEQ, "!({0} < {1} || {0} > {1})", Binding::Prefix},
        {Predicate::ORD, "{0} == {0} && {1} == {1}", Binding::And},
        {Predicate::UNO, "{0} != {0} || {1} != {1}", Binding::Or}};
    auto *row = llvm::find_if(table, [&](const Row &row) {
      return row.predicate == cmp.getPredicate();
    });
    if (row == std::end(table))
      return std::nullopt;
    Expression whole = formatted(row->format, of(0).inside(Binding::Shift),
                                 of(1).inside(Binding::Shift));
    whole.binding = row->binding;
    return whole;
  }

  Optional selected() {
    Expression c = of(0), x = of(1), y = of(2);
    if (isa<VectorType>(resultType())) {
      if (!isa<VectorType>(op->getOperand(0).getType()))
        return std::nullopt;
      return call("opc_select", {c.text, x.text, y.text});
    }
    return Expression{c.inside(Binding::Or) + " ? " + x.inside(Binding::Or) +
                          " : " + y.inside(Binding::Choice),
                      Binding::Choice};
  }

  Optional extreme(StringRef sign, bool isUnsigned) {
    Type type = resultType();
    if (isa<VectorType>(type))
      return std::nullopt;
    Expression x = of(0), y = of(1), left = x, right = y;
    if (isUnsigned) {
      left = castUnsigned(type, x);
      right = castUnsigned(type, y);
    }
    Expression test = binary(left, sign, right, Binding::Order);
    return Expression{test.text + " ? " + x.inside(Binding::Or) + " : " +
                          y.inside(Binding::Choice),
                      Binding::Choice};
  }

  Optional bits() {
    std::string to = type(resultType());
    Expression x = of(0);
    if (to == type(op->getOperand(0).getType()))
      return x;
    Type from = op->getOperand(0).getType();
    bool areBits = widthOf(getElementTypeOrSelf(from)) < 32;
    return areBits ? cast(resultType(), x) : formatted(s.bits, to, x.text);
  }

  Optional signedCast() {
    if (isa<VectorType>(resultType()))
      return call("opc_convert_" + type(resultType()), {of(0).text});
    Type from = op->getOperand(0).getType();
    // The bits of a short float are no number here.
    auto areBits = [](Type type) {
      return isa<FloatType>(type) && widthOf(type) < 32;
    };
    if (areBits(from) || areBits(resultType()))
      return std::nullopt;
    // True is all ones as a signed number.
    if (from.isInteger(1) && isa<arith::ExtSIOp, arith::SIToFPOp>(op))
      return Expression{"-" + cast(resultType(), of(0)).text, Binding::Prefix};
    return cast(resultType(), of(0));
  }

  Optional truncated() {
    if (isa<VectorType>(resultType()))
      return std::nullopt;
    if (!resultType().isInteger(1))
      return cast(resultType(), of(0));
    Expression low = binary(of(0), "&", {"1"}, Binding::BitAnd);
    return Expression{"(" + low.text + ") != 0", Binding::Equal};
  }

  Optional unsignedCast() {
    Type from = op->getOperand(0).getType();
    if (isa<VectorType>(from))
      return std::nullopt;
    if (from.isInteger(1))
      return cast(resultType(), of(0));
    return cast(resultType(), castUnsigned(from, of(0)));
  }

  Operation *op;
  const Spelling &s;
  llvm::function_ref<Expression(Value)> operand;
};

} // namespace

std::optional<std::string> typeName(Type type, const Spelling &s) {
  if (auto vector = dyn_cast<VectorType>(type)) {
    Type lane = vector.getElementType();
    bool isFloat = lane.isF32() || lane.isF64();
    bool isKnown = isFloat || lane.isInteger(32) || lane.isInteger(1);
    if (vector.getRank() != 1 || !isKnown)
      return std::nullopt;
    std::string name = isFloat ? *typeName(lane, s) : "int";
    return llvm::formatv(s.vectorType.data(), name, vector.getNumElements())
        .str();
  }
  if (type.isInteger(1))
    return "bool";
  if (type.isIndex())
    return integerName(64, s.integers);
  if (!type.isIntOrFloat())
    return std::nullopt;
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  unsigned width = type.getIntOrFloatBitWidth();
  if (isPartOfByte(type))
    return integerName(8, s.unsignedIntegers);
  if (isa<FloatType>(type) && width == 16)
    return integerName(width, s.unsignedIntegers);
  bool isKnown = width == 8 || width == 16 || width == 32 || width == 64;
  if (isa<FloatType>(type) || !isKnown)
    return std::nullopt;
  return integerName(width, s.integers);
}

std::string nameOf(Type type, const Spelling &spelling) {
  return typeName(type, spelling).value_or("?");
}

std::optional<Expression>
expressionOf(Operation *op, const Spelling &spelling,
             llvm::function_ref<Expression(Value)> operand) {
  if (op->getNumResults() != 1)
    return std::nullopt;
  return Writer(op, spelling, operand).write();
}

} // namespace opc::source
