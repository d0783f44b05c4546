//===- ReductionNodes.cpp - many elements in, fewer out -------------------===//
#include "PromotedOperands.h"
#include "opc/Frontend/Graph/Arrays/Reduction.h"
#include "opc/Frontend/Graph/Arrays/Selection.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// What is reduced, and how.
struct Reduced {
  Value x;
  Ints axes;
  bool keepdims = false;
};

Reduced readAll(Node &n) {
  Value x = n.tensor("self");
  return {x, axesUpTo(n.rank(x)), false};
}
Reduced readAxes(Node &n) {
  Value x = n.tensor("self");
  return {x, n.axes("dim", x), n.flag("keepdim")};
}
Reduced readAxis(Node &n) {
  Value x = n.tensor("self");
  Ints axes{n.axis("dim", x)};
  if (n.rank(x) == 0)
    axes.clear();
  return {x, axes, n.flag("keepdim")};
}
/// Whichever of them the overload has.
Reduced readAny(Node &n) {
  if (!n.schema.find("dim"))
    return readAll(n);
  return StringRef(n.schema.find("dim")->type) == "int" ? readAxis(n)
                                                        : readAxes(n);
}

/// Sums and products of integers are i64, unless the node says otherwise.
Type accumulated(Node &n, Value x) {
  Type absent = n.isFloat(x) ? n.elementOf(x) : n.i64Type();
  return n.schema.find("dtype") ? n.dtype("dtype", absent) : absent;
}
void accumulate(Node &n, StringRef kind) {
  Reduced r = readAny(n);
  Type element = accumulated(n, r.x);
  if (isBool(element))
    return n.refuse("a sum in bool is not supported", "i64");
  n.out(n.reduce(kind, n.cast(r.x, element), r.axes, r.keepdims));
}
void buildSum(Node &n) { accumulate(n, "sum"); }
void buildProd(Node &n) { accumulate(n, "prod"); }

void buildMean(Node &n) {
  Reduced r = readAny(n);
  Type element = n.dtype("dtype", n.elementOf(r.x));
  if (n.failed() || !isa<FloatType>(element))
    return n.fail("a mean of integers needs a dtype of reals");
  n.out(n.mean(n.cast(r.x, element), r.axes, r.keepdims));
}

/// Extremes of nothing are an error of torch's.
void buildExtreme(Node &n, StringRef kind) {
  Reduced r = readAny(n);
  if (n.failed())
    return;
  requireElements(n, r.x, r.axes);
  n.out(reduceExtreme(n, {r.x, r.axes, r.keepdims}, kind));
}
void buildMax(Node &n) { buildExtreme(n, "max"); }
void buildMin(Node &n) { buildExtreme(n, "min"); }
void buildAminmax(Node &n) {
  Reduced r;
  r.x = n.tensor("self");
  std::optional<int64_t> axis = n.optionalInteger("dim");
  r.keepdims = n.flag("keepdim");
  if (n.failed())
    return;
  r.axes = axis && n.rank(r.x) > 0 ? n.axesIn({*axis}, n.rank(r.x))
                                   : axesUpTo(n.rank(r.x));
  requireElements(n, r.x, r.axes);
  n.out(0, reduceExtreme(n, {r.x, r.axes, r.keepdims}, "min"));
  n.out(1, reduceExtreme(n, {r.x, r.axes, r.keepdims}, "max"));
}

/// Where the extreme is: NaN counts as one, and the first of equal ones is it.
Value placeOf(Node &n, Value x, int64_t axis, bool keepdims, StringRef kind) {
  if (isBool(n.elementOf(x)))
    x = n.cast(x, n.u8Type());
  return argExtreme(n, x, {kind, axis, keepdims, false});
}
void extremeAlong(Node &n, StringRef kind) {
  Reduced r = readAxis(n);
  if (n.failed())
    return;
  if (n.rank(r.x) == 0) {
    n.out(0, r.x);
    return n.out(1, n.scalarInt(n.i64Type(), 0));
  }
  requireElements(n, r.x, r.axes);
  n.out(0, reduceExtreme(n, {r.x, r.axes, r.keepdims}, kind));
  n.out(1, placeOf(n, r.x, r.axes[0], r.keepdims, kind));
}
void buildMaxDim(Node &n) { extremeAlong(n, "max"); }
void buildMinDim(Node &n) { extremeAlong(n, "min"); }

