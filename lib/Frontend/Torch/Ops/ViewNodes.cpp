//===- ViewNodes.cpp - other shapes, parts and orders of a tensor ---------===//
//
// Tensors are values here: what is a view in torch is one of these ops, and
// what copies nothing but the memory is the operand itself.
//
//===----------------------------------------------------------------------===//
#include "PromotedOperands.h"
#include "opc/Frontend/Graph/Arrays/Reshaping.h"
#include "opc/Frontend/Graph/Arrays/Slicing.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

void buildSame(Node &n) { n.out(n.tensor("self")); }
void buildClone(Node &n) {
  n.isCopy = true;
  buildSame(n);
}

void buildView(Node &n, StringRef size) {
  Value x = n.tensor("self");
  Dims target = n.extents(size);
  if (!n.failed())
    n.out(reshapeTo(n, x, target));
}
void buildSizeView(Node &n) { buildView(n, "size"); }
void buildReshape(Node &n) { buildView(n, "shape"); }

void buildFlatten(Node &n) {
  Value x = n.tensor("self");
  int64_t first = n.axis("start_dim", x), last = n.axis("end_dim", x);
  if (n.failed())
    return;
  if (n.rank(x) == 0)
    return n.out(n.reshape(x, {n.expr(1)}));
  if (first > last)
    return n.fail("start_dim lies behind end_dim");
  Dims dims = n.dims(x);
  AffineExpr joined = n.sizeOf(x, first, last + 1);
  dims.erase(dims.begin() + first, dims.begin() + last + 1);
  dims.insert(dims.begin() + first, joined);
  n.out(n.reshape(x, dims));
}

void buildUnflatten(Node &n) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  Dims sizes = n.extents("sizes");
  if (n.failed())
    return;
  Dims dims = n.dims(x), target(dims.begin(), dims.begin() + axis);
  target.append(sizes);
  target.append(dims.begin() + axis + 1, dims.end());
  n.out(reshapeTo(n, x, target));
}

void buildPermute(Node &n) {
  Value x = n.tensor("self");
  Ints perm = n.axesIn(n.integers("dims"), n.rank(x));
  if (!n.failed() && static_cast<int64_t>(perm.size()) != n.rank(x))
    return n.fail(formatv("{0} axes for rank {1}", perm.size(), n.rank(x)));
  n.out(n.transpose(x, perm));
}

void exchange(Node &n, Value x, int64_t a, int64_t b) {
  if (n.failed() || n.rank(x) < 2)
    return n.out(x);
  Ints perm = axesUpTo(n.rank(x));
  std::swap(perm[a], perm[b]);
  n.out(n.transpose(x, perm));
}
void buildTranspose(Node &n) {
  Value x = n.tensor("self");
  int64_t a = n.axis("dim0", x), b = n.axis("dim1", x);
  exchange(n, x, a, b);
}
void buildT(Node &n) {
  Value x = n.tensor("self");
  if (!n.failed() && n.rank(x) > 2)
    return n.fail(formatv("rank {0} is more than 2", n.rank(x)));
  exchange(n, x, 0, 1);
}
void buildMT(Node &n) {
  Value x = n.tensor("self");
  exchange(n, x, n.rank(x) - 2, n.rank(x) - 1);
}
void buildMovedim(Node &n) {
  Value x = n.tensor("self");
  Ints from = n.axesIn(n.integers("source"), n.rank(x));
  Ints to = n.axesIn(n.integers("destination"), n.rank(x));
  if (n.failed() || from.size() != to.size())
    return n.fail("as many axes as places are wanted");
  Ints perm(n.rank(x), -1), rest;
  for (int64_t axis : axesUpTo(n.rank(x)))
    if (!llvm::is_contained(from, axis))
      rest.push_back(axis);
  for (auto [source, place] : llvm::zip(from, to))
    perm[place] = source;
  const int64_t *next = rest.begin();
  for (int64_t &axis : perm)
    if (axis < 0)
      axis = *next++;
  n.out(n.transpose(x, perm));
}

void buildUnsqueeze(Node &n) {
  Value x = n.tensor("self");
  n.out(n.unsqueeze(x, {n.integer("dim")}));
}

/// Drops those of the axes that have one element. An extent that only the run
/// knows is not 1: torch makes another graph for that.
void dropAxes(Node &n, Value x, ArrayRef<int64_t> axes) {
  if (n.failed())
    return;
  Dims dims = n.dims(x), kept;
  for (auto [i, extent] : llvm::enumerate(dims))
    if (!llvm::is_contained(axes, static_cast<int64_t>(i)) ||
        constantOf(extent) != 1)
      kept.push_back(extent);
  n.out(n.reshape(x, kept));
}
void buildSqueeze(Node &n) {
  Value x = n.tensor("self");
  dropAxes(n, x, axesUpTo(n.rank(x)));
}
void buildSqueezeDim(Node &n) {
  Value x = n.tensor("self");
  dropAxes(n, x, {n.axis("dim", x)});
}
void buildSqueezeDims(Node &n) {
  Value x = n.tensor("self");
  Ints axes = n.axesIn(n.integers("dim"), std::max<int64_t>(n.rank(x), 1));
  dropAxes(n, x, axes);
}

