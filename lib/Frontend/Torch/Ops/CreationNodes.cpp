//===- CreationNodes.cpp - tensors out of numbers -------------------------===//
#include "PromotedOperands.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// The dtype of a number that nothing says another of.
Type typeOf(Node &n, const Operand &number) {
  return number.isReal() ? n.f32Type() : number.type;
}

void fill(Node &n, const Dims &dims, const Operand &value, Type element) {
  if (n.failed())
    return;
  for (AffineExpr extent : dims)
    n.requireAtMost(n.expr(0), extent, "an extent of {1} is negative");
  n.out(n.broadcast(as(n, value, element), dims));
}

void buildFull(Node &n) {
  Dims dims = n.extents("size");
  Operand value = n.operand("fill_value");
  fill(n, dims, value, n.dtype("dtype", typeOf(n, value)));
}
template <int Number> void buildFilled(Node &n) {
  fill(n, n.extents("size"), Operand::number(n, n.expr(Number)),
       n.dtype("dtype", n.f32Type()));
}
/// Of the extents of self.
void buildFullLike(Node &n) {
  Value x = n.tensor("self");
  Operand value = n.operand("fill_value");
  fill(n, n.dims(x), value, n.dtype("dtype", n.elementOf(x)));
}
template <int Number> void buildLike(Node &n) {
  Value x = n.tensor("self");
  fill(n, n.dims(x), Operand::number(n, n.expr(Number)),
       n.dtype("dtype", n.elementOf(x)));
}
/// Of the dtype of self.
void buildNewFull(Node &n) {
  Value x = n.tensor("self");
  Operand value = n.operand("fill_value");
  fill(n, n.extents("size"), value, n.dtype("dtype", n.elementOf(x)));
}
template <int Number> void buildNew(Node &n) {
  Value x = n.tensor("self");
  fill(n, n.extents("size"), Operand::number(n, n.expr(Number)),
       n.dtype("dtype", n.elementOf(x)));
}
/// What a tensor holds that nobody has written is not defined: zeros.
void buildEmptyStrided(Node &n) {
  n.ignore("stride");
  buildFilled<0>(n);
}
void buildEmptyPermuted(Node &n) {
  n.ignore("physical_layout");
  buildFilled<0>(n);
}
void buildNewEmptyStrided(Node &n) {
  n.ignore("stride");
  buildNew<0>(n);
}

void buildFill(Node &n) {
  Value x = n.tensor("self");
  fill(n, n.dims(x), n.operand("value"), n.elementOf(x));
}
void buildZero(Node &n) {
  Value x = n.tensor("self");
  fill(n, n.dims(x), Operand::number(n, n.expr(0)), n.elementOf(x));
}
void buildScalarTensor(Node &n) {
  Operand value = n.operand("s");
  fill(n, {}, value, n.dtype("dtype", n.f32Type()));
}

/// The number of elements from start to end; nothing where it is not known.
AffineExpr lengthOf(Node &n, const Operand &start, const Operand &end,
                    const Operand &step) {
  if (!start.isReal() && !end.isReal() && !step.isReal()) {
    std::optional<int64_t> by = constantOf(step.integer);
    if (!by || *by == 0) {
      n.refuse("this step is not supported", "a number that is not 0");
      return n.expr(0);
    }
    AffineExpr distance =
        *by > 0 ? end.integer - start.integer : start.integer - end.integer;
    AffineExpr count = (distance + (std::abs(*by) - 1)).floorDiv(std::abs(*by));
    if (std::optional<int64_t> known = constantOf(n.simplify(count)))
      return n.expr(std::max<int64_t>(*known, 0));
    n.requireAtMost(n.expr(0), count, "a range of {1} elements");
    return count;
  }
  auto real = [&](const Operand &o) -> std::optional<double> {
    if (o.isReal())
      return o.value ? std::nullopt : std::optional(o.real);
    std::optional<int64_t> known = constantOf(o.integer);
    return known ? std::optional<double>(*known) : std::nullopt;
  };
  std::optional<double> from = real(start), to = real(end), by = real(step);
  double count =
      from && to && by && *by != 0 ? std::ceil((*to - *from) / *by) : -1;
  if (!(count >= 0 && count < double(kLargestExtent)))
    n.refuse("a range of reals whose length is not known is not supported",
             "numbers");
  return n.expr(static_cast<int64_t>(std::max(count, 0.0)));
}

void range(Node &n, Operand start, Operand end, Operand step) {
  if (n.failed())
    return;
  bool real = start.isReal() || end.isReal() || step.isReal();
  Type element = n.dtype("dtype", real ? n.f32Type() : n.i64Type());
  AffineExpr count = lengthOf(n, start, end, step);
  if (n.failed() || isBool(element))
    return n.refuse("a range of bool is not supported", "integers");
  // Each element is rounded once.
  Type exact =
      isa<FloatType>(element) ? n.state.builder.getF64Type() : n.i64Type();
  Value places = n.cast(n.iota(n.i64Type(), 0, {count}), exact);
  Value y = n.add(as(n, start, exact), n.mul(places, as(n, step, exact)));
  n.out(n.cast(y, element));
}
void buildArange(Node &n) {
  Operand zero = Operand::number(n, n.expr(0)),
          one = Operand::number(n, n.expr(1));
  range(n, zero, n.operand("end"), one);
}
void buildArangeStart(Node &n) {
  range(n, n.operand("start"), n.operand("end"), Operand::number(n, n.expr(1)));
}
void buildArangeStep(Node &n) {
  range(n, n.operand("start"), n.operand("end"), n.operand("step"));
}