void findPlace(Node &n, StringRef kind) {
  Value x = n.tensor("self");
  std::optional<int64_t> axis = n.optionalInteger("dim");
  bool keepdims = n.flag("keepdim");
  if (n.failed())
    return;
  int64_t rank = n.rank(x);
  if (rank == 0)
    return n.out(n.scalarInt(n.i64Type(), 0));
  if (axis)
    return n.out(placeOf(n, x, n.axisIn(*axis, rank), keepdims, kind));
  Value y = placeOf(n, n.reshape(x, {n.size(x)}), 0, false, kind);
  n.out(keepdims ? n.reshape(y, Dims(rank, n.expr(1))) : y);
}
void buildArgmax(Node &n) { findPlace(n, "max"); }
void buildArgmin(Node &n) { findPlace(n, "min"); }

/// Whether any or all are not 0; u8 stays u8.
void test(Node &n, StringRef kind) {
  Reduced r = readAny(n);
  if (n.failed())
    return;
  Type element = n.elementOf(r.x);
  bool isByte = element == n.u8Type();
  Value y =
      reduceExtreme(n, {n.cast(r.x, n.boolType()), r.axes, r.keepdims}, kind);
  n.out(isByte ? n.cast(y, element) : y);
}
void buildAny(Node &n) { test(n, "max"); }
void buildAll(Node &n) { test(n, "min"); }

/// Mean of squares of the distances from the mean, over one less, or more, than
/// there are.
struct Spread {
  Value variance, mean;
  Type element;
};
/// How many less than there are; older overloads say it as a bool.
Operand readCorrection(Node &n) {
  if (n.schema.find("unbiased"))
    return Operand::number(n, n.flag("unbiased") ? 1.0 : 0.0);
  n.ignore("correction"); // None is 1
  return n.has("correction") ? n.operand("correction")
                             : Operand::number(n, 1.0);
}
Spread spreadOf(Node &n) {
  Value x = n.tensor("self");
  Ints axes = n.schema.find("dim") ? n.axes("dim", x) : axesUpTo(n.rank(x));
  bool keepdims = n.schema.find("keepdim") && n.flag("keepdim");
  Operand correction = readCorrection(n);
  if (n.failed() || !n.isFloat(x)) {
    n.fail("the variance of integers is not defined");
    return {};
  }
  Type element = n.elementOf(x);
  x = wide(n, x);
  AffineExpr count = n.expr(1);
  for (int64_t axis : axes)
    count = count * n.dim(x, axis);
  Type wide = n.elementOf(x);
  Value mean = n.mean(x, axes, true), centred = n.sub(x, mean);
  Value sum = n.reduce("sum", n.mul(centred, centred), axes, keepdims);
  Value divisor = n.sub(n.extentAs(wide, count), as(n, correction, wide));
  divisor = n.max(divisor, n.scalar(wide, 0));
  Value flat = keepdims ? mean : n.squeeze(mean, axes);
  return {n.div(sum, divisor), flat, element};
}
void buildVar(Node &n) {
  Spread s = spreadOf(n);
  n.out(n.cast(s.variance, s.element));
}
void buildStd(Node &n) {
  Spread s = spreadOf(n);
  n.out(n.cast(n.unary<SqrtOp>(s.variance), s.element));
}
void buildVarMean(Node &n) {
  Spread s = spreadOf(n);
  n.out(0, n.cast(s.variance, s.element));
  n.out(1, n.cast(s.mean, s.element));
}

void cumulate(Node &n, StringRef kind) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  Type element = accumulated(n, x);
  if (n.failed() || isBool(element))
    return n.refuse("bool is not supported", "i64");
  x = n.cast(x, element);
  if (n.rank(x) == 0)
    return n.out(x);
  n.out(n.unary<CumulativeOp>(x, {{"kind", n.text(kind)},
                                  {"axis", n.i64(axis)},
                                  {"exclusive", n.boolean(false)},
                                  {"reverse", n.boolean(false)}}));
}
void buildCumsum(Node &n) { cumulate(n, "sum"); }
void buildCumprod(Node &n) { cumulate(n, "prod"); }

/// What each element comes to with all before it, in as many steps as the
/// extent has bits: `combine` takes lists of values, of which the first come
/// before.
using Scanned = SmallVector<Value>;
void scan(
    Node &n, Scanned &values, int64_t axis,
    llvm::function_ref<Scanned(const Scanned &, const Scanned &)> combine) {
  constexpr int64_t kMost = 4096;
  std::optional<int64_t> extent =
      n.failed() ? std::nullopt : constantOf(n.dim(values[0], axis));
  if (!extent || *extent > kMost)
    return n.refuse("an extent that is open, or large, is not supported",
                    formatv("up to {0} elements", kMost));
  for (int64_t step = 1; step < *extent; step *= 2) {
    Scanned before, after;
    for (Value v : values) {
      AffineExpr rest = n.expr(*extent - step);
      before.push_back(n.slice(v, axis, n.expr(0), rest));
      after.push_back(n.slice(v, axis, n.expr(step), rest));
    }
    Scanned next = combine(before, after);
    for (auto [v, joined] : llvm::zip(values, next))
      v = n.concat({n.slice(v, axis, n.expr(0), n.expr(step)), joined}, axis);
  }
}

