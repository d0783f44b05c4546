//===- ResampleGradientNodes.cpp - gradients of weighted sums along axes --===//
//
// Pools of means, resampling and pads by elements take sums of elements of each
// axis with weights that are constants: the gradient is a sum with these
// weights, axis by axis, of the elements that took part.
//
//===----------------------------------------------------------------------===//
#include "AxisScale.h"
#include "Windows.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// Weights [to, from] of the elements of an axis in those of the result.
struct Weights {
  int64_t from, to;
  SmallVector<double> values;

  Weights(int64_t from, int64_t to)
      : from(from), to(to), values(static_cast<size_t>(from * to), 0.0) {}
  double &at(int64_t result, int64_t element) {
    return values[static_cast<size_t>(result * from + element)];
  }
};
using WeightsOf = llvm::function_ref<Weights(int64_t from, int64_t to,
                                             int64_t axis, bool isDouble)>;

/// A product of matrices would make NaN of infinities that weigh nothing.
Value sumAlong(Node &n, Value grad, int64_t axis, const Weights &w) {
  int64_t rank = n.rank(grad);
  Ints perm = axesUpTo(rank);
  std::swap(perm[axis], perm.back());
  Value matrix = n.reals(n.elementOf(grad), {w.to, w.from}, w.values);
  Value g = n.unsqueeze(n.transpose(grad, perm), {rank});
  Value zero = n.like(matrix, 0);
  Value isOut = n.compare<EqualOp>(matrix, zero);
  Value terms = n.select(isOut, zero, n.mul(g, matrix));
  return n.transpose(n.reduce("sum", terms, {rank - 1}, false), perm);
}

/// An operand [N, C, spatial...] whose gradient is wanted.
void gradientOf(Node &n, Value grad, ArrayRef<AffineExpr> sizes,
                int64_t spatial, WeightsOf weights, double factor = 1) {
  if (n.failed() || !n.isFloat(grad) ||
      n.rank(grad) != static_cast<int64_t>(sizes.size()) ||
      n.rank(grad) < spatial)
    return n.refuse("integers are not supported", "reals");
  Value y = wide(n, grad);
  if (factor != 1)
    y = n.mul(y, n.like(y, factor));
  bool isDouble = n.elementOf(y).isF64();
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t axis = n.rank(grad) - spatial + i;
    std::optional<int64_t> from = constantOf(sizes[axis]),
                           to = constantOf(n.dim(grad, axis));
    if (!from || !to || *from < 1 || *to < 1 || *from * *to > kMostConstants)
      return n.refuse("an extent that is open, 0 or large is not supported",
                      "a known extent");
    y = sumAlong(n, y, axis, weights(*from, *to, i, isDouble));
  }
  n.out(n.cast(y, n.elementOf(grad)));
}

/// Means of windows.
template <int64_t Spatial> void buildAveragePool(Node &n) {
  Value grad = n.tensor("grad_output"), x = n.tensor("self");
  Ints kernel = perAxis(n, "kernel_size", Spatial, {});
  Ints strides = perAxis(n, "stride", Spatial, kernel);
  Ints padding = perAxis(n, "padding", Spatial, Ints(Spatial, 0));
  n.ignore("ceil_mode"); // the extents of the gradient say it
  bool countPadding = n.flag("count_include_pad");
  std::optional<int64_t> divisor = n.optionalInteger("divisor_override");
  if (n.failed() || kernel.empty() || divisor == 0)
    return n.fail("it has no kernel_size");
  gradientOf(
      n, grad, n.dims(x), Spatial,
      [&](int64_t from, int64_t to, int64_t i, bool) {
        Weights w(from, to);
        for (int64_t window = 0; window < to; ++window) {
          int64_t start = window * strides[i] - padding[i];
          int64_t end = std::min(start + kernel[i], from + padding[i]);
          int64_t low = std::max<int64_t>(start, 0), high = std::min(end, from);
          int64_t count = countPadding ? end - start : high - low;
          for (int64_t place = low; place < high; ++place)
            w.at(window, place) = divisor ? 1 : 1 / static_cast<double>(count);
        }
        return w;
      },
      divisor ? 1 / static_cast<double>(*divisor) : 1);
}