void expandTo(Node &n, Value x, Dims target) {
  if (n.failed())
    return;
  Dims old = n.dims(x);
  if (old.size() > target.size())
    return n.fail(
        formatv("{0} extents for rank {1}", target.size(), old.size()));
  size_t more = target.size() - old.size();
  for (auto [i, extent] : llvm::enumerate(old)) {
    AffineExpr &wanted = target[more + i];
    if (constantOf(wanted) == -1)
      wanted = extent;
    if (constantOf(extent) != 1)
      n.requireEqual(extent, wanted, "an extent of {0} is expanded to {1}");
  }
  n.out(n.broadcast(x, target));
}
void buildExpand(Node &n) {
  Value x = n.tensor("self");
  n.ignore("implicit"); // how torch itself writes the node
  expandTo(n, x, n.extents("size"));
}
void buildExpandAs(Node &n) {
  Value x = n.tensor("self");
  expandTo(n, x, n.dims(n.tensor("other")));
}

void buildRepeat(Node &n) {
  Value x = n.tensor("self");
  Dims repeats = n.extents("repeats");
  if (n.failed())
    return;
  int64_t more = static_cast<int64_t>(repeats.size()) - n.rank(x);
  if (more < 0)
    return n.fail("fewer repeats than axes");
  x = n.unsqueeze(x, axesUpTo(more));
  Dims dims = n.dims(x);
  for (auto [extent, count] : llvm::zip(dims, repeats))
    extent = extent * count;
  n.out(n.emit<TileOp>(x, {{"dims", n.exprs(dims)}}, n.elementOf(x)));
}

/// A range of an axis as slice.Tensor has it.
std::optional<Range> readRange(Node &n, Value x) {
  int64_t axis = n.axis("dim", x);
  AffineExpr start = n.optionalExtent("start"), end = n.optionalExtent("end");
  int64_t step = n.integer("step");
  if (!n.failed() && step < 1)
    n.fail(formatv("a step of {0} is less than 1", step));
  if (!n.failed() && n.rank(x) == 0)
    n.fail("a tensor without axes has no slices");
  if (n.failed())
    return std::nullopt;
  bool open = !end || constantOf(end).value_or(0) >= kLargestExtent;
  return Range{axis, start ? start : n.expr(0), open ? n.dim(x, axis) : end,
               step};
}
void buildSlice(Node &n) {
  Value x = n.tensor("self");
  if (std::optional<Range> range = readRange(n, x))
    n.out(sliceRanges(n, x, *range));
}

/// Position along an axis, which may count from the end.
AffineExpr positionOf(Node &n, AffineExpr index, AffineExpr extent) {
  std::optional<int64_t> known = constantOf(index);
  if (!known && n.leastOf(index).value_or(-1) < 0) {
    n.refuse("a position that may be negative is not supported", "a number");
    return {};
  }
  AffineExpr place = known && *known < 0 ? extent + *known : index;
  n.requireAtMost(n.expr(0), place, "position {1} lies before the first one");
  n.requireAtMost(place + 1, extent, "position {0} - 1 is outside of {1}");
  return place;
}
void buildSelect(Node &n) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  AffineExpr index = n.extent("index");
  if (n.failed() || n.rank(x) == 0)
    return n.fail("a tensor without axes has no parts");
  AffineExpr place = positionOf(n, index, n.dim(x, axis));
  if (place)
    n.out(n.squeeze(n.slice(x, axis, place, n.expr(1)), {axis}));
}
void buildNarrow(Node &n) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  AffineExpr start = n.extent("start"), length = n.extent("length");
  if (n.failed())
    return;
  if (constantOf(start).value_or(0) < 0)
    start = start + n.dim(x, axis);
  n.requireAtMost(n.expr(0), start, "a start of {1} lies before the first one");
  n.requireAtMost(start + length, n.dim(x, axis),
                  "a range up to {0} reaches beyond {1}");
  n.out(n.slice(x, axis, start, length));
}

void buildFlip(Node &n) {
  Value x = n.tensor("self");
  for (int64_t axis : n.axesIn(n.integers("dims"), n.rank(x)))
    x = n.flip(x, axis);
  n.out(x);
}