/// The extreme so far, and where the last one of equal ones is.
template <typename Compare> void buildExtremeSoFar(Node &n) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  if (n.failed() || isBool(n.elementOf(x)))
    return n.refuse("bool is not supported", "numbers");
  if (n.rank(x) == 0) {
    n.out(0, x);
    return n.out(1, n.scalarInt(n.i64Type(), 0));
  }
  Scanned values{x, n.iota(n.i64Type(), axis, n.dims(x))};
  scan(n, values, axis, [&](const Scanned &before, const Scanned &after) {
    Value isNext = n.compare<Compare>(after[0], before[0]);
    if (n.isFloat(x))
      isNext = n.binary<OrOp>(isNext, n.isNan(after[0]));
    return Scanned{n.select(isNext, after[0], before[0]),
                   n.select(isNext, after[1], before[1])};
  });
  if (!n.failed())
    n.outAll(values);
}

/// Of pairs the greater one plus log(1 + exp of the distance).
void buildLogCumsumExp(Node &n) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  if (n.failed() || !n.isFloat(x))
    return n.refuse("integers are not supported", "reals");
  Scanned values{wide(n, x)};
  if (n.rank(x) > 0)
    scan(n, values, axis, [&](const Scanned &before, const Scanned &after) {
      Value most = n.max(before[0], after[0]),
            least = n.min(before[0], after[0]);
      Value rest = n.unary<Log1pOp>(n.unary<ExpOp>(n.sub(least, most)));
      // Infinities have no distance.
      Value isSame =
          n.compare<EqualOp>(n.unary<AbsOp>(most), n.like(most, INFINITY));
      return Scanned{n.select(isSame, most, n.add(most, rest))};
    });
  if (!n.failed())
    n.out(n.cast(values[0], n.elementOf(x)));
}

void buildLogsumexp(Node &n) {
  Reduced r = readAxes(n);
  Type element;
  Value x = realOperand(n, r.x, element);
  if (!n.failed())
    n.out(n.cast(reduceLogSumExp(n, {x, r.axes, r.keepdims}), element));
}

/// (sum of |x|^p)^(1/p), with its limits.
void buildVectorNorm(Node &n) {
  Value x = n.tensor("self");
  double order = n.real("ord");
  Ints axes = n.axes("dim", x);
  bool keepdims = n.flag("keepdim");
  Type element = n.dtype("dtype", n.elementOf(x));
  if (n.failed() || !isa<FloatType>(element))
    return n.fail("a norm of integers needs a dtype of reals");
  x = n.unary<AbsOp>(wide(n, n.cast(x, element)));
  Value y;
  if (std::isinf(order)) {
    requireElements(n, x, axes);
    y = n.reduce(order > 0 ? "max" : "min", x, axes, keepdims);
  } else if (order == 0) {
    Value isThere = n.unary<NotOp>(n.compare<EqualOp>(x, n.like(x, 0)));
    y = n.reduce("sum", n.cast(isThere, n.elementOf(x)), axes, keepdims);
  } else if (order == 1) {
    y = n.reduce("sum", x, axes, keepdims);
  } else if (order == 2) {
    y = n.unary<SqrtOp>(n.reduce("sum", n.mul(x, x), axes, keepdims));
  } else {
    Value sum =
        n.reduce("sum", n.binary<PowOp>(x, n.like(x, order)), axes, keepdims);
    y = n.binary<PowOp>(sum, n.like(sum, 1 / order));
  }
  n.out(n.cast(y, element));
}

void buildSoftmax(Node &n, bool logarithm) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  Type element = n.elementOf(x);
  if (n.schema.find("dtype"))
    element = n.dtype("dtype", n.isFloat(x) ? element : n.f32Type());
  else if (n.flag("half_to_float"))
    element = n.f32Type();
  if (n.failed() || !isa<FloatType>(element))
    return n.fail("integers need a dtype of reals");
  x = n.cast(x, element);
  bool isScalar = n.rank(x) == 0;
  if (isScalar)
    x = n.reshape(x, {n.expr(1)});
  Value y = logarithm ? n.unary<LogSoftmaxOp>(x, {{"axis", n.i64(axis)}})
                      : n.unary<SoftmaxOp>(x, {{"axis", n.i64(axis)}});
  n.out(isScalar ? n.reshape(y, {}) : y);
}
void buildPlainSoftmax(Node &n) { buildSoftmax(n, false); }
void buildLogSoftmax(Node &n) { buildSoftmax(n, true); }

