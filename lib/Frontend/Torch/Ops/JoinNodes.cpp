//===- JoinNodes.cpp - tensors put together and taken apart ---------------===//
#include "PromotedOperands.h"
#include "opc/Frontend/Graph/Arrays/Indexing.h"
#include "opc/Frontend/Graph/Arrays/Padding.h"
#include "opc/Frontend/Graph/Arrays/Slicing.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// Tensors in their common type.
SmallVector<Value> alike(Node &n, ArrayRef<Value> tensors) {
  SmallVector<Operand> operands;
  for (Value tensor : tensors)
    operands.push_back(Operand::tensor(tensor));
  SmallVector<Value> values;
  if (tensors.empty())
    n.fail("there is nothing to join");
  if (n.failed())
    return values;
  Type element = promoted(n, operands);
  for (Value tensor : tensors)
    values.push_back(n.cast(tensor, element));
  return values;
}

void buildCat(Node &n) {
  SmallVector<Value> values = alike(n, n.tensors("tensors"));
  if (n.failed())
    return;
  // torch lets a vector of no elements be joined with anything.
  SmallVector<Value> parts;
  for (Value value : values)
    if (n.rank(value) != 1 || constantOf(n.dim(value, 0)) != 0)
      parts.push_back(value);
  if (parts.empty())
    return n.out(values.front());
  int64_t axis = n.axis("dim", parts[0]);
  n.out(n.concat(parts, axis));
}

void buildStack(Node &n) {
  SmallVector<Value> values = alike(n, n.tensors("tensors"));
  if (n.failed())
    return;
  int64_t axis = n.axisIn(n.integer("dim"), n.rank(values[0]) + 1);
  for (Value &value : values)
    value = n.unsqueeze(value, {axis});
  n.out(n.concat(values, axis));
}

void cut(Node &n, Value x, int64_t axis, ArrayRef<AffineExpr> sizes) {
  if (!n.failed())
    n.outAll(split(n, x, axis, sizes));
}

/// Sizes of the parts of a known extent: `size` each, the last one has the
/// rest.
Dims cutEvenly(Node &n, int64_t extent, int64_t size) {
  Dims sizes;
  for (int64_t rest = extent; rest > 0; rest -= size)
    sizes.push_back(n.expr(std::min(rest, size)));
  return sizes;
}

void buildSplit(Node &n) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x), size = n.integer("split_size");
  if (n.failed())
    return;
  std::optional<int64_t> extent = constantOf(n.dim(x, axis));
  if (!extent || size < 1)
    return n.refuse("splitting an open extent is not supported",
                    "a known extent");
  cut(n, x, axis, *extent ? cutEvenly(n, *extent, size) : Dims(1, n.expr(0)));
}
void buildSplitSizes(Node &n, StringRef name) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  cut(n, x, axis, n.extents(name));
}
void buildSplitWithSizes(Node &n) { buildSplitSizes(n, "split_sizes"); }
void buildSplitList(Node &n) { buildSplitSizes(n, "split_size"); }

/// At most `chunks` equal parts, of which the last may be smaller.
void buildChunk(Node &n) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x), chunks = n.integer("chunks");
  if (n.failed())
    return;
  std::optional<int64_t> extent = constantOf(n.dim(x, axis));
  if (!extent || chunks < 1)
    return n.refuse("chunks of an open extent are not supported",
                    "a known extent");
  cut(n, x, axis,
      *extent ? cutEvenly(n, *extent, llvm::divideCeil(*extent, chunks))
              : Dims(chunks, n.expr(0)));
}

void buildUnbind(Node &n) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  if (n.failed())
    return;
  std::optional<int64_t> count = constantOf(n.dim(x, axis));
  if (!count || *count > kMostConstants)
    return n.refuse("unbinding an open extent is not supported",
                    "a known extent");
  for (int64_t i = 0; i < *count; ++i)
    n.out(i, n.squeeze(n.slice(x, axis, n.expr(i), n.expr(1)), {axis}));
}

/// Pads come in pairs from the last axis on.
void padBy(Node &n, Value x, const Dims &pads, Value value, StringRef mode) {
  if (n.failed())
    return;
  int64_t count = pads.size() / 2;
  if (pads.size() % 2 || count > n.rank(x))
    return n.fail(formatv("{0} pads for rank {1}", pads.size(), n.rank(x)));
  Padding padding;
  padding.mode = mode.str();
  for (int64_t i = 0; i < count; ++i) {
    padding.axes.push_back(n.rank(x) - 1 - i);
    padding.low.push_back(pads[2 * i]);
    padding.high.push_back(pads[2 * i + 1]);
  }
  n.out(padAxes(n, x, value, padding));
}
void buildConstantPad(Node &n) {
  Value x = n.tensor("self");
  Dims pads = n.extents("pad");
  Operand value = n.operand("value");
  padBy(n, x, pads, as(n, value, n.elementOf(x)), "constant");
}
void buildPad(Node &n) {
  Value x = n.tensor("self");
  Dims pads = n.extents("pad");
  double value = n.optionalReal("value").value_or(0);
  StringRef mode = n.string("mode");
  StringRef own = mode == "constant"    ? "constant"
                  : mode == "reflect"   ? "reflect"
                  : mode == "replicate" ? "edge"
                  : mode == "circular"  ? "wrap"
                                        : "";
  if (own.empty())
    return n.refuse("this mode is not supported", "constant");
  padBy(n, x, pads, n.like(x, value), own);
}
template <char Kind> void buildModePad(Node &n) {
  Value x = n.tensor("self");
  padBy(n, x, n.extents("padding"), n.like(x, 0),
        Kind == 'r' ? "reflect" : "edge");
}

