//===- KnownMovement.cpp - moving and reducing known elements -------------===//
//
// What picks, joins, repeats or sums up elements of small tensors.
//
//===----------------------------------------------------------------------===//
#include "Known.h"

using namespace mlir;

namespace opc::onnx {
namespace {

/// Appends element `at` of `from` (null: not known) to `to`.
bool append(Known &to, const Known &from, int64_t at) {
  if (at < 0 || at >= static_cast<int64_t>(from.size()))
    return false;
  if (from.isReal())
    to.reals.push_back(from.reals[at]);
  else
    to.ints.push_back(from.ints[at]);
  return true;
}

/// Whether an axis is the one of a vector.
bool isOnlyAxis(int64_t axis) { return axis == 0 || axis == -1; }

Result evaluateGather(Node &n, ArrayRef<Known> in) {
  if (in.size() != 2 || in[0].shape.size() != 1 || in[1].isReal() ||
      !isOnlyAxis(n.integer("axis", 0)))
    return std::nullopt;
  Known result{in[0].element, in[1].shape};
  int64_t count = in[0].size();
  for (AffineExpr index : in[1].ints) {
    auto at = index ? constantOf(index) : std::nullopt;
    if (!at || !append(result, in[0], *at < 0 ? *at + count : *at))
      return std::nullopt;
  }
  return result;
}

Result evaluateConcat(Node &n, ArrayRef<Known> in) {
  if (in.empty() || !n.hasAttr("axis") || !isOnlyAxis(n.integer("axis", 0)))
    return std::nullopt;
  Known result{in[0].element, {0}};
  for (const Known &part : in) {
    if (part.shape.size() != 1 || part.element != result.element)
      return std::nullopt;
    result.shape[0] += part.shape[0];
    llvm::append_range(result.ints, part.ints);
    llvm::append_range(result.reals, part.reals);
  }
  return result;
}

/// What Slice takes along one axis.
struct Part {
  int64_t axis, start, end, step;
};

/// Nothing where a bound is not known, or more than one axis is sliced.
std::optional<Part> slicedPart(ArrayRef<Known> in) {
  Ints v{0, 0, 0, 1}; // starts, ends, axes, steps
  for (size_t i = 1; i < in.size() && i < 5; ++i) {
    bool isList = in[i].shape.size() == 1 && !in[i].isReal() &&
                  in[i].element.getIntOrFloatBitWidth() >= 32;
    AffineExpr e = isList && in[i].size() == 1 ? in[i].ints[0] : AffineExpr();
    auto value = e ? constantOf(e) : std::nullopt;
    if (!value)
      return std::nullopt;
    v[i - 1] = std::clamp(*value, -kLargestExtent, kLargestExtent);
  }
  int64_t rank = in[0].shape.size(), step = v[3];
  if (step == 0 || v[2] < -rank || v[2] >= rank)
    return std::nullopt;
  int64_t axis = v[2] < 0 ? v[2] + rank : v[2], count = in[0].shape[axis];
  // As the op is defined: a start is moved to an element that is there, an end
  // may lie one before the first.
  auto front = [&](int64_t at) { return at < 0 ? at + count : at; };
  int64_t last = step > 0 ? count : count - 1, before = step > 0 ? 0 : -1;
  return Part{axis,
              std::clamp<int64_t>(front(v[0]), 0, std::max<int64_t>(last, 0)),
              std::clamp(front(v[1]), before, last), step};
}

Result evaluateSlice(Node &n, ArrayRef<Known> in) {
  if (n.opset < 10 || in.size() < 3 || in.size() > 5)
    return std::nullopt;
  std::optional<Part> part = slicedPart(in);
  if (!part)
    return std::nullopt;
  const Ints &shape = in[0].shape;
  int64_t inner = countOf(ArrayRef(shape).drop_front(part->axis + 1));
  int64_t outer = countOf(ArrayRef(shape).take_front(part->axis));
  int64_t count = shape[part->axis];
  Ints picked;
  for (int64_t i = part->start; part->step > 0 ? i < part->end : i > part->end;
       i += part->step)
    if (i < count)
      picked.push_back(i);
  Known result{in[0].element, shape};
  result.shape[part->axis] = picked.size();
  for (int64_t block = 0; block < outer; ++block)
    for (int64_t i : picked)
      for (int64_t at = 0; at < inner; ++at)
        append(result, in[0], (block * count + i) * inner + at);
  return result;
}

Result evaluateTranspose(Node &n, ArrayRef<Known> in) {
  if (in.size() != 1)
    return std::nullopt;
  const Ints &shape = in[0].shape;
  int64_t rank = shape.size();
  Ints backwards(llvm::reverse(axesUpTo(rank)));
  Ints perm = n.axesIn(n.integers("perm").value_or(backwards), rank);
  if (n.failed() || static_cast<int64_t>(perm.size()) != rank)
    return std::nullopt;
  Known result{in[0].element, {}};
  for (int64_t axis : perm)
    result.shape.push_back(shape[axis]);
  for (int64_t i = 0, e = countOf(shape); i < e; ++i) {
    int64_t source = 0, rest = i;
    for (int64_t axis = rank; axis-- > 0; rest /= result.shape[axis])
      source += rest % result.shape[axis] *
                countOf(ArrayRef(shape).drop_front(perm[axis] + 1));
    append(result, in[0], source);
  }
  return result;
}

/// Whether a reduction of a scalar or vector is over all of it: no axes, or the
/// vector's own. They are an input from opset `asInput` on.
bool reducesAll(Node &n, ArrayRef<Known> in, int64_t asInput) {
  Dims axes;
  if (n.opset < asInput)
    axes = n.exprList(n.integers("axes").value_or(Ints()));
  else if (in.size() == 2 && !in[1].isReal() && in[1].shape.size() == 1)
    axes = in[1].ints;
  if (in.size() > (n.opset < asInput ? 1 : 2) ||
      (axes.empty() && n.flag("noop_with_empty_axes", false)))
    return false;
  n.ignore("noop_with_empty_axes");
  size_t rank = in[0].shape.size();
  return axes.size() <= rank && llvm::all_of(axes, [](AffineExpr axis) {
           auto known = axis ? constantOf(axis) : std::nullopt;
           return known && isOnlyAxis(*known);
         });
}

/// A line of integers to one.
template <IntFunction combine, int64_t asInput>
Result evaluateReduce(Node &n, ArrayRef<Known> in) {
  if (in[0].isReal() || in[0].shape.size() > 1 || in[0].size() == 0 ||
      !reducesAll(n, in, asInput))
    return std::nullopt;
  bool keep = n.flag("keepdims", true) && in[0].shape.size() == 1;
  Known result{in[0].element, keep ? Ints{1} : Ints()};
  AffineExpr total = in[0].ints[0];
  for (AffineExpr next : llvm::drop_begin(in[0].ints))
    total = total ? combine(n, {total, next}) : total;
  result.ints.push_back(total ? n.wrapped(result.element, total) : total);
  return result;
}

Result evaluateConstantOfShape(Node &n, ArrayRef<Known> in) {
  if (in.size() != 1 || in[0].isReal() || in[0].shape.size() != 1)
    return std::nullopt;
  Known result{n.f32Type(), {}};
  for (AffineExpr extent : in[0].ints) {
    auto value = extent ? constantOf(extent) : std::nullopt;
    if (!value || *value < 0 || *value > ShapeEnv::contentsLimit)
      return std::nullopt;
    result.shape.push_back(*value);
    if (countOf(result.shape) > ShapeEnv::contentsLimit)
      return std::nullopt;
  }
  int64_t count = countOf(result.shape);
  if (!n.hasAttr("value")) {
    result.reals.assign(count, 0);
    return result;
  }
  auto value = dyn_cast_or_null<DenseElementsAttr>(n.tensor("value"));
  if (!value || value.getNumElements() != 1 ||
      !isa<IntegerType>(value.getElementType()) ||
      !isEvaluable(value.getElementType()))
    return std::nullopt;
  result.element = value.getElementType();
  APInt item = value.getSplatValue<APInt>();
  bool isSigned =
      !result.element.isUnsignedInteger() && item.getBitWidth() != 1;
  result.ints.assign(
      count, n.expr(isSigned ? item.getSExtValue() : item.getLimitedValue()));
  return result;
}

Result evaluateRange(Node &n, ArrayRef<Known> in) {
  Ints v;
  for (const Known &k : in) {
    if (k.isReal() || k.size() != 1 || !k.ints[0] || !constantOf(k.ints[0]))
      return std::nullopt;
    v.push_back(*constantOf(k.ints[0]));
  }
  bool huge = llvm::any_of(
      v, [](int64_t x) { return x < -kLargestExtent || x > kLargestExtent; });
  if (v.size() != 3 || v[2] == 0 || huge)
    return std::nullopt;
  Known result{in[0].element, {0}};
  for (int64_t i = v[0]; v[2] > 0 ? i < v[1] : i > v[1]; i += v[2]) {
    if (result.size() >= ShapeEnv::contentsLimit)
      return std::nullopt;
    result.ints.push_back(n.expr(i));
  }
  result.shape[0] = result.size();
  return result;
}

Result evaluateExpand(Node &n, ArrayRef<Known> in) {
  if (in.size() != 2 || in[1].isReal())
    return std::nullopt;
  Known target{in[0].element, {}};
  for (AffineExpr extent : in[1].ints) {
    auto value = extent ? constantOf(extent) : std::nullopt;
    if (!value || *value < 0 || *value > ShapeEnv::contentsLimit)
      return std::nullopt;
    target.shape.push_back(*value);
  }
  std::optional<Ints> shape = broadcastShape({in[0], target});
  if (!shape || countOf(*shape) > ShapeEnv::contentsLimit)
    return std::nullopt;
  target.shape = *shape;
  for (int64_t i = 0, e = countOf(*shape); i < e; ++i)
    append(target, in[0], sourceIndex(in[0].shape, *shape, i));
  return target;
}

constexpr EvaluationRow kRows[] = {
    {"Concat", evaluateConcat},
    {"ConstantOfShape", evaluateConstantOfShape},
    {"Expand", evaluateExpand},
    {"Gather", evaluateGather},
    {"Range", evaluateRange},
    {"ReduceMax", evaluateReduce<maxInts, 18>},
    {"ReduceMin", evaluateReduce<minInts, 18>},
    {"ReduceProd", evaluateReduce<mulInts, 18>},
    {"ReduceSum", evaluateReduce<addInts, 13>},
    {"Slice", evaluateSlice},
    {"Transpose", evaluateTranspose},
};

} // namespace

ArrayRef<EvaluationRow> movementEvaluations() { return kRows; }

} // namespace opc::onnx