/// Of a row that is minus infinity throughout, zeros.
void buildSafeSoftmax(Node &n) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  Type element = n.dtype("dtype", n.elementOf(x));
  if (n.failed() || n.rank(x) == 0 || !isa<FloatType>(element))
    return n.refuse("integers and scalars are not supported", "reals");
  x = n.cast(x, element);
  Value most = n.reduce("max", x, {axis}, true);
  Value isEmpty = n.compare<EqualOp>(most, n.like(x, -INFINITY));
  Value y = n.unary<SoftmaxOp>(x, {{"axis", n.i64(axis)}});
  n.out(n.select(isEmpty, n.like(y, 0), y));
}

constexpr OpRow kRows[] = {
    {"aten::sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", buildSum},
    {"aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     buildSum},
    {"aten::prod(Tensor self, *, ScalarType? dtype=None) -> Tensor", buildProd},
    {"aten::prod.dim_int(Tensor self, int dim, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     buildProd},
    {"aten::mean(Tensor self, *, ScalarType? dtype=None) -> Tensor", buildMean},
    {"aten::mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, "
     "ScalarType? dtype=None) -> Tensor",
     buildMean},
    {"aten::max(Tensor self) -> Tensor", buildMax},
    {"aten::min(Tensor self) -> Tensor", buildMin},
    {"aten::amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor",
     buildMax},
    {"aten::amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor",
     buildMin},
    {"aten::aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> "
     "(Tensor min, Tensor max)",
     buildAminmax},
    {"aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor "
     "values, Tensor indices)",
     buildMaxDim},
    {"aten::min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor "
     "values, Tensor indices)",
     buildMinDim},
    {"aten::argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor",
     buildArgmax},
    {"aten::argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor",
     buildArgmin},
    {"aten::any(Tensor self) -> Tensor", buildAny},
    {"aten::any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor",
     buildAny},
    {"aten::any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> "
     "Tensor",
     buildAny},
    {"aten::all(Tensor self) -> Tensor", buildAll},
    {"aten::all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor",
     buildAll},
    {"aten::all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> "
     "Tensor",
     buildAll},
    {"aten::var.correction(Tensor self, int[1]? dim=None, *, Scalar? "
     "correction=None, bool keepdim=False) -> Tensor",
     buildVar},
    {"aten::std.correction(Tensor self, int[1]? dim=None, *, Scalar? "
     "correction=None, bool keepdim=False) -> Tensor",
     buildStd},
    {"aten::var_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? "
     "correction=None, bool keepdim=False) -> (Tensor, Tensor)",
     buildVarMean},
    {"aten::var(Tensor self, bool unbiased=True) -> Tensor", buildVar},
    {"aten::var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool "
     "keepdim=False) -> Tensor",
     buildVar},
    {"aten::std(Tensor self, bool unbiased=True) -> Tensor", buildStd},
    {"aten::std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool "
     "keepdim=False) -> Tensor",
     buildStd},
    {"aten::var_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)",
     buildVarMean},
    {"aten::var_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool "
     "keepdim=False) -> (Tensor, Tensor)",
     buildVarMean},
    {"aten::cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor",
     buildCumsum},
    {"aten::cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor",
     buildCumprod},
    {"aten::cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)",
     buildExtremeSoFar<GreaterEqualOp>},
    {"aten::cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)",
     buildExtremeSoFar<LessEqualOp>},
    {"aten::logcumsumexp(Tensor self, int dim) -> Tensor", buildLogCumsumExp},
    {"aten::logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor",
     buildLogsumexp},
    {"aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, "
     "bool keepdim=False, *, ScalarType? dtype=None) -> Tensor",
     buildVectorNorm},
    {"aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> "
     "Tensor",
     buildPlainSoftmax},
    {"aten::_softmax(Tensor self, int dim, bool half_to_float) -> Tensor",
     buildPlainSoftmax},
    {"aten::log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> "
     "Tensor",
     buildLogSoftmax},
    {"aten::_log_softmax(Tensor self, int dim, bool half_to_float) -> Tensor",
     buildLogSoftmax},
    {"aten::_safe_softmax(Tensor self, int dim, ScalarType? dtype=None) -> "
     "Tensor",
     buildSafeSoftmax},
};

} // namespace

ArrayRef<OpRow> reductionRows() { return kRows; }

} // namespace opc::torch
