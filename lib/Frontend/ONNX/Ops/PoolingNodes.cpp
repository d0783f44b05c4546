//===- PoolingNodes.cpp - pooling over windows and over everything --------===//
#include "WindowAttributes.h"
#include "opc/Frontend/Graph/Layers/Pooling.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// The node's pool of x, whose windows are `kernel`.
std::optional<Pool> readPool(Node &n, Value x, const Ints &kernel,
                             Value filler) {
  std::optional<Window> window = readWindow(n, x, kernel, filler);
  if (!window)
    return std::nullopt;
  return Pool{x, *window, n.flag("ceil_mode", false)};
}

void buildMaxPool(Node &n) {
  Value x = n.need(0);
  Ints kernel = kernelOf(n, x);
  bool columnMajor = n.flag("storage_order", false); // of the indices
  if (n.failed())
    return;
  Value filler = n.wants(1) ? Value() : leastLike(n, x);
  std::optional<Pool> pool = readPool(n, x, kernel, filler);
  if (!pool)
    return;
  n.out(0, maxPool(n, *pool));
  if (n.wants(1))
    n.out(1, maxPoolIndices(n, *pool, columnMajor));
}

void buildAveragePool(Node &n) {
  Value x = n.need(0);
  Ints kernel = kernelOf(n, x);
  if (n.failed())
    return;
  if (std::optional<Pool> pool = readPool(n, x, kernel, Value()))
    n.out(0, averagePool(n, *pool, n.flag("count_include_pad", false)));
}

int64_t exponentOf(Node &n) {
  int64_t p = n.integer("p", 2);
  if (p < 1 || p > 1024)
    n.refuse(formatv("p of {0} is not supported", p), "1 to 1024");
  return std::max<int64_t>(p, 1);
}

void buildLpPool(Node &n) {
  Value x = n.need(0);
  int64_t p = exponentOf(n);
  Ints kernel = kernelOf(n, x);
  if (n.failed())
    return;
  x = normTerms(n, x, p);
  if (std::optional<Pool> pool = readPool(n, x, kernel, n.like(x, 0)))
    n.out(0, rounded(n, normOfSum(n, sumPool(n, *pool), p)));
}

void buildGlobalAveragePool(Node &n) {
  Value x = n.need(0);
  n.out(0, n.mean(x, pooledAxes(n, x), true));
}
void buildGlobalMaxPool(Node &n) {
  Value x = n.need(0);
  n.out(0, n.reduce("max", x, pooledAxes(n, x), true));
}
void buildGlobalLpPool(Node &n) {
  int64_t p = exponentOf(n);
  Value terms = normTerms(n, n.need(0), p);
  Value sum = n.reduce("sum", terms, pooledAxes(n, terms), true);
  n.out(0, rounded(n, normOfSum(n, sum, p)));
}

/// Writes each value back to where MaxPool found it.
void buildMaxUnpool(Node &n) {
  Value x = n.need(0), indices = n.need(1);
  Window window;
  window.kernel = kernelOf(n, x);
  window.strides = windowList(n, "strides", window.spatial(), 1, 1);
  Ints pads = windowList(n, "pads", 2 * window.spatial(), 0, 0);
  if (n.failed())
    return;
  if (n.has(2))
    return n.refuse("output_shape is not supported", "without it");
  setPads(window, pads);
  n.out(0, maxUnpool(n, x, indices, window));
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
