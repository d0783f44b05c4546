//===- LayerGradientNodes.cpp - gradients of layers -----------------------===//
#include "Norms.h"
#include "Windows.h"
#include "opc/Frontend/Graph/Arrays/Indexing.h"
#include "opc/Frontend/Graph/Layers/Normalisation.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::torch {
namespace {

/// Which of three results are wanted.
SmallVector<bool> readMask(Node &n) {
  SmallVector<bool> mask = n.flags("output_mask");
  if (mask.size() != 3)
    n.fail("output_mask has no three values");
  mask.resize(3);
  return mask;
}

void buildLayerNorm(Node &n) {
  Value grad = n.tensor("grad_out"), x = n.tensor("input"),
        mean = n.tensor("mean"), rstd = n.tensor("rstd"),
        weight = n.optionalTensor("weight"), bias = n.optionalTensor("bias");
  SmallVector<bool> mask = readMask(n);
  if (n.failed())
    return;
  Type element = n.elementOf(x);
  Ints axes = trailingAxes(n, x, "normalized_shape");
  Ints outer = axesUpTo(n.rank(x) - static_cast<int64_t>(axes.size()));
  Value g = wide(n, grad), in = wide(n, x);
  Type wide = n.elementOf(in);
  rstd = n.cast(rstd, wide);
  Value unit = n.mul(n.sub(in, n.cast(mean, wide)), rstd);
  Value scaled = weight ? n.mul(g, n.cast(weight, wide)) : g;
  if (mask[0]) {
    Value average = n.mean(scaled, axes, true);
    Value along = n.mean(n.mul(scaled, unit), axes, true);
    Value y = n.sub(n.sub(scaled, average), n.mul(unit, along));
    n.out(0, n.cast(n.mul(y, rstd), element));
  }
  if (mask[1] && weight)
    n.out(1, n.cast(totalOf(n, n.mul(g, unit), outer, false),
                    n.elementOf(weight)));
  if (mask[2] && bias)
    n.out(2, n.cast(totalOf(n, g, outer, false), n.elementOf(bias)));
}

void buildBatchNorm(Node &n) {
  Value grad = n.tensor("grad_out"), x = n.tensor("input"),
        weight = n.optionalTensor("weight"),
        runningMean = n.optionalTensor("running_mean"),
        runningVariance = n.optionalTensor("running_var"),
        mean = n.optionalTensor("save_mean"),
        factor = n.optionalTensor("save_invstd");
  bool train = n.flag("train");
  double epsilon = n.real("eps");
  SmallVector<bool> mask = readMask(n);
  if (!n.failed() && n.rank(x) < 2)
    n.fail(formatv("rank {0} is less than 2", n.rank(x)));
  if (n.failed())
    return;
  if (train ? !mean || !factor : !runningMean || !runningVariance)
    return n.fail("it has no statistics");
  Type element = n.elementOf(x);
  Value g = wide(n, grad), in = wide(n, x);
  Ints axes = allButChannels(n, x);
  Value centre = perChannelOr(n, train ? mean : runningMean, in, 0), scale;
  if (train) {
    scale = perChannelOr(n, factor, in, 1);
  } else {
    Value variance = perChannelOr(n, runningVariance, in, 1);
    scale = n.div(n.like(in, 1),
                  n.unary<SqrtOp>(n.add(variance, n.like(variance, epsilon))));
  }
  Value unit = n.mul(n.sub(in, centre), scale);
  Value along = n.mul(g, unit);
  if (mask[0]) {
    Value y = g;
    if (train)
      y = n.sub(n.sub(g, averageOf(n, g, axes)),
                n.mul(unit, averageOf(n, along, axes)));
    y = n.mul(y, n.mul(scale, perChannelOr(n, weight, in, 1)));
    n.out(0, n.cast(y, element));
  }
  Type parameter = weight ? n.elementOf(weight) : element;
  if (mask[1])
    n.out(1, n.cast(totalOf(n, along, axes, false), parameter));
  if (mask[2])
    n.out(2, n.cast(totalOf(n, g, axes, false), parameter));
}

void buildGroupNorm(Node &n) {
  Value grad = n.tensor("grad_out"), x = n.tensor("input"),
        mean = n.tensor("mean"), rstd = n.tensor("rstd"),
        weight = n.optionalTensor("weight");
  int64_t groups = n.integer("group");
  // The extents of the input say the same.
  for (StringRef name : {"N", "C", "HxW"})
    n.ignore(name);
  SmallVector<bool> mask = readMask(n);
  if (n.failed() || n.rank(x) < 2)
    return n.fail("an input [N, C, ...] is wanted");
  Value g = wide(n, grad), in = wide(n, x);
  Value grouped = inGroups(n, in, groups);
  if (n.failed())
    return;
  Type element = n.elementOf(in);
  Dims line{n.dim(x, 0), n.expr(groups), n.expr(1)};
  Value centre = n.reshape(n.cast(mean, element), line),
        factor = n.reshape(n.cast(rstd, element), line);
  Value unit = n.mul(n.sub(grouped, centre), factor);
  if (mask[0]) {
    Value scaled = n.mul(g, perChannelOr(n, weight, in, 1));
    scaled = inGroups(n, n.broadcast(scaled, n.dims(x)), groups);
    Value along = n.mean(n.mul(scaled, unit), {2}, true);
    Value y =
        n.sub(n.sub(scaled, n.mean(scaled, {2}, true)), n.mul(unit, along));
    n.out(0, n.cast(n.reshape(n.mul(y, factor), n.dims(x)), n.elementOf(x)));
  }
  Ints axes = allButChannels(n, x);
  Type parameter = n.elementOf(weight ? weight : x);
  if (mask[1])
    n.out(1,
          n.cast(totalOf(n, n.mul(g, n.reshape(unit, n.dims(x))), axes, false),
                 parameter));
  if (mask[2])
    n.out(2, n.cast(totalOf(n, g, axes, false), parameter));
}

/// Rows of zeros, to which the gradients of all places that took them add up.
void buildEmbedding(Node &n) {
  Value grad = n.tensor("grad_output"), places = n.tensor("indices");
  AffineExpr rows = n.extent("num_weights");
  int64_t padding = n.integer("padding_idx");
  if (n.flag("scale_grad_by_freq"))
    n.refuse("scale_grad_by_freq=True is not supported", "False");
  if (n.failed())
    return;
  Value g = wide(n, grad);
  AffineExpr width = n.dim(g, -1), count = n.size(places);
  g = n.reshape(g, {count, width});
  places = n.reshape(places, {count, n.expr(1)});
  if (padding >= 0) {
    Value isPadding =
        n.compare<EqualOp>(places, n.scalarInt(n.elementOf(places), padding));
    g = n.select(isPadding, n.like(g, 0), g);
  }
  Value zeros = n.broadcast(n.like(g, 0), {rows, width});
  n.out(n.cast(scatterNd(n, zeros, places, g, "add"), n.elementOf(grad)));
}

/// Each element of the gradient goes where the maximum was.
void buildMaxPool(Node &n) {
  Value grad = n.tensor("grad_output"), x = n.tensor("self"),
        places = n.tensor("indices");
  // The indices say all of it.
  for (StringRef name :
       {"kernel_size", "stride", "padding", "dilation", "ceil_mode"})
    if (n.schema.find(name))
      n.ignore(name);
  if (n.failed() || n.rank(x) < 3)
    return n.fail("an image is wanted");
  int64_t spatial = n.schema.name.find("3d") != std::string::npos ? 3 : 2;
  int64_t outer = n.rank(x) - spatial;
  Dims dims = n.dims(x), image(dims.begin(), dims.begin() + outer);
  Dims windows = image;
  image.push_back(n.sizeOf(x, outer, n.rank(x)));
  windows.push_back(n.sizeOf(grad, outer, n.rank(grad)));
  Value g = n.reshape(wide(n, grad), windows);
  Value zeros = n.broadcast(n.like(g, 0), image);
  Value y =
      scatterElements(n, zeros, n.reshape(places, windows), g, outer, "add");
  n.out(n.cast(n.reshape(y, dims), n.elementOf(grad)));
}

/// A convolution whose gradient is wanted.
struct ConvolutionGradient {
  Value grad, x, w;
  Window window;
  int64_t groups;
};

/// What the stride left over at the end of an axis.
bool readLeft(Node &n, const ConvolutionGradient &c, Ints &left) {
  for (int64_t i = 0; i < c.window.spatial(); ++i) {
    AffineExpr covered = (n.dim(c.grad, i + 2) - 1) * c.window.strides[i] +
                         (c.window.span(i) - 2 * c.window.low[i]);
    std::optional<int64_t> rest =
        constantOf(n.simplify(n.dim(c.x, i + 2) - covered));
    if (!rest) {
      n.refuse("an open spatial extent is not supported", "a known extent");
      return false;
    }
    left.push_back(*rest);
  }
  return true;
}

Value inputGradient(Node &n, const ConvolutionGradient &c) {
  Ints left;
  if (!readLeft(n, c, left))
    return {};
  Window w = c.window;
  for (auto [high, rest] : llvm::zip(w.high, left))
    high -= rest;
  graph::Convolution transposed{c.grad, c.w, w, c.groups};
  return convolveTransposed(n, transposed, n.elementOf(c.grad));
}

/// [N, G * C, ...] as [G, ...] with N, the spatial axes and C in the order that
/// `perm`, of [N, G, C, ...], says.
Value groupsInFront(Node &n, Value x, int64_t groups, ArrayRef<int64_t> perm) {
  Dims dims = n.dims(x), split{dims[0], n.expr(groups)};
  split.push_back(dims[1].floorDiv(groups));
  split.append(dims.begin() + 2, dims.end());
  return n.transpose(n.reshape(x, split), perm);
}

/// What the windows see at a tap, of x with padding [G, N, ..., C].
Value elementsAt(Node &n, const ConvolutionGradient &c, Value x, int64_t tap) {
  Dims dims = n.dims(x), starts(dims.size(), n.expr(0));
  Ints steps(dims.size(), 1);
  for (int64_t i = c.window.spatial() - 1; i >= 0; --i) {
    dims[i + 2] = n.dim(c.grad, i + 2);
    starts[i + 2] = n.expr(tap % c.window.kernel[i] * c.window.dilations[i]);
    steps[i + 2] = c.window.strides[i];
    tap /= c.window.kernel[i];
  }
  return n.emit<SliceOp>(x,
                         {{"starts", n.exprs(starts)},
                          {"steps", n.ints(steps)},
                          {"dims", n.exprs(dims)}},
                         n.elementOf(x));
}

/// The windows' elements at some taps, [G, windows, taps * C]; x, with padding
/// and its channels last, is [G, N, ..., C].
Value elementsAt(Node &n, const ConvolutionGradient &c, Value x, int64_t first,
                 int64_t last) {
  SmallVector<Value> taps;
  for (int64_t tap = first; tap < last; ++tap)
    taps.push_back(elementsAt(n, c, x, tap));
  Value joined = n.concat(taps, n.rank(x) - 1);
  return n.reshape(joined,
                   {n.expr(c.groups), n.sizeOf(joined, 1, n.rank(x) - 1),
                    n.dim(joined, -1)});
}

Value padded(Node &n, const ConvolutionGradient &c) {
  Dims low(n.rank(c.x), n.expr(0)), high(low);
  for (int64_t i = 0; i < c.window.spatial(); ++i) {
    low[i + 2] = n.expr(c.window.low[i]);
    high[i + 2] = n.expr(c.window.high[i]);
  }
  return n.pad(c.x, n.like(c.x, 0), low, high);
}

/// Products of the gradient with what each tap of the kernel has seen, summed
/// over images and windows. Taps of few channels go into one product.
Value weightGradient(Node &n, const ConvolutionGradient &c) {
  if (n.failed())
    return {};
  constexpr int64_t columns = 16;
  int64_t rank = n.rank(c.x), taps = 1;
  for (int64_t extent : c.window.kernel)
    taps *= extent;
  Ints spatial = axesBetween(3, rank + 1), images{1, 0}, rows{1, 2, 0};
  llvm::append_range(images, spatial);
  images.push_back(2);
  llvm::append_range(rows, spatial);
  Value x = groupsInFront(n, padded(n, c), c.groups, images);
  Value grad = groupsInFront(n, c.grad, c.groups, rows);
  if (n.failed())
    return {};
  grad = n.reshape(
      grad, {n.dim(grad, 0), n.dim(grad, 1), n.sizeOf(grad, 2, rank + 1)});
  AffineExpr channels = n.dim(x, -1);
  int64_t step = std::max<int64_t>(
      columns / std::max<int64_t>(constantOf(channels).value_or(columns), 1),
      1);
  SmallVector<Value> parts;
  for (int64_t tap = 0; tap < taps; tap += step)
    parts.push_back(
        n.matmul(grad, elementsAt(n, c, x, tap, std::min(tap + step, taps)),
                 n.elementOf(c.x)));
  Value y = n.concat(parts, 2);
  Dims split{n.dim(c.grad, 1)};
  for (int64_t extent : c.window.kernel)
    split.push_back(n.expr(extent));
  split.push_back(channels);
  Ints order{0, rank - 1};
  llvm::append_range(order, axesBetween(1, rank - 1));
  return n.transpose(n.reshape(y, split), order);
}

/// Of a transposed convolution the input's gradient is a convolution, and that
/// of the weight is as if the gradient were the input.
Value ahead(Node &n, const ConvolutionGradient &c) {
  Value y = convolve(n, {c.grad, c.w, c.window, c.groups}, n.elementOf(c.grad));
  // A part of output_padding may hold one more window.
  for (int64_t i = 0; i < c.window.spatial() && !n.failed(); ++i)
    y = n.slice(y, i + 2, n.expr(0), n.dim(c.x, i + 2));
  return y;
}

void buildConvolution(Node &n) {
  Value grad = n.tensor("grad_output"), x = n.tensor("input"),
        weight = n.tensor("weight");
  SmallVector<bool> mask = readMask(n);
  n.ignore("bias_sizes"); // the channels of grad_output
  n.ignore("output_padding");
  bool transposed = n.flag("transposed");
  ConvolutionGradient c{
      wide(n, grad), wide(n, x), wide(n, weight), {}, n.integer("groups")};
  if (n.failed() || c.groups < 1)
    return;
  std::optional<Ints> kernel = kernelExtents(n, c.x, c.w, "weight");
  if (!kernel)
    return;
  int64_t spatial = kernel->size();
  c.window.kernel = *kernel;
  c.window.strides = perAxis(n, "stride", spatial, Ints(spatial, 1));
  c.window.low = perAxis(n, "padding", spatial, Ints(spatial, 0));
  c.window.high = c.window.low;
  c.window.dilations = perAxis(n, "dilation", spatial, Ints(spatial, 1));
  ConvolutionGradient turned{c.x, c.grad, c.w, c.window, c.groups};
  // First what needs most memory besides: the input's gradient is not there
  // yet.
  if (mask[1])
    n.out(1, n.cast(weightGradient(n, transposed ? turned : c),
                    n.elementOf(weight)));
  if (mask[0])
    n.out(0, n.cast(transposed ? ahead(n, c) : inputGradient(n, c),
                    n.elementOf(x)));
  if (mask[2])
    n.out(2, n.cast(totalOf(n, c.grad, allButChannels(n, c.grad), false),
                    n.elementOf(grad)));
}

/// Zeros of `input_sizes` with the gradient where a slice came from.
void buildSlice(Node &n) {
  Value grad = n.tensor("grad_output");
  Dims sizes = n.extents("input_sizes");
  int64_t axis = n.integer("dim"), step = n.integer("step");
  AffineExpr start = n.extent("start"), end = n.extent("end");
  (void)end; // the extent of the gradient says it
  if (n.failed() || step != 1)
    return n.refuse("a step is not supported", "1");
  axis = n.axisIn(axis, n.rank(grad));
  if (constantOf(start).value_or(0) < 0)
    start = sizes[axis] + start;
  Dims low(sizes.size(), n.expr(0)), high = low;
  low[axis] = start;
  high[axis] = sizes[axis] - start - n.dim(grad, axis);
  n.requireAtMost(n.expr(0), start, "a start of {1} is negative");
  n.requireAtMost(n.expr(0), high[axis], "{1} elements behind the slice");
  n.out(n.pad(grad, n.like(grad, 0), low, high));
}
void buildSelect(Node &n) {
  Value grad = n.tensor("grad_output");
  Dims sizes = n.extents("input_sizes");
  int64_t axis = n.integer("dim"), index = n.integer("index");
  if (n.failed())
    return;
  axis = n.axisIn(axis, sizes.size());
  AffineExpr place = index < 0 ? sizes[axis] + index : n.expr(index);
  Dims low(sizes.size(), n.expr(0)), high = low;
  low[axis] = place;
  high[axis] = sizes[axis] - place - 1;
  n.out(n.pad(n.unsqueeze(grad, {axis}), n.like(grad, 0), low, high));
}

constexpr OpRow kRows[] = {
    {"aten::native_layer_norm_backward(Tensor grad_out, Tensor input, SymInt[] "
     "normalized_shape, Tensor mean, Tensor rstd, Tensor? weight, Tensor? "
     "bias, bool[3] output_mask) -> (Tensor, Tensor, Tensor)",
     buildLayerNorm},
    {"aten::native_batch_norm_backward(Tensor grad_out, Tensor input, Tensor? "
     "weight, Tensor? running_mean, Tensor? running_var, Tensor? save_mean, "
     "Tensor? save_invstd, bool train, float eps, bool[3] output_mask) -> "
     "(Tensor, Tensor, Tensor)",
     buildBatchNorm},
    {"aten::native_group_norm_backward(Tensor grad_out, Tensor input, Tensor "
     "mean, Tensor rstd, Tensor? weight, SymInt N, SymInt C, SymInt HxW, int "
     "group, bool[3] output_mask) -> (Tensor, Tensor, Tensor)",
     buildGroupNorm},
    {"aten::embedding_dense_backward(Tensor grad_output, Tensor indices, "
     "SymInt num_weights, SymInt padding_idx, bool scale_grad_by_freq) -> "
     "Tensor",
     buildEmbedding},
    {"aten::max_pool2d_with_indices_backward(Tensor grad_output, Tensor self, "
     "int[2] kernel_size, int[2] stride, int[2] padding, int[2] dilation, bool "
     "ceil_mode, Tensor indices) -> Tensor",
     buildMaxPool},
    {"aten::max_pool3d_with_indices_backward(Tensor grad_output, Tensor self, "
     "int[3] kernel_size, int[3] stride, int[3] padding, int[3] dilation, bool "
     "ceil_mode, Tensor indices) -> Tensor",
     buildMaxPool},
    {"aten::adaptive_max_pool2d_backward(Tensor grad_output, Tensor self, "
     "Tensor indices) -> Tensor",
     buildMaxPool},
    {"aten::adaptive_max_pool3d_backward(Tensor grad_output, Tensor self, "
     "Tensor indices) -> Tensor",
     buildMaxPool},
    {"aten::convolution_backward(Tensor grad_output, Tensor input, Tensor "
     "weight, SymInt[]? bias_sizes, SymInt[] stride, SymInt[] padding, "
     "SymInt[] dilation, bool transposed, SymInt[] output_padding, SymInt "
     "groups, bool[3] output_mask) -> (Tensor, Tensor, Tensor)",
     buildConvolution},
    {"aten::slice_backward(Tensor grad_output, SymInt[] input_sizes, int dim, "
     "SymInt start, SymInt end, SymInt step) -> Tensor",
     buildSlice},
    {"aten::select_backward(Tensor grad_output, SymInt[] input_sizes, int dim, "
     "SymInt index) -> Tensor",
     buildSelect},
};

} // namespace

ArrayRef<OpRow> layerGradientRows() { return kRows; }

} // namespace opc::torch