/// What lies before `shift` elements from the end comes behind them.
Value rolled(Node &n, Value x, int64_t axis, AffineExpr shift) {
  AffineExpr extent = n.dim(x, axis);
  std::optional<int64_t> by = constantOf(shift), of = constantOf(extent);
  if (of == 0 || by == 0)
    return x;
  if (of)
    shift = shift % *of;
  else
    shift = shift - n.quotient(shift, extent) * extent;
  if (n.leastOf(extent).value_or(0) < 1) // of nothing there is no rest
    shift = n.clamp(shift, n.expr(0), extent);
  AffineExpr head = extent - shift;
  return n.concat(
      {n.slice(x, axis, head, shift), n.slice(x, axis, n.expr(0), head)}, axis);
}
void buildRoll(Node &n) {
  Value x = n.tensor("self");
  Dims shifts = n.extents("shifts");
  std::optional<Ints> axes = n.optionalIntegers("dims");
  if (n.failed() || n.rank(x) == 0)
    return n.out(x);
  if (axes && axes->empty()) {
    if (shifts.size() != 1)
      return n.fail("one shift is wanted without dims");
    Value flat = n.reshape(x, {n.size(x)});
    return n.out(n.reshape(rolled(n, flat, 0, shifts[0]), n.dims(x)));
  }
  Ints places = n.axesIn(*axes, n.rank(x));
  if (places.size() != shifts.size())
    return n.fail("as many shifts as dims are wanted");
  for (auto [axis, shift] : llvm::zip(places, shifts))
    x = rolled(n, x, axis, shift);
  n.out(x);
}

/// A diagonal as the last axis.
void buildDiagonal(Node &n) {
  Value x = n.tensor("self");
  int64_t a = n.axis("dim1", x), b = n.axis("dim2", x);
  int64_t offset = n.integer("offset");
  if (n.failed() || a == b)
    return n.fail("two axes are wanted");
  Ints perm;
  for (int64_t axis : axesUpTo(n.rank(x)))
    if (axis != a && axis != b)
      perm.push_back(axis);
  perm.append({a, b});
  x = n.transpose(x, perm);
  AffineExpr rows = n.dim(x, -2), columns = n.dim(x, -1);
  AffineExpr height = rows - std::max<int64_t>(-offset, 0);
  AffineExpr width = columns - std::max<int64_t>(offset, 0);
  std::optional<int64_t> h = constantOf(height), w = constantOf(width);
  AffineExpr count = h && w ? n.expr(std::max<int64_t>(std::min(*h, *w), 0))
                            : n.clamp(n.clamp(height, n.expr(0), width),
                                      n.expr(0), n.expr(kLargestExtent));
  Dims flat(n.dims(x));
  flat.pop_back_n(2);
  flat.push_back(rows * columns);
  int64_t rank = flat.size();
  AffineExpr first =
      columns * std::max<int64_t>(-offset, 0) + std::max<int64_t>(offset, 0);
  std::optional<int64_t> step = constantOf(columns + 1);
  if (!step)
    return n.refuse("a diagonal of an open extent is not supported",
                    "a known extent");
  if (constantOf(count) == 0)
    first = n.expr(0);
  n.out(n.slice(n.reshape(x, flat), rank - 1, first, count, *step));
}

/// Windows of an axis as a new last one.
void buildUnfold(Node &n) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dimension", x);
  int64_t size = n.integer("size"), step = n.integer("step");
  if (n.failed() || n.rank(x) == 0 || size < 1 || size > 4096 || step < 1)
    return n.refuse("windows of this size or step are not supported");
  AffineExpr extent = n.dim(x, axis);
  n.requireAtMost(n.expr(size), extent, "windows of {0} for an extent of {1}");
  AffineExpr count = (extent - size).floorDiv(step) + 1;
  SmallVector<Value> parts;
  for (int64_t i = 0; i < size; ++i)
    parts.push_back(
        n.unsqueeze(n.slice(x, axis, n.expr(i), count, step), {n.rank(x)}));
  n.out(n.concat(parts, n.rank(x)));
}

void buildTo(Node &n, Type absent) {
  Value x = n.tensor("self");
  n.ignore("copy"); // values are not changed in place
  Type element = n.dtype("dtype", absent ? absent : n.elementOf(x));
  n.out(n.cast(x, element));
}
void buildToDtype(Node &n) { buildTo(n, {}); }
void buildToOther(Node &n) {
  Value x = n.tensor("self");
  n.ignore("copy");
  n.out(n.cast(x, n.elementOf(n.tensor("other"))));
}
void buildTypeAs(Node &n) {
  Value x = n.tensor("self");
  n.out(n.cast(x, n.elementOf(n.tensor("other"))));
}
void buildConvert(Node &n) {
  Value x = n.tensor("a");
  n.out(n.cast(x, n.dtype("dtype", n.elementOf(x))));
}

/// src in the dtype and the extents of self.
void buildCopy(Node &n) {
  Value self = n.tensor("self"), src = n.tensor("src");
  if (n.failed())
    return;
  expandTo(n, n.cast(src, n.elementOf(self)), n.dims(self));
}