/// Means of as many parts.
template <int64_t Spatial> void buildAdaptiveAverage(Node &n) {
  Value grad = n.tensor("grad_output"), x = n.tensor("self");
  gradientOf(n, grad, n.dims(x), Spatial,
             [](int64_t from, int64_t to, int64_t, bool) {
               Weights w(from, to);
               for (int64_t part = 0; part < to; ++part) {
                 Part p = adaptivePart(part, from, to);
                 for (int64_t place = p.begin; place < p.end; ++place)
                   w.at(part, place) = 1 / static_cast<double>(p.extent());
               }
               return w;
             });
}

using WeightsOfScale = void (*)(Weights &w, const AxisScale &a, bool isDouble);

void weighNearest(Weights &w, const AxisScale &a, bool) {
  for (int64_t i = 0; i < a.to; ++i)
    w.at(i, a.nearest(i)) = 1;
}
void weighLinear(Weights &w, const AxisScale &a, bool isDouble) {
  for (int64_t i = 0; i < a.to; ++i) {
    if (a.from == a.to) {
      w.at(i, i) = 1;
      continue;
    }
    AxisScale::Between at = a.between(i, isDouble);
    w.at(i, at.low) += 1 - at.share;
    w.at(i, at.high) += at.share;
  }
}
/// Four elements around a place, of which those outside are the outermost.
void weighCubic(Weights &w, const AxisScale &a, bool isDouble) {
  constexpr double c = -0.75;
  auto near = [](double x) { return ((c + 2) * x - (c + 3)) * x * x + 1; };
  auto far = [](double x) { return ((c * x - 5 * c) * x + 8 * c) * x - 4 * c; };
  for (int64_t i = 0; i < a.to; ++i) {
    double place = isDouble ? a.position<double>(i) : a.position<float>(i);
    double first = std::floor(place), t = place - first;
    double shares[] = {far(t + 1), near(t), near(1 - t), far(2 - t)};
    for (int64_t k = 0; k < 4; ++k) {
      int64_t at = static_cast<int64_t>(first) - 1 + k;
      w.at(i, std::clamp<int64_t>(at, 0, a.from - 1)) += shares[k];
    }
  }
}

template <int64_t Spatial, bool HasCorners>
void resample(Node &n, WeightsOfScale weigh) {
  Value grad = n.tensor("grad_output");
  n.ignore("output_size"); // the extents of the gradient
  Dims sizes = n.extents("input_size");
  bool corners = HasCorners && n.flag("align_corners");
  SmallVector<double> scales = readScales(n, Spatial);
  gradientOf(n, grad, sizes, Spatial,
             [&](int64_t from, int64_t to, int64_t i, bool isDouble) {
               Weights w(from, to);
               weigh(w, {from, to, scales[i], corners}, isDouble);
               return w;
             });
}
template <int64_t Spatial> void buildNearest(Node &n) {
  resample<Spatial, false>(n, weighNearest);
}
template <int64_t Spatial> void buildLinear(Node &n) {
  resample<Spatial, true>(n, weighLinear);
}
/// Where both extents stay the gradient is copied, whatever the scales.
void buildCubic(Node &n) {
  Value grad = n.tensor("grad_output");
  if (!n.failed() && n.dims(grad) == n.extents("input_size")) {
    for (StringRef name :
         {"output_size", "align_corners", "scales_h", "scales_w"})
      n.ignore(name);
    return n.out(grad);
  }
  resample<2, true>(n, weighCubic);
}