/// x with every `step`th element along an axis from `src`.
Value scatterSteps(Node &n, Value x, Value src, int64_t axis, AffineExpr start,
                   int64_t step) {
  Type index = n.i64Type();
  Value places =
      n.mul(n.iota(index, axis, n.dims(src)), n.scalarInt(index, step));
  places = n.add(places, n.extentAs(index, start));
  return scatterElements(n, x, places, src, axis, "none");
}
/// self with src in a range of an axis; src says where the range ends.
void buildSliceScatter(Node &n) {
  Value x = n.tensor("self"), src = n.tensor("src");
  int64_t axis = n.axis("dim", x);
  AffineExpr start = n.optionalExtent("start");
  n.optionalExtent("end");
  int64_t step = n.integer("step");
  if (n.failed())
    return;
  AffineExpr extent = n.dim(x, axis);
  if (!start)
    start = n.expr(0);
  if (constantOf(start).value_or(0) < 0)
    start = extent + *constantOf(start);
  if (step < 1)
    return n.fail(formatv("a step of {0} is not positive", step));
  AffineExpr count = n.dim(src, axis);
  n.requireAtMost(n.expr(0), start, "a start of {1} lies before the first one");
  n.requireAtMost(start + (count - 1) * step + 1, extent,
                  "a range up to {0} is beyond {1}");
  if (step != 1)
    return n.out(
        scatterSteps(n, x, n.cast(src, n.elementOf(x)), axis, start, step));
  Value head = n.slice(x, axis, n.expr(0), start);
  Value tail = n.slice(x, axis, start + count, extent - start - count);
  SmallVector<Value> parts;
  for (Value part : {head, n.cast(src, n.elementOf(x)), tail})
    if (part && constantOf(n.dim(part, axis)) != 0)
      parts.push_back(part);
  n.out(parts.empty() ? x : n.concat(parts, axis));
}
void buildSelectScatter(Node &n) {
  Value x = n.tensor("self"), src = n.tensor("src");
  int64_t axis = n.axis("dim", x), index = n.integer("index");
  if (n.failed())
    return;
  AffineExpr extent = n.dim(x, axis);
  Value at = n.iota(n.i64Type(), 0, {extent});
  Value wanted = index < 0 ? n.extentAs(n.i64Type(), extent + index)
                           : n.scalarInt(n.i64Type(), index);
  Dims line(n.rank(x), n.expr(1));
  line[axis] = extent;
  Value isThere = n.reshape(n.compare<EqualOp>(at, wanted), line);
  Value part = n.unsqueeze(n.cast(src, n.elementOf(x)), {axis});
  n.out(n.select(isThere, part, x));
}

void buildBroadcastAll(Node &n) {
  SmallVector<Value> values = n.tensors("tensors");
  Dims dims;
  for (Value value : values)
    if (!n.failed())
      dims = n.broadcastShapes(dims, n.dims(value));
  for (Value &value : values)
    value = n.broadcast(value, dims);
  n.outAll(values);
}

constexpr OpRow kRows[] = {
    {"aten::broadcast_tensors(Tensor[] tensors) -> Tensor[]",
     buildBroadcastAll},
    {"aten::cat(Tensor[] tensors, int dim=0) -> Tensor", buildCat},
    {"aten::concat(Tensor[] tensors, int dim=0) -> Tensor", buildCat},
    {"aten::stack(Tensor[] tensors, int dim=0) -> Tensor", buildStack},
    {"aten::split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> "
     "Tensor(a)[]",
     buildSplit},
    {"aten::split_with_sizes(Tensor(a -> *) self, SymInt[] split_sizes, int "
     "dim=0) -> Tensor(a)[]",
     buildSplitWithSizes},
    {"aten::split.sizes(Tensor(a -> *) self, SymInt[] split_size, int dim=0) "
     "-> Tensor(a)[]",
     buildSplitList},
    {"aten::chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]",
     buildChunk},
    {"aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]",
     buildUnbind},
    {"aten::constant_pad_nd(Tensor self, SymInt[] pad, Scalar value=0) -> "
     "Tensor",
     buildConstantPad},
    {"aten::pad(Tensor self, SymInt[] pad, str mode=\"constant\", float? "
     "value=None) -> Tensor",
     buildPad},
    {"aten::reflection_pad1d(Tensor self, SymInt[2] padding) -> Tensor",
     buildModePad<'r'>},
    {"aten::reflection_pad2d(Tensor self, SymInt[4] padding) -> Tensor",
     buildModePad<'r'>},
    {"aten::reflection_pad3d(Tensor self, SymInt[6] padding) -> Tensor",
     buildModePad<'r'>},
    {"aten::replication_pad1d(Tensor self, SymInt[2] padding) -> Tensor",
     buildModePad<'e'>},
    {"aten::replication_pad2d(Tensor self, SymInt[4] padding) -> Tensor",
     buildModePad<'e'>},
    {"aten::replication_pad3d(Tensor self, SymInt[6] padding) -> Tensor",
     buildModePad<'e'>},
    {"aten::slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? "
     "start=None, SymInt? end=None, SymInt step=1) -> Tensor",
     buildSliceScatter},
    {"aten::select_scatter(Tensor self, Tensor src, int dim, SymInt index) -> "
     "Tensor",
     buildSelectScatter},
};

} // namespace

ArrayRef<OpRow> joinRows() { return kRows; }

} // namespace opc::torch