/// Whether column - row, of the last two axes, is at most (at least) `k`.
Value triangle(Node &n, AffineExpr rows, AffineExpr columns, int64_t k,
               bool lower) {
  Value row = n.iota(n.i64Type(), 0, {rows, n.expr(1)});
  Value column = n.iota(n.i64Type(), 1, {n.expr(1), columns});
  Value distance = n.sub(column, row), limit = n.scalarInt(n.i64Type(), k);
  return lower ? n.compare<LessEqualOp>(distance, limit)
               : n.compare<GreaterEqualOp>(distance, limit);
}
template <bool Lower> void buildTriangle(Node &n) {
  Value x = n.tensor("self");
  int64_t k = n.integer("diagonal");
  if (n.failed() || n.rank(x) < 2)
    return n.fail("a matrix is wanted");
  Value kept = triangle(n, n.dim(x, -2), n.dim(x, -1), k, Lower);
  Value none =
      isBool(n.elementOf(x)) ? n.scalarInt(n.boolType(), 0) : n.like(x, 0);
  n.out(n.select(kept, x, none));
}
void eye(Node &n, AffineExpr rows, AffineExpr columns) {
  Type element = n.dtype("dtype", n.f32Type());
  if (n.failed())
    return;
  Value isOn = n.compare<EqualOp>(n.iota(n.i64Type(), 0, {rows, n.expr(1)}),
                                  n.iota(n.i64Type(), 1, {n.expr(1), columns}));
  n.out(n.cast(isOn, element));
}
void buildEye(Node &n) {
  AffineExpr size = n.extent("n");
  eye(n, size, size);
}
void buildEyeM(Node &n) { eye(n, n.extent("n"), n.extent("m")); }

constexpr OpRow kRows[] = {
    {"aten::full(SymInt[] size, Scalar fill_value, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> "
     "Tensor",
     buildFull},
    {"aten::zeros(SymInt[] size, *, ScalarType? dtype=None, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     buildFilled<0>},
    {"aten::_efficientzerotensor(SymInt[] size, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> "
     "Tensor",
     buildFilled<0>},
    {"aten::ones(SymInt[] size, *, ScalarType? dtype=None, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     buildFilled<1>},
    {"aten::empty.memory_format(SymInt[] size, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None, "
     "MemoryFormat? memory_format=None) -> Tensor",
     buildFilled<0>},
    {"aten::empty_strided(SymInt[] size, SymInt[] stride, *, ScalarType? "
     "dtype=None, Layout? layout=None, Device? device=None, bool? "
     "pin_memory=None) -> Tensor",
     buildEmptyStrided},
    {"aten::empty_permuted(SymInt[] size, int[] physical_layout, *, "
     "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? "
     "pin_memory=None) -> Tensor",
     buildEmptyPermuted},
    {"aten::full_like(Tensor self, Scalar fill_value, *, ScalarType? "
     "dtype=None, Layout? layout=None, Device? device=None, bool? "
     "pin_memory=None, MemoryFormat? memory_format=None) -> Tensor",
     buildFullLike},
    {"aten::zeros_like(Tensor self, *, ScalarType? dtype=None, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? "
     "memory_format=None) -> Tensor",
     buildLike<0>},
    {"aten::ones_like(Tensor self, *, ScalarType? dtype=None, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? "
     "memory_format=None) -> Tensor",
     buildLike<1>},
    {"aten::empty_like(Tensor self, *, ScalarType? dtype=None, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? "
     "memory_format=None) -> Tensor",
     buildLike<0>},
    {"aten::new_full(Tensor self, SymInt[] size, Scalar fill_value, *, "
     "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? "
     "pin_memory=None) -> Tensor",
     buildNewFull},
    {"aten::new_zeros(Tensor self, SymInt[] size, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> "
     "Tensor",
     buildNew<0>},
    {"aten::new_ones(Tensor self, SymInt[] size, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> "
     "Tensor",
     buildNew<1>},
    {"aten::new_empty(Tensor self, SymInt[] size, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> "
     "Tensor",
     buildNew<0>},
    {"aten::new_empty_strided(Tensor self, SymInt[] size, SymInt[] stride, *, "
     "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? "
     "pin_memory=None) -> Tensor",
     buildNewEmptyStrided},
    {"aten::fill.Scalar(Tensor self, Scalar value) -> Tensor", buildFill},
    {"aten::fill.Tensor(Tensor self, Tensor value) -> Tensor", buildFill},
    {"aten::zero(Tensor self) -> Tensor", buildZero},
    {"aten::scalar_tensor(Scalar s, *, ScalarType? dtype=None, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     buildScalarTensor},
    {"aten::arange(Scalar end, *, ScalarType? dtype=None, Layout? layout=None, "
     "Device? device=None, bool? pin_memory=None) -> Tensor",
     buildArange},
    {"aten::arange.start(Scalar start, Scalar end, *, ScalarType? dtype=None, "
     "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> "
     "Tensor",
     buildArangeStart},
    {"aten::arange.start_step(Scalar start, Scalar end, Scalar step=1, *, "
     "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? "
     "pin_memory=None) -> Tensor",
     buildArangeStep},
    {"aten::tril(Tensor self, SymInt diagonal=0) -> Tensor",
     buildTriangle<true>},
    {"aten::triu(Tensor self, SymInt diagonal=0) -> Tensor",
     buildTriangle<false>},
    {"aten::eye(SymInt n, *, ScalarType? dtype=None, Layout? layout=None, "
     "Device? device=None, bool? pin_memory=None) -> Tensor",
     buildEye},
    {"aten::eye.m(SymInt n, SymInt m, *, ScalarType? dtype=None, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None) -> Tensor",
     buildEyeM},
};

} // namespace

ArrayRef<OpRow> creationRows() { return kRows; }

} // namespace opc::torch