/// Pads hold elements of the operand: mirrored, or the outermost.
template <int64_t Spatial, bool Mirrored> void buildPad(Node &n) {
  Value grad = n.tensor("grad_output"), x = n.tensor("self");
  Ints padding = n.integers("padding");
  if (n.failed() || padding.size() != 2 * Spatial)
    return n.fail(formatv("{0} pads for {1} axes", padding.size(), Spatial));
  gradientOf(n, grad, n.dims(x), Spatial,
             [&](int64_t from, int64_t to, int64_t i, bool) {
               Weights w(from, to);
               int64_t low = padding[2 * (Spatial - 1 - i)];
               for (int64_t place = 0; place < to; ++place) {
                 int64_t at = place - low;
                 if (Mirrored)
                   at = at < 0 ? -at : at >= from ? 2 * (from - 1) - at : at;
                 w.at(place, std::clamp<int64_t>(at, 0, from - 1)) = 1;
               }
               return w;
             });
}

constexpr OpRow kRows[] = {
    {"aten::avg_pool2d_backward(Tensor grad_output, Tensor self, int[2] "
     "kernel_size, int[2] stride, int[2] padding, bool ceil_mode, bool "
     "count_include_pad, int? divisor_override) -> Tensor",
     buildAveragePool<2>},
    {"aten::avg_pool3d_backward(Tensor grad_output, Tensor self, int[3] "
     "kernel_size, int[3] stride, int[3] padding, bool ceil_mode, bool "
     "count_include_pad, int? divisor_override) -> Tensor",
     buildAveragePool<3>},
    {"aten::_adaptive_avg_pool2d_backward(Tensor grad_output, Tensor self) -> "
     "Tensor",
     buildAdaptiveAverage<2>},
    {"aten::_adaptive_avg_pool3d_backward(Tensor grad_output, Tensor self) -> "
     "Tensor",
     buildAdaptiveAverage<3>},
    {"aten::upsample_nearest1d_backward(Tensor grad_output, SymInt[1] "
     "output_size, SymInt[3] input_size, float? scales=None) -> Tensor",
     buildNearest<1>},
    {"aten::upsample_nearest2d_backward(Tensor grad_output, SymInt[2] "
     "output_size, SymInt[4] input_size, float? scales_h=None, float? "
     "scales_w=None) -> Tensor",
     buildNearest<2>},
    {"aten::upsample_nearest3d_backward(Tensor grad_output, SymInt[3] "
     "output_size, SymInt[5] input_size, float? scales_d=None, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     buildNearest<3>},
    {"aten::upsample_linear1d_backward(Tensor grad_output, SymInt[1] "
     "output_size, SymInt[3] input_size, bool align_corners, float? "
     "scales=None) -> Tensor",
     buildLinear<1>},
    {"aten::upsample_bilinear2d_backward(Tensor grad_output, SymInt[2] "
     "output_size, SymInt[4] input_size, bool align_corners, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     buildLinear<2>},
    {"aten::upsample_trilinear3d_backward(Tensor grad_output, SymInt[3] "
     "output_size, SymInt[5] input_size, bool align_corners, float? "
     "scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor",
     buildLinear<3>},
    {"aten::upsample_bicubic2d_backward(Tensor grad_output, SymInt[2] "
     "output_size, SymInt[4] input_size, bool align_corners, float? "
     "scales_h=None, float? scales_w=None) -> Tensor",
     buildCubic},
    {"aten::reflection_pad1d_backward(Tensor grad_output, Tensor self, "
     "SymInt[2] padding) -> Tensor",
     buildPad<1, true>},
    {"aten::reflection_pad2d_backward(Tensor grad_output, Tensor self, "
     "SymInt[4] padding) -> Tensor",
     buildPad<2, true>},
    {"aten::reflection_pad3d_backward(Tensor grad_output, Tensor self, "
     "SymInt[6] padding) -> Tensor",
     buildPad<3, true>},
    {"aten::replication_pad1d_backward(Tensor grad_output, Tensor self, "
     "SymInt[2] padding) -> Tensor",
     buildPad<1, false>},
    {"aten::replication_pad2d_backward(Tensor grad_output, Tensor self, "
     "SymInt[4] padding) -> Tensor",
     buildPad<2, false>},
    {"aten::replication_pad3d_backward(Tensor grad_output, Tensor self, "
     "SymInt[6] padding) -> Tensor",
     buildPad<3, false>},
};

} // namespace

ArrayRef<OpRow> resampleGradientRows() { return kRows; }

} // namespace opc::torch
