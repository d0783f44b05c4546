//===- KnownArithmetic.cpp - element-wise ops on known elements -----------===//
//
// Integers are expressions, so that what is computed from an extent stays known
// for every size; a comparison is known where it holds, or fails, for all.
//
//===----------------------------------------------------------------------===//
#include "Known.h"
#include <cmath>

using namespace mlir;

namespace opc::onnx {

/// Operands of symbolic arithmetic; nothing when an overflow could be near.
static bool isTame(ArrayRef<AffineExpr> args) {
  return llvm::all_of(args, [](AffineExpr e) {
    std::optional<int64_t> value = e ? constantOf(e) : std::nullopt;
    return e && (!value || std::abs(*value) <= kLargestExtent);
  });
}

AffineExpr addInts(Node &n, ArrayRef<AffineExpr> a) {
  return isTame(a) ? a[0] + a[1] : AffineExpr();
}

AffineExpr mulInts(Node &n, ArrayRef<AffineExpr> a) {
  if (!isTame(a))
    return {};
  AffineExpr product = a[0] * a[1];
  bool symbolic = !constantOf(a[0]) || !constantOf(a[1]);
  return symbolic || constantOf(product) ? product : AffineExpr();
}

AffineExpr minInts(Node &n, ArrayRef<AffineExpr> a) {
  return isTame(a) ? n.clamp(a[0], n.expr(-kLargestExtent), a[1])
                   : AffineExpr();
}

AffineExpr maxInts(Node &n, ArrayRef<AffineExpr> a) {
  return isTame(a) ? n.clamp(a[0], a[1], n.expr(kLargestExtent)) : AffineExpr();
}

namespace {

using RealFunction = double (*)(double, double);

Result mapInts(Node &n, ArrayRef<Known> in, IntFunction function,
               Type element) {
  std::optional<Ints> shape = broadcastShape(in);
  if (!shape || countOf(*shape) > ShapeEnv::contentsLimit)
    return std::nullopt;
  Known result{element, *shape};
  for (int64_t i = 0, e = countOf(*shape); i < e; ++i) {
    Dims args;
    for (const Known &k : in) {
      if (k.isReal())
        return std::nullopt;
      args.push_back(k.ints[sourceIndex(k.shape, *shape, i)]);
    }
    AffineExpr value = function(n, args);
    result.ints.push_back(value ? n.wrapped(element, value) : value);
  }
  return result;
}

Result mapReals(ArrayRef<Known> in, RealFunction function) {
  std::optional<Ints> shape = broadcastShape(in);
  if (!shape || countOf(*shape) > ShapeEnv::contentsLimit)
    return std::nullopt;
  Known result{in[0].element, *shape};
  for (int64_t i = 0, e = countOf(*shape); i < e; ++i) {
    double a = in[0].reals[sourceIndex(in[0].shape, *shape, i)];
    double b =
        in.size() < 2 ? 0 : in[1].reals[sourceIndex(in[1].shape, *shape, i)];
    result.reals.push_back(rounded(result.element, function(a, b)));
  }
  return result;
}

/// An op on `arity` operands of the same type.
template <size_t arity, IntFunction ints, RealFunction reals>
Result arithmetic(Node &n, ArrayRef<Known> in) {
  if (in.size() != arity || llvm::any_of(in, [&](const Known &k) {
        return k.element != in[0].element;
      }))
    return std::nullopt;
  constexpr IntFunction kInts = ints;
  constexpr RealFunction kReals = reals;
  if (in[0].isReal())
    return kReals ? mapReals(in, kReals) : std::nullopt;
  return kInts ? mapInts(n, in, kInts, in[0].element) : std::nullopt;
}

template <size_t arity, IntFunction ints>
Result logic(Node &n, ArrayRef<Known> in) {
  if (in.size() != arity)
    return std::nullopt;
  return mapInts(n, in, ints, n.boolType());
}

AffineExpr subInts(Node &n, ArrayRef<AffineExpr> a) {
  return isTame(a) ? a[0] - a[1] : AffineExpr();
}
AffineExpr divInts(Node &n, ArrayRef<AffineExpr> a) {
  if (!isTame(a))
    return {};
  std::optional<int64_t> x = constantOf(a[0]), y = constantOf(a[1]);
  if (y == 0)
    return {};
  if (x && y)
    return n.expr(*x / *y);
  std::optional<int64_t> least = n.leastOf(a[0]);
  if (!y || *y < 0 || !least || *least <= -*y)
    return {};
  // Div rounds towards zero: the few values below it that are possible, as of
  // (extent - 1) / y, count as zero.
  AffineExpr above =
      *least < 0 ? n.clamp(a[0], n.expr(0), n.expr(kLargestExtent)) : a[0];
  return n.quotient(above, a[1]);
}
AffineExpr modInts(Node &n, ArrayRef<AffineExpr> a) {
  if (!isTame(a))
    return {};
  std::optional<int64_t> x = constantOf(a[0]), y = constantOf(a[1]);
  if (!y || *y <= 0 || (x && *x < 0) || n.leastOf(a[0]).value_or(-1) < 0)
    return {};
  return a[0] % a[1];
}
AffineExpr negInts(Node &n, ArrayRef<AffineExpr> a) {
  return isTame(a) ? a[0] * -1 : AffineExpr();
}
AffineExpr absInts(Node &n, ArrayRef<AffineExpr> a) {
  if (!isTame(a))
    return {};
  if (std::optional<int64_t> x = constantOf(a[0]))
    return n.expr(std::abs(*x));
  return n.leastOf(a[0]).value_or(-1) >= 0 ? a[0] : AffineExpr();
}

/// 1 where a < b surely holds, 0 where it surely does not.
AffineExpr lessInts(Node &n, ArrayRef<AffineExpr> a) {
  if (!isTame(a))
    return {};
  if (n.provablyAtMost(a[0] + 1, a[1]))
    return n.expr(1);
  return n.provablyAtMost(a[1], a[0]) ? n.expr(0) : AffineExpr();
}
AffineExpr greaterInts(Node &n, ArrayRef<AffineExpr> a) {
  return lessInts(n, {a[1], a[0]});
}
AffineExpr invert(Node &n, AffineExpr e) {
  return e ? n.expr(constantOf(e) == 0) : e;
}
AffineExpr notInts(Node &n, ArrayRef<AffineExpr> a) {
  return a[0] && constantOf(a[0]) ? invert(n, a[0]) : AffineExpr();
}
AffineExpr atMostInts(Node &n, ArrayRef<AffineExpr> a) {
  return invert(n, greaterInts(n, a));
}
AffineExpr atLeastInts(Node &n, ArrayRef<AffineExpr> a) {
  return invert(n, lessInts(n, a));
}
AffineExpr equalInts(Node &n, ArrayRef<AffineExpr> a) {
  if (!a[0] || !a[1])
    return {};
  std::optional<int64_t> x = constantOf(a[0]), y = constantOf(a[1]);
  if (a[0] == a[1] || (x && y))
    return n.expr(a[0] == a[1]);
  if (!isTame(a))
    return {};
  bool apart =
      n.provablyAtMost(a[0] + 1, a[1]) || n.provablyAtMost(a[1] + 1, a[0]);
  return apart ? n.expr(0) : AffineExpr();
}
AffineExpr andInts(Node &n, ArrayRef<AffineExpr> a) {
  if (!a[0] || !a[1])
    return {};
  std::optional<int64_t> x = constantOf(a[0]), y = constantOf(a[1]);
  return x && y ? n.expr(*x & *y) : AffineExpr();
}
AffineExpr orInts(Node &n, ArrayRef<AffineExpr> a) {
  if (!a[0] || !a[1])
    return {};
  std::optional<int64_t> x = constantOf(a[0]), y = constantOf(a[1]);
  return x && y ? n.expr(*x | *y) : AffineExpr();
}

double addReals(double a, double b) { return a + b; }
double subReals(double a, double b) { return a - b; }
double mulReals(double a, double b) { return a * b; }
double divReals(double a, double b) { return a / b; }
double minReals(double a, double b) { return a != a || a < b ? a : b; }
double maxReals(double a, double b) { return a != a || a > b ? a : b; }
double negReals(double a, double) { return -a; }
double absReals(double a, double) { return std::abs(a); }
double floorReals(double a, double) { return std::floor(a); }
double ceilReals(double a, double) { return std::ceil(a); }
double sqrtReals(double a, double) { return std::sqrt(a); }
double roundReals(double a, double) { return std::nearbyint(a); }

Result evaluateWhere(Node &n, ArrayRef<Known> in) {
  std::optional<Ints> shape = broadcastShape(in);
  if (in.size() != 3 || !shape || in[1].element != in[2].element ||
      in[0].isReal() || countOf(*shape) > ShapeEnv::contentsLimit)
    return std::nullopt;
  Known result{in[1].element, *shape};
  for (int64_t i = 0, e = countOf(*shape); i < e; ++i) {
    AffineExpr condition = in[0].ints[sourceIndex(in[0].shape, *shape, i)];
    auto chosen = condition ? constantOf(condition) : std::nullopt;
    const Known &from = chosen.value_or(1) ? in[1] : in[2];
    int64_t at = sourceIndex(from.shape, *shape, i);
    if (!from.isReal())
      result.ints.push_back(chosen ? from.ints[at] : AffineExpr());
    else if (chosen)
      result.reals.push_back(from.reals[at]);
    else
      return std::nullopt;
  }
  return result;
}

/// Where modInts knows the result, both signs of a remainder are one.
Result evaluateMod(Node &n, ArrayRef<Known> in) {
  n.ignore("fmod");
  return arithmetic<2, modInts, nullptr>(n, in);
}

Result evaluateCast(Node &n, ArrayRef<Known> in) {
  n.ignore("saturate"); // as in the op's row
  n.ignore("round_mode");
  Type to = n.elementAttr("to", {});
  if (!to || !isEvaluable(to) || in.size() != 1)
    return std::nullopt;
  Known result{to, in[0].shape};
  for (size_t i = 0; i < in[0].size(); ++i) {
    if (in[0].isReal() && result.isReal()) {
      result.reals.push_back(rounded(to, in[0].reals[i]));
    } else if (in[0].isReal()) {
      double value = in[0].reals[i];
      if (!(std::abs(value) < 2e9))
        return std::nullopt;
      result.ints.push_back(to.isInteger(1) ? n.expr(value != 0)
                                            : n.wrapped(to, n.expr(value)));
    } else {
      AffineExpr e = in[0].ints[i];
      std::optional<int64_t> value = e ? constantOf(e) : std::nullopt;
      if (result.isReal() && !value)
        return std::nullopt;
      if (result.isReal())
        result.reals.push_back(rounded(to, *value));
      else if (to.isInteger(1))
        result.ints.push_back(value ? n.expr(*value != 0) : AffineExpr());
      else
        result.ints.push_back(e ? n.wrapped(to, e) : e);
    }
  }
  return result;
}

constexpr EvaluationRow kRows[] = {
    {"Abs", arithmetic<1, absInts, absReals>},
    {"Add", arithmetic<2, addInts, addReals>},
    {"And", logic<2, andInts>},
    {"Cast", evaluateCast},
    {"Ceil", arithmetic<1, nullptr, ceilReals>},
    {"Div", arithmetic<2, divInts, divReals>},
    {"Equal", logic<2, equalInts>},
    {"Floor", arithmetic<1, nullptr, floorReals>},
    {"Greater", logic<2, greaterInts>},
    {"GreaterOrEqual", logic<2, atLeastInts>},
    {"Less", logic<2, lessInts>},
    {"LessOrEqual", logic<2, atMostInts>},
    {"Max", arithmetic<2, maxInts, maxReals>},
    {"Min", arithmetic<2, minInts, minReals>},
    {"Mod", evaluateMod},
    {"Mul", arithmetic<2, mulInts, mulReals>},
    {"Neg", arithmetic<1, negInts, negReals>},
    {"Not", logic<1, notInts>},
    {"Or", logic<2, orInts>},
    {"Round", arithmetic<1, nullptr, roundReals>},
    {"Sqrt", arithmetic<1, nullptr, sqrtReals>},
    {"Sub", arithmetic<2, subInts, subReals>},
    {"Where", evaluateWhere},
};

} // namespace

ArrayRef<EvaluationRow> arithmeticEvaluations() { return kRows; }

} // namespace opc::onnx
