//===- PickNodes.cpp - elements chosen and written by index ---------------===//
#include "Places.h"
#include "opc/Frontend/Graph/Arrays/Indexing.h"
#include "opc/Frontend/Graph/Arrays/Selection.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

void buildEmbedding(Node &n) {
  Value table = n.tensor("weight"), places = n.tensor("indices");
  // They say something of gradients only.
  for (StringRef name : {"padding_idx", "scale_grad_by_freq", "sparse"})
    n.ignore(name);
  if (!n.failed() && n.rank(table) != 2)
    return n.fail("a table of rank 2 is wanted");
  n.out(rowsAt(n, table, places));
}

void buildGather(Node &n) {
  Value x = n.tensor("self"), index = n.tensor("index");
  int64_t axis = n.axis("dim", x);
  n.ignore("sparse_grad"); // of gradients
  if (n.failed())
    return;
  Dims dims = n.dims(index);
  // Of an index without elements torch does not ask for a rank.
  if (constantOf(n.size(index)) == 0)
    return n.out(n.broadcast(
        as(n, Operand::number(n, n.expr(0)), n.elementOf(x)), dims));
  Value y = gatherElements(n, atLeastLine(n, x), indicesOf(n, index), axis);
  n.out(n.reshape(y, dims));
}

void buildIndexSelect(Node &n) {
  Value x = n.tensor("self"), index = n.tensor("index");
  int64_t axis = n.axis("dim", x);
  if (n.failed())
    return;
  Value y = n.gather(atLeastLine(n, x), indicesOf(n, index), axis);
  n.out(n.rank(x) == 0 ? n.reshape(y, {}) : y);
}

void scatter(Node &n, Value updates, StringRef reduction) {
  Value x = n.tensor("self"), index = n.tensor("index");
  int64_t axis = n.axis("dim", x);
  if (n.failed() || n.elementOf(updates) != n.elementOf(x))
    return n.fail("updates have another dtype");
  if (isBool(n.elementOf(x)) && reduction != "none")
    return n.refuse("bool is not supported", "integers");
  updates = cutTo(n, atLeastLine(n, updates), atLeastLine(n, index));
  Value y = scatterElements(n, atLeastLine(n, x), indicesOf(n, index), updates,
                            axis, reduction);
  n.out(n.failed() ? y : n.reshape(y, n.dims(x)));
}
void buildScatterSrc(Node &n) { scatter(n, n.tensor("src"), "none"); }
void buildScatterAdd(Node &n) { scatter(n, n.tensor("src"), "add"); }
void buildScatterValue(Node &n) {
  Value x = n.tensor("self"), index = n.tensor("index");
  Operand value = n.operand("value");
  if (n.failed())
    return;
  scatter(n, n.broadcast(as(n, value, n.elementOf(x)), n.dims(index)), "none");
}
void buildIndexAdd(Node &n) {
  Value x = n.tensor("self"), index = n.tensor("index"),
        source = n.tensor("source");
  int64_t axis = n.axis("dim", x);
  Operand alpha = n.operand("alpha");
  if (n.failed() || n.rank(x) == 0 || n.rank(source) != n.rank(x) ||
      isBool(n.elementOf(x)))
    return n.refuse("scalars and bool are not supported", "numbers");
  if (!alpha.isConstant(1))
    source = n.mul(source, as(n, alpha, n.elementOf(source)));
  Dims line(n.rank(x), n.expr(1));
  line[axis] = n.size(index);
  Value places =
      n.broadcast(n.reshape(indicesOf(n, index), line), n.dims(source));
  n.out(scatterElements(n, x, places, source, axis, "add"));
}

