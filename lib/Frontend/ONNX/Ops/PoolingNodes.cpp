//===- PoolingNodes.cpp - pooling over windows and over everything
//-------------===//
#include "WindowGeometry.h"
#include "opc/Frontend/Graph/Required.h"
#include "opc/Frontend/Graph/Wide.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// The least value of a type: what padding must not beat.
Value lowest(Node &n, Value x) {
  Type element = n.elementOf(x);
  if (n.isFloat(x))
    return n.like(x, -std::numeric_limits<double>::infinity());
  if (n.failed() || n.isUnsigned(x))
    return n.like(x, 0);
  unsigned width = element.getIntOrFloatBitWidth();
  return n.scalarInt(element, -(int64_t(1) << (width - 1)));
}

Value pool(Node &n, Value x, StringRef kind, const Window &w, Dims dims,
           bool countPadding) {
  return n.emit<PoolOp>(
      x,
      w.attributes(n, {{"kind", n.text(kind)},
                       {"kernel", n.ints(w.kernel)},
                       {"count_padding", n.boolean(countPadding)},
                       {"dims", n.exprs(dims)}}),
      n.elementOf(x));
}

void buildMaxPool(Node &n) {
  Value x = n.need(0);
  Ints kernel = kernelOf(n, x);
  bool columnMajor = n.flag("storage_order", false); // of the indices
  if (n.failed())
    return;
  Value filler = n.wants(1) ? Value() : lowest(n, x);
  std::optional<Window> w = readWindow(n, x, kernel, filler);
  if (!w)
    return;
  Dims dims = pooledDims(n, x, *w, n.flag("ceil_mode", false));
  n.out(0, pool(n, x, "max", *w, dims, false));
  if (!n.wants(1))
    return;
  n.out(1, n.emit<MaxPoolIndicesOp>(
               x,
               w->attributes(n, {{"kernel", n.ints(kernel)},
                                 {"column_major", n.boolean(columnMajor)},
                                 {"dims", n.exprs(dims)}}),
               n.i64Type()));
}

void buildAveragePool(Node &n) {
  Value x = n.need(0);
  Ints kernel = kernelOf(n, x);
  if (n.failed())
    return;
  std::optional<Window> w = readWindow(n, x, kernel, Value());
  if (!w)
    return;
  Dims dims = pooledDims(n, x, *w, n.flag("ceil_mode", false));
  n.out(0, pool(n, x, "mean", *w, dims, n.flag("count_include_pad", false)));
}

/// |x|^p, and its inverse with 1/p.
Value power(Node &n, Value x, double p) {
  if (p == 1)
    return x;
  if (p == 2)
    return n.mul(x, x);
  if (p == 0.5)
    return n.unary<SqrtOp>(x);
  return n.emitBroadcast(PowOp::getOperationName(), {x, n.like(x, p)}, {},
                         n.elementOf(x));
}

int64_t exponentOf(Node &n) {
  int64_t p = n.integer("p", 2);
  if (p < 1 || p > 1024)
    n.refuse(formatv("p of {0} is not supported", p), "1 to 1024");
  return std::max<int64_t>(p, 1);
}

void buildLpPool(Node &n) {
  Value x = wide(n, n.unary<AbsOp>(n.need(0)));
  int64_t p = exponentOf(n);
  Ints kernel = kernelOf(n, x);
  if (n.failed())
    return;
  x = power(n, x, p);
  std::optional<Window> w = readWindow(n, x, kernel, n.like(x, 0));
  if (!w)
    return;
  Dims dims = pooledDims(n, x, *w, n.flag("ceil_mode", false));
  Value y = power(n, pool(n, x, "sum", *w, dims, false), 1.0 / p);
  n.out(0, rounded(n, y));
}

/// The axes that a global pool takes together: of nothing there is no mean.
Ints spatialAxes(Node &n, Value x) {
  Ints axes = axesBetween(2, n.rank(x));
  requireElements(n, x, axes);
  return axes;
}

void buildGlobalAveragePool(Node &n) {
  Value x = n.need(0);
  n.out(0, n.mean(x, spatialAxes(n, x), true));
}
void buildGlobalMaxPool(Node &n) {
  Value x = n.need(0);
  n.out(0, n.reduce("max", x, spatialAxes(n, x), true));
}
void buildGlobalLpPool(Node &n) {
  Value x = wide(n, n.unary<AbsOp>(n.need(0)));
  int64_t p = exponentOf(n);
  Value sum = n.reduce("sum", power(n, x, p), spatialAxes(n, x), true);
  n.out(0, rounded(n, power(n, sum, 1.0 / p)));
}

/// Writes each value back to where MaxPool found it.
void buildMaxUnpool(Node &n) {
  Value x = n.need(0), indices = n.need(1);
  Ints kernel = kernelOf(n, x);
  Ints strides = windowList(n, "strides", kernel.size(), 1, 1);
  Ints pads = windowList(n, "pads", 2 * kernel.size(), 0, 0);
  if (n.failed())
    return;
  if (n.has(2))
    return n.refuse("output_shape is not supported", "without it");
  Dims dims = n.dims(x);
  n.requireSameSize(dims, n.dims(indices),
                    "the input has {0} elements, the indices {1}");
  for (auto [i, extent] : llvm::enumerate(kernel))
    dims[i + 2] = (dims[i + 2] - 1) * strides[i] +
                  (extent - pads[i] - pads[i + kernel.size()]);
  AffineExpr count = product(n.state.builder.getContext(), dims);
  Value zeros = n.broadcast(n.like(x, 0), {count});
  Value y = n.emit<ScatterElementsOp>(
      {zeros, n.reshape(indices, {n.size(x)}), n.reshape(x, {n.size(x)})},
      {{"axis", n.i64(0)}, {"reduction", n.text("none")}}, n.elementOf(x));
  n.out(0, n.reshape(y, dims));
}

constexpr OpRow kRows[] = {
    {"AveragePool", 1, kLatest, buildAveragePool},
    {"GlobalAveragePool", 1, kLatest, buildGlobalAveragePool},
    {"GlobalLpPool", 2, kLatest, buildGlobalLpPool},
    {"GlobalMaxPool", 1, kLatest, buildGlobalMaxPool},
    {"LpPool", 2, kLatest, buildLpPool},
    {"MaxPool", 1, kLatest, buildMaxPool},
    {"MaxUnpool", 9, kLatest, buildMaxUnpool},
};

} // namespace

ArrayRef<OpRow> poolingRows() { return kRows; }

} // namespace opc::onnx
