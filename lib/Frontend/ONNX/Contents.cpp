//===- Contents.cpp - shape arithmetic at import --------------------------===//
//
// Graphs compute shapes with ordinary ops on small tensors. Where the elements
// are known, as constants or as expressions over symbols, they are evaluated
// here, so that Shape -> Gather -> Concat -> Reshape leaves nothing to run. An
// element that is not known is null; its node is built as any other.
//
//===----------------------------------------------------------------------===//
#include "Contents.h"
#include <cmath>

using namespace mlir;

namespace opc::onnx {

std::optional<Ints> broadcastShape(ArrayRef<Known> in) {
  Ints shape;
  for (const Known &k : in) {
    Ints other = k.shape;
    if (other.size() > shape.size())
      std::swap(other, shape);
    size_t offset = shape.size() - other.size();
    for (size_t i = 0; i < other.size(); ++i) {
      int64_t &extent = shape[offset + i];
      if (extent == 1)
        extent = other[i];
      else if (other[i] != 1 && other[i] != extent)
        return std::nullopt;
    }
  }
  return shape;
}

int64_t countOf(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

int64_t sourceIndex(ArrayRef<int64_t> from, ArrayRef<int64_t> to, int64_t i) {
  int64_t index = 0, stride = 1;
  size_t offset = to.size() - from.size();
  for (size_t axis = to.size(); axis-- > 0;) {
    int64_t at = i % to[axis];
    i /= to[axis];
    if (axis < offset)
      continue;
    int64_t extent = from[axis - offset];
    index += (extent == 1 ? 0 : at) * stride;
    stride *= extent;
  }
  return index;
}

bool isTame(ArrayRef<AffineExpr> args) {
  return llvm::all_of(args, [](AffineExpr e) {
    std::optional<int64_t> value = e ? constantOf(e) : std::nullopt;
    return e && (!value || std::abs(*value) <= kHuge);
  });
}

namespace {

/// Reals are evaluated in the formats in which double arithmetic, rounded once,
/// gives what the format's own arithmetic gives.
bool isEvaluable(Type element) {
  return isa<IntegerType>(element) || element.isF32() || element.isF64();
}

Contents knownOf(Node &n, Value v) {
  if (!v || !isEvaluable(n.elementOf(v)))
    return std::nullopt;
  auto type = cast<RankedTensorType>(v.getType());
  if (!type.hasStaticShape() || type.getNumElements() > ShapeEnv::contentsLimit)
    return std::nullopt;
  Known known{type.getElementType(), Ints(type.getShape()), {}, {}};
  if (known.isReal()) {
    auto values = n.reals(v);
    if (!values)
      return std::nullopt;
    known.reals = *values;
    return known;
  }
  if (type.getNumElements() == 0)
    return known;
  known.ints =
      n.partialContents(v).value_or(Dims(type.getNumElements(), AffineExpr()));
  return known;
}

double rounded(Type element, double value) {
  return element.isF32() ? static_cast<double>(static_cast<float>(value))
                         : value;
}

//===----------------------------------------------------------------------===//
// Element-wise
//===----------------------------------------------------------------------===//

using IntFunction = AffineExpr (*)(Node &, ArrayRef<AffineExpr>);
using RealFunction = double (*)(double, double);

/// Integers wrap as their type does.
AffineExpr wrapped(Node &n, Type element, AffineExpr e) {
  std::optional<int64_t> value = constantOf(e);
  unsigned width = element.getIntOrFloatBitWidth();
  if (!value || width == 64)
    return e;
  APInt bits = APInt(64, *value, true).trunc(width);
  bool isSigned = !element.isUnsignedInteger() && width != 1;
  return n.expr(isSigned ? bits.getSExtValue()
                         : static_cast<int64_t>(bits.getZExtValue()));
}

Contents mapInts(Node &n, ArrayRef<Known> in, IntFunction function,
                 Type element) {
  std::optional<Ints> shape = broadcastShape(in);
  if (!shape || countOf(*shape) > ShapeEnv::contentsLimit)
    return std::nullopt;
  Known result{element, *shape, {}, {}};
  for (int64_t i = 0, e = countOf(*shape); i < e; ++i) {
    Dims args;
    for (const Known &k : in) {
      if (k.isReal())
        return std::nullopt;
      args.push_back(k.ints[sourceIndex(k.shape, *shape, i)]);
    }
    AffineExpr value = function(n, args);
    result.ints.push_back(value ? wrapped(n, element, value) : value);
  }
  return result;
}

Contents mapReals(ArrayRef<Known> in, RealFunction function) {
  std::optional<Ints> shape = broadcastShape(in);
  if (!shape || countOf(*shape) > ShapeEnv::contentsLimit)
    return std::nullopt;
  Known result{in[0].element, *shape, {}, {}};
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
Contents arithmetic(Node &n, ArrayRef<Known> in) {
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
Contents logic(Node &n, ArrayRef<Known> in) {
  if (in.size() != arity)
    return std::nullopt;
  return mapInts(n, in, ints, n.boolType());
}

AffineExpr addInts(Node &n, ArrayRef<AffineExpr> a) {
  return isTame(a) ? a[0] + a[1] : AffineExpr();
}
AffineExpr subInts(Node &n, ArrayRef<AffineExpr> a) {
  return isTame(a) ? a[0] - a[1] : AffineExpr();
}
AffineExpr mulInts(Node &n, ArrayRef<AffineExpr> a) {
  if (!isTame(a))
    return {};
  AffineExpr product = a[0] * a[1];
  bool symbolic = !constantOf(a[0]) || !constantOf(a[1]);
  return symbolic || constantOf(product) ? product : AffineExpr();
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
      *least < 0 ? n.clamp(a[0], n.expr(0), n.expr(kHuge)) : a[0];
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
AffineExpr minInts(Node &n, ArrayRef<AffineExpr> a) {
  return isTame(a) ? n.clamp(a[0], n.expr(-kHuge), a[1]) : AffineExpr();
}
AffineExpr maxInts(Node &n, ArrayRef<AffineExpr> a) {
  return isTame(a) ? n.clamp(a[0], a[1], n.expr(kHuge)) : AffineExpr();
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

Contents foldMod(Node &n, ArrayRef<Known> in) {
  return arithmetic<2, modInts, nullptr>(n, in);
}

Contents foldWhere(Node &n, ArrayRef<Known> in) {
  std::optional<Ints> shape = broadcastShape(in);
  if (in.size() != 3 || !shape || in[1].element != in[2].element ||
      in[0].isReal() || countOf(*shape) > ShapeEnv::contentsLimit)
    return std::nullopt;
  Known result{in[1].element, *shape, {}, {}};
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

Contents foldCast(Node &n, ArrayRef<Known> in) {
  Type to = n.elementAttr("to", {});
  if (!to || !isEvaluable(to) || in.size() != 1)
    return std::nullopt;
  Known result{to, in[0].shape, {}, {}};
  for (size_t i = 0; i < in[0].size(); ++i) {
    if (in[0].isReal() && result.isReal()) {
      result.reals.push_back(rounded(to, in[0].reals[i]));
    } else if (in[0].isReal()) {
      double value = in[0].reals[i];
      if (!(std::abs(value) < 2e9))
        return std::nullopt;
      result.ints.push_back(to.isInteger(1) ? n.expr(value != 0)
                                            : wrapped(n, to, n.expr(value)));
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
        result.ints.push_back(e ? wrapped(n, to, e) : e);
    }
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Movement and reductions
//===----------------------------------------------------------------------===//

template <IntFunction ints, RealFunction reals>
Contents foldReduce(Node &n, ArrayRef<Known> in) {
  if (in[0].shape.size() > 1 || in[0].size() == 0 ||
      n.integer("noop_with_empty_axes", 0) != 0)
    return std::nullopt;
  bool keep = n.integer("keepdims", 1) != 0 && in[0].shape.size() == 1;
  Known result{in[0].element, keep ? Ints{1} : Ints(), {}, {}};
  if (in[0].isReal())
    return std::nullopt;
  AffineExpr total = in[0].ints[0];
  for (AffineExpr next : llvm::drop_begin(in[0].ints))
    total = total ? ints(n, {total, next}) : total;
  result.ints.push_back(total);
  return result;
}

struct FoldRow {
  StringRef op;
  Contents (*fold)(Node &, ArrayRef<Known>);
};

constexpr FoldRow kFolds[] = {
    {"Abs", arithmetic<1, absInts, absReals>},
    {"Add", arithmetic<2, addInts, addReals>},
    {"And", logic<2, andInts>},
    {"Cast", foldCast},
    {"Ceil", arithmetic<1, nullptr, ceilReals>},
    {"Concat", foldConcat},
    {"ConstantOfShape", foldConstantOfShape},
    {"Div", arithmetic<2, divInts, divReals>},
    {"Equal", logic<2, equalInts>},
    {"Expand", foldExpand},
    {"Floor", arithmetic<1, nullptr, floorReals>},
    {"Gather", foldGather},
    {"Greater", logic<2, greaterInts>},
    {"GreaterOrEqual", logic<2, atLeastInts>},
    {"Less", logic<2, lessInts>},
    {"LessOrEqual", logic<2, atMostInts>},
    {"Max", arithmetic<2, maxInts, maxReals>},
    {"Min", arithmetic<2, minInts, minReals>},
    {"Mod", foldMod},
    {"Mul", arithmetic<2, mulInts, mulReals>},
    {"Neg", arithmetic<1, negInts, negReals>},
    {"Not", logic<1, notInts>},
    {"Or", logic<2, orInts>},
    {"Range", foldRange},
    {"ReduceMax", foldReduce<maxInts, maxReals>},
    {"ReduceMin", foldReduce<minInts, minReals>},
    {"ReduceProd", foldReduce<mulInts, mulReals>},
    {"ReduceSum", foldReduce<addInts, addReals>},
    {"Round", arithmetic<1, nullptr, roundReals>},
    {"Slice", foldSlice},
    {"Sqrt", arithmetic<1, nullptr, sqrtReals>},
    {"Sub", arithmetic<2, subInts, subReals>},
    {"Transpose", foldTranspose},
    {"Where", foldWhere},
};

} // namespace

bool foldShapeArithmetic(Node &node) {
  StringRef op = node.proto.op_type();
  const auto *row =
      llvm::find_if(kFolds, [&](const FoldRow &row) { return row.op == op; });
  if (row == std::end(kFolds) || node.numInputs() == 0)
    return false;
  SmallVector<Known> inputs;
  for (int64_t i = 0; i < node.numInputs(); ++i) {
    Contents known = knownOf(node, node.in(i));
    if (!known)
      return false;
    inputs.push_back(*known);
  }
  Contents result = row->fold(node, inputs);
  if (!result || node.failed())
    return false;
  if (result->isReal()) {
    node.out(0, node.reals(result->element, result->shape, result->reals));
    return true;
  }
  if (llvm::is_contained(result->ints, AffineExpr())) {
    node.partial = result->ints;
    return false;
  }
  node.out(0, node.integers(result->element, result->shape, result->ints));
  return true;
}

void noteContents(Node &node) {
  if (!node.partial || node.failed() || node.outputs().empty())
    return;
  Value value = node.outputs()[0];
  if (value && llvm::any_of(*node.partial, [](AffineExpr e) { return !!e; }))
    node.state.contents.try_emplace(value, *node.partial);
}

} // namespace opc::onnx