/// Indices of several axes, the axes in front.
struct Picked {
  Value x;        ///< with the axes that are picked in front
  Value tuples;   ///< [index extents..., axes picked]
  Ints order;     ///< of the axes of x
  int64_t picked; ///< how many axes are
  int64_t first;  ///< where the index extents lie in the result
  Dims extents;   ///< of the index
};
/// An index into axes from `axis` on as numbers, one for each axis: a mask has
/// the places where it is true.
SmallVector<Value> numbersOf(Node &n, Value x, int64_t axis, Value index) {
  Type element = n.elementOf(index);
  bool isMask = isBool(element) || element == n.u8Type();
  if (!isMask && element.getIntOrFloatBitWidth() < 32)
    n.refuse("indices of 8 or 16 bits are not supported", "i64");
  if (isMask && n.rank(index) == 0)
    n.refuse("a mask without axes is not supported", "one with axes");
  if (isMask && axis + n.rank(index) > n.rank(x))
    n.fail("a mask has more axes than what it picks from");
  if (n.failed())
    return {};
  if (!isMask)
    return {n.cast(index, n.i64Type())};
  for (int64_t i = 0; i < n.rank(index); ++i)
    n.requireEqual(n.dim(index, i), n.dim(x, axis + i),
                   "a mask of extent {0} for an axis of {1}");
  Value places = nonzero(n, index);
  SmallVector<Value> found;
  for (int64_t i = 0; i < n.rank(index); ++i)
    found.push_back(n.squeeze(n.slice(places, 0, n.expr(i), n.expr(1)), {0}));
  return found;
}
std::optional<Picked> readPicked(Node &n) {
  Value x = n.tensor("self");
  SmallVector<Value> indices = n.tensors("indices");
  if (n.failed() || static_cast<int64_t>(indices.size()) > n.rank(x)) {
    n.fail("more indices than axes");
    return std::nullopt;
  }
  Picked p{{}, {}, {}, 0, 0, {}};
  SmallVector<Value> given;
  bool adjacent = true;
  int64_t axis = 0;
  for (Value index : indices) {
    if (!index) {
      ++axis;
      continue;
    }
    adjacent &= p.order.empty() || p.order.back() == axis - 1;
    for (Value each : numbersOf(n, x, axis, index)) {
      p.order.push_back(axis++);
      given.push_back(each);
      p.extents = n.broadcastShapes(p.extents, n.dims(each));
    }
    if (n.failed())
      return std::nullopt;
  }
  if (given.empty()) {
    n.fail("there are no indices");
    return std::nullopt;
  }
  p.picked = given.size();
  p.first = adjacent ? p.order[0] : 0;
  for (int64_t axis : axesUpTo(n.rank(x)))
    if (!llvm::is_contained(p.order, axis))
      p.order.push_back(axis);
  for (Value &index : given)
    index = n.unsqueeze(n.broadcast(index, p.extents), {-1});
  p.tuples = n.concat(given, p.extents.size());
  p.x = n.transpose(x, p.order);
  return n.failed() ? std::nullopt : std::optional(p);
}
/// From (index, axes before, axes behind) to (before, index, behind).
Ints resultOrder(int64_t rank, int64_t index, int64_t first) {
  Ints perm = axesBetween(index, index + first);
  llvm::append_range(perm, axesUpTo(index));
  llvm::append_range(perm, axesBetween(index + first, rank));
  return perm;
}

void buildIndex(Node &n) {
  std::optional<Picked> p = readPicked(n);
  if (!p)
    return;
  int64_t index = p->extents.size(), rank = n.rank(p->x) - p->picked + index;
  Value y = p->picked == 1 ? n.gather(p->x, n.squeeze(p->tuples, {-1}), 0)
                           : gatherNd(n, p->x, p->tuples, 0);
  n.out(n.transpose(y, resultOrder(rank, index, p->first)));
}

/// Rows along an axis behind the first, which need not move to the front: a
/// cache is then written in place.
bool putRows(Node &n, Value values, StringRef reduction) {
  Value x = n.tensor("self");
  SmallVector<Value> indices = n.tensors("indices");
  int64_t axis = static_cast<int64_t>(indices.size()) - 1;
  if (n.failed() || axis < 1 || axis >= n.rank(x) ||
      llvm::any_of(ArrayRef(indices).drop_back(), [](Value v) { return !!v; }))
    return false;
  Value index = indices[axis];
  Type element = n.elementOf(index);
  bool isMask = isBool(element) || element == n.u8Type();
  if (isMask || n.rank(index) != 1 || n.rank(values) > n.rank(x))
    return false;
  Dims shape = n.dims(x), line(n.rank(x), n.expr(1));
  shape[axis] = line[axis] = n.size(index);
  Value places = n.reshape(n.cast(index, n.i64Type()), line);
  n.out(scatterElements(n, x, n.broadcast(places, shape),
                        n.broadcast(values, shape), axis, reduction));
  return true;
}

void buildIndexPut(Node &n) {
  std::optional<Picked> p = readPicked(n);
  Value values = n.tensor("values");
  bool accumulate = n.flag("accumulate");
  if (!p || n.failed())
    return;
  if (n.elementOf(values) != n.elementOf(p->x))
    return n.fail("values have another dtype");
  if (accumulate && isBool(n.elementOf(p->x)))
    return n.refuse("bool is not supported", "integers");
  if (putRows(n, values, accumulate ? "add" : "none"))
    return;
  int64_t index = p->extents.size(), rank = n.rank(p->x) - p->picked + index;
  Dims rest = n.dims(p->x), shape(p->extents);
  shape.append(rest.begin() + p->picked, rest.end());
  Ints order = resultOrder(rank, index, p->first), back(order.size());
  Dims target;
  for (auto [i, axis] : llvm::enumerate(order)) {
    target.push_back(shape[axis]);
    back[axis] = i;
  }
  if (n.rank(values) > rank)
    return n.fail("values have more axes than what they are put into");
  values = n.transpose(n.broadcast(values, target), back);
  Value y = scatterNd(n, p->x, p->tuples, values, accumulate ? "add" : "none");
  Ints inverse(p->order.size());
  for (auto [i, axis] : llvm::enumerate(p->order))
    inverse[axis] = i;
  n.out(n.transpose(y, inverse));
}