constexpr OpRow kRows[] = {
    {"aten::alias(Tensor(a) self) -> Tensor(a)", buildSame},
    {"aten::clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor",
     buildClone},
    {"aten::contiguous(Tensor(a) self, *, MemoryFormat memory_format=0) -> "
     "Tensor(a)",
     buildSame},
    {"aten::detach(Tensor(a) self) -> Tensor(a)", buildSame},
    {"aten::lift_fresh_copy(Tensor self) -> Tensor", buildClone},
    {"aten::lift_fresh(Tensor(a) self) -> Tensor(a)", buildSame},
    {"aten::positive(Tensor(a) self) -> Tensor(a)", buildSame},
    {"aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a)", buildSizeView},
    {"aten::_unsafe_view(Tensor self, SymInt[] size) -> Tensor", buildSizeView},
    {"aten::reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)",
     buildReshape},
    {"aten::flatten.using_ints(Tensor(a) self, int start_dim=0, int "
     "end_dim=-1) -> Tensor(a)",
     buildFlatten},
    {"aten::unflatten.int(Tensor(a) self, int dim, SymInt[] sizes) -> "
     "Tensor(a)",
     buildUnflatten},
    {"aten::permute(Tensor(a) self, int[] dims) -> Tensor(a)", buildPermute},
    {"aten::transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)",
     buildTranspose},
    {"aten::t(Tensor(a) self) -> Tensor(a)", buildT},
    {"aten::numpy_T(Tensor(a) self) -> Tensor(a)", buildT},
    {"aten::mT(Tensor(a) self) -> Tensor(a)", buildMT},
    {"aten::movedim.int(Tensor(a) self, int source, int destination) -> "
     "Tensor(a)",
     buildMovedim},
    {"aten::movedim.intlist(Tensor(a) self, int[] source, int[] destination) "
     "-> Tensor(a)",
     buildMovedim},
    {"aten::unsqueeze(Tensor(a) self, int dim) -> Tensor(a)", buildUnsqueeze},
    {"aten::squeeze(Tensor(a) self) -> Tensor(a)", buildSqueeze},
    {"aten::squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)",
     buildSqueezeDim},
    {"aten::squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)",
     buildSqueezeDims},
    {"aten::expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> "
     "Tensor(a)",
     buildExpand},
    {"aten::expand_as(Tensor(a) self, Tensor other) -> Tensor(a)",
     buildExpandAs},
    {"aten::repeat(Tensor self, SymInt[] repeats) -> Tensor", buildRepeat},
    {"aten::slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, "
     "SymInt? end=None, SymInt step=1) -> Tensor(a)",
     buildSlice},
    {"aten::select.int(Tensor(a) self, int dim, SymInt index) -> Tensor(a)",
     buildSelect},
    {"aten::narrow(Tensor(a) self, int dim, SymInt start, SymInt length) -> "
     "Tensor(a)",
     buildNarrow},
    {"aten::flip(Tensor self, int[] dims) -> Tensor", buildFlip},
    {"aten::roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor",
     buildRoll},
    {"aten::diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> "
     "Tensor(a)",
     buildDiagonal},
    {"aten::unfold(Tensor(a) self, int dimension, int size, int step) -> "
     "Tensor(a)",
     buildUnfold},
    {"aten::to.dtype(Tensor(a) self, ScalarType dtype, bool "
     "non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) "
     "-> Tensor(a)",
     buildToDtype},
    {"aten::to.dtype_layout(Tensor(a) self, *, ScalarType? dtype=None, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None, bool "
     "non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) "
     "-> Tensor(a)",
     buildToDtype},
    {"aten::to.device(Tensor(a) self, Device device, ScalarType dtype, bool "
     "non_blocking=False, bool copy=False, MemoryFormat? memory_format=None) "
     "-> Tensor(a)",
     buildToDtype},
    {"aten::to.other(Tensor(a) self, Tensor other, bool non_blocking=False, "
     "bool copy=False, MemoryFormat? memory_format=None) -> Tensor(a)",
     buildToOther},
    {"aten::_to_copy(Tensor self, *, ScalarType? dtype=None, Layout? "
     "layout=None, Device? device=None, bool? pin_memory=None, bool "
     "non_blocking=False, MemoryFormat? memory_format=None) -> Tensor",
     buildToDtype},
    {"aten::type_as(Tensor self, Tensor other) -> Tensor", buildTypeAs},
    {"prims::convert_element_type(Tensor a, ScalarType dtype) -> Tensor",
     buildConvert},
    {"aten::copy(Tensor self, Tensor src, bool non_blocking=False) -> Tensor",
     buildCopy},
};

} // namespace

ArrayRef<OpRow> viewRows() { return kRows; }

} // namespace opc::torch