/// The extremes of an axis in order, NaN as the greatest of all.
void select(Node &n, AffineExpr count, bool largest) {
  Value x = n.tensor("self");
  int64_t axis = n.axis("dim", x);
  if (n.failed())
    return;
  if (n.rank(x) == 0) {
    n.out(0, x);
    return n.out(1, n.scalarInt(n.i64Type(), 0));
  }
  Type element = n.elementOf(x);
  Value in = isBool(element) ? n.cast(x, n.u8Type()) : x;
  AffineExpr wanted = count ? count : n.dim(x, axis);
  n.requireAtMost(wanted, n.dim(x, axis), "{0} of {1} elements");
  Selected s = topK(n, in, {wanted, axis, largest});
  n.out(0, n.cast(s.values, element));
  n.out(1, s.indices);
}
void buildTopk(Node &n) {
  n.ignore("sorted"); // in order is one of the orders
  bool largest = n.flag("largest");
  select(n, n.extent("k"), largest);
}
void buildSort(Node &n) {
  if (n.schema.find("stable"))
    n.ignore("stable"); // all are
  select(n, {}, n.flag("descending"));
}
void buildArgsort(Node &n) {
  if (n.schema.find("stable"))
    n.ignore("stable");
  select(n, {}, n.flag("descending"));
  if (n.outputs().size() > 1)
    n.outAll({n.outputs()[1]});
}

void buildItem(Node &n) {
  Value x = n.tensor("self");
  if (!n.failed() && n.isFloat(x))
    return n.refuse("a number out of a tensor of reals is not supported",
                    "integers");
  n.out(n.scalarOf(x, "self"));
}
void buildNonzero(Node &n) {
  Value x = n.tensor("self");
  if (!n.failed() && n.rank(x) == 0)
    return n.refuse("a tensor without axes is not supported", "one with axes");
  n.out(n.transpose(nonzero(n, x), {1, 0}));
}

constexpr OpRow kRows[] = {
    {"aten::embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, "
     "bool scale_grad_by_freq=False, bool sparse=False) -> Tensor",
     buildEmbedding},
    {"aten::gather(Tensor self, int dim, Tensor index, *, bool "
     "sparse_grad=False) -> Tensor",
     buildGather},
    {"aten::index_select(Tensor self, int dim, Tensor index) -> Tensor",
     buildIndexSelect},
    {"aten::scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> "
     "Tensor",
     buildScatterSrc},
    {"aten::scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> "
     "Tensor",
     buildScatterValue},
    {"aten::scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> "
     "Tensor",
     buildScatterAdd},
    {"aten::index_add(Tensor self, int dim, Tensor index, Tensor source, *, "
     "Scalar alpha=1) -> Tensor",
     buildIndexAdd},
    {"aten::index.Tensor(Tensor self, Tensor?[] indices) -> Tensor",
     buildIndex},
    {"aten::_unsafe_index.Tensor(Tensor self, Tensor?[] indices) -> Tensor",
     buildIndex},
    {"aten::index_put(Tensor self, Tensor?[] indices, Tensor values, bool "
     "accumulate=False) -> Tensor",
     buildIndexPut},
    {"aten::_unsafe_index_put(Tensor self, Tensor?[] indices, Tensor values, "
     "bool accumulate=False) -> Tensor",
     buildIndexPut},
    {"aten::topk(Tensor self, SymInt k, int dim=-1, bool largest=True, bool "
     "sorted=True) -> (Tensor values, Tensor indices)",
     buildTopk},
    {"aten::sort(Tensor self, int dim=-1, bool descending=False) -> (Tensor "
     "values, Tensor indices)",
     buildSort},
    {"aten::sort.stable(Tensor self, *, bool? stable, int dim=-1, bool "
     "descending=False) -> (Tensor values, Tensor indices)",
     buildSort},
    {"aten::argsort(Tensor self, int dim=-1, bool descending=False) -> Tensor",
     buildArgsort},
    {"aten::argsort.stable(Tensor self, *, bool stable, int dim=-1, bool "
     "descending=False) -> Tensor",
     buildArgsort},
    {"aten::_local_scalar_dense(Tensor self) -> Scalar", buildItem},
    {"aten::item(Tensor self) -> Scalar", buildItem},
    {"aten::nonzero(Tensor self) -> Tensor", buildNonzero},
};

} // namespace

ArrayRef<OpRow> pickRows() { return kRows; }

} // namespace opc::torch
