//===- SplitConvTranspose.cpp - conv_transpose as a conv ------------------===//
//
// Along an axis with stride s, output pixel s * q + r (before padding is cut
// off) is the sum over t of input pixel q - t times tap s * t + r. For each r
// that is a convolution with stride 1; all of them together are one, with s
// times the channels, whose result is put in order by moving it:
//
//   %y = opc.conv_transpose %x, %w {strides = [2, 2]}   // w: [C, M, 4, 4]
//     ->
//   %0 = opc.conv %x, %v                  // v: [2 * 2 * M, C, 2, 2]
//   %1 = opc.reshape %0                   // [N, H + 1, W + 1, 2, 2, M]
//   %2 = opc.transpose %1                 // [N, H + 1, 2, W + 1, 2, M]
//   %y = opc.slice(opc.reshape %2)        // [N, 2 * H, 2 * W, M]
//
// Where windows do not overlap the convolution has one tap: a product.
//
// A kernel that the strides do not divide has phases of fewer taps. There each
// phase is a convolution of its own, and axis by axis they are put between each
// other:
//
//   %0, %1 = opc.conv %x, %v0; opc.conv %x, %v1      // [N, H, W, M]
//   %y = opc.reshape(opc.concat %0, %1)              // [N, H, W, 2, M]
//
//===----------------------------------------------------------------------===//
#include "opc/Layout/MovementBuilder.h"
#include "opc/Targets/CPU/Passes.h"

namespace opc::cpu {
#define GEN_PASS_DEF_SPLITCONVTRANSPOSEPASS
#include "opc/Targets/CPU/Passes.h.inc"
} // namespace opc::cpu

using namespace mlir;
namespace opc::cpu {
namespace {

int64_t ceilDiv(int64_t x, int64_t y) { return (x + y - 1) / y; }

/// One axis of an image.
struct Axis {
  int64_t stride, taps;    ///< taps of the new convolution
  int64_t padLow, padHigh; ///< around the new convolution's input
  int64_t crop;            ///< output pixels left out before the first
};

std::optional<Axis> axisOf(ConvTransposeOp conv, unsigned i, int64_t kernel) {
  int64_t stride = conv.getStrides()[i], low = conv.getPadLow()[i];
  Axis axis;
  axis.stride = stride;
  axis.taps = ceilDiv(kernel, stride);
  // Whole groups of `stride` pixels that are cut off are not computed.
  int64_t first = std::min(low / stride, axis.taps - 1);
  axis.crop = low - first * stride;
  axis.padLow = axis.taps - 1 - first;
  int64_t reach = kernel - conv.getPadHigh()[i];
  axis.padHigh = ceilDiv(reach, stride) - 1;
  if (low < 0 || reach <= 0 || conv.getDilations()[i] != 1)
    return std::nullopt;
  return axis;
}

/// What `conv` reads, convolved by `w` with the pads of `axes`, one pixel after
/// the other.
template <typename Axes>
Value convolvedBy(Value w, const Axes &axes, ConvTransposeOp conv,
                  MovementBuilder &m) {
  SmallVector<int64_t> ones, low, high;
  for (const auto &axis : axes) {
    ones.push_back(1);
    low.push_back(axis.padLow);
    high.push_back(axis.padHigh);
  }
  NamedAttrList attributes;
  attributes.append("strides", m.b.getDenseI64ArrayAttr(ones));
  attributes.append("dilations", m.b.getDenseI64ArrayAttr(ones));
  attributes.append("pad_low", m.b.getDenseI64ArrayAttr(low));
  attributes.append("pad_high", m.b.getDenseI64ArrayAttr(high));
  attributes.append("group", conv.getGroupAttr());
  attributes.append("layout", conv.getLayoutAttr());
  return createInferred<ConvOp>(m, {conv.getX(), w}, attributes,
                                getElementTypeOrSelf(conv.getY()))
      .getY();
}

class Splitter {
public:
  Splitter(ConvTransposeOp conv, ShapeEnv &env)
      : conv(conv), env(env), b(conv), m{b, conv.getLoc(), env} {}

  void run() {
    auto type = cast<RankedTensorType>(conv.getW().getType());
    shape = type.getShape();
    rank = shape.size() - 2;
    group = conv.getGroup();
    for (unsigned i = 0; i < rank; ++i) {
      std::optional<Axis> axis = axisOf(conv, i, shape[i + 2]);
      if (!axis)
        return;
      axes.push_back(*axis);
    }
    conv.getY().replaceAllUsesWith(inOrder(convolved(weights())));
  }

private:
  /// [C, M / group, kernel...] -> [group * strides... * M / group, C / group,
  /// taps...], each tap s * t + r at [r, taps - 1 - t].
  Value weights() {
    Dims padded(env.dims(conv.getW()));
    Dims split = {env.constant(group), env.constant(shape[0] / group),
                  env.constant(shape[1])};
    int64_t phases = 1;
    for (auto [i, axis] : llvm::enumerate(axes)) {
      padded[i + 2] = env.constant(axis.taps * axis.stride);
      split.push_back(env.constant(axis.taps));
      split.push_back(env.constant(axis.stride));
      phases *= axis.stride;
    }
    Value w = m.reshape(m.pad(conv.getW(), padded), split);
    for (unsigned i = 0; i < rank; ++i)
      w = m.reverse(w, 3 + 2 * i);
    // group, C, M, (taps, stride)... -> group, stride..., M, C, taps...
    SmallVector<int64_t> perm = {0};
    for (unsigned i = 0; i < rank; ++i)
      perm.push_back(4 + 2 * i);
    perm.append({2, 1});
    for (unsigned i = 0; i < rank; ++i)
      perm.push_back(3 + 2 * i);
    SmallVector<int64_t> last = {group * phases * shape[1], shape[0] / group};
    for (Axis axis : axes)
      last.push_back(axis.taps);
    return m.reshape(m.transpose(w, perm), last);
  }

  Value convolved(Value w) { return convolvedBy(w, axes, conv, m); }

  /// [N, q..., group * stride... * M] -> [N, (q, stride)..., group * M], cut to
  /// the extents of the result.
  Value inOrder(Value phases) {
    const Dims y(env.dims(conv.getY())), q(env.dims(phases));
    Dims split(ArrayRef(q).drop_back()), merged = {q[0]};
    split.push_back(env.constant(group));
    SmallVector<int64_t> perm = {0}, starts = {0};
    for (auto [i, axis] : llvm::enumerate(axes)) {
      split.push_back(env.constant(axis.stride));
      perm.append({int64_t(i) + 1, int64_t(rank + 2 + i)});
      merged.push_back(q[i + 1] * axis.stride);
      starts.push_back(axis.crop);
    }
    split.push_back(env.constant(shape[1]));
    perm.append({int64_t(rank) + 1, 2 * int64_t(rank) + 2});
    merged.push_back(y.back());
    starts.push_back(0);
    Value placed =
        m.reshape(m.transpose(m.reshape(phases, split), perm), merged);
    return m.slice(placed, starts, y);
  }

  ConvTransposeOp conv;
  ShapeEnv &env;
  SuccessorBuilder b;
  MovementBuilder m;
  ArrayRef<int64_t> shape;
  unsigned rank = 0;
  int64_t group = 1;
  SmallVector<Axis> axes;
};

/// One phase of an axis: output pixels phase, phase + stride, ... .
struct Phase {
  int64_t first, taps;     ///< of the kernel: taps first, first + stride, ...
  int64_t padLow, padHigh; ///< around the phase's input
};

/// The phases of axis `i` in the order of the output, each with as many pixels
/// as the first; none where one has no taps or begins inside of the image.
SmallVector<Phase> phasesOf(ConvTransposeOp conv, unsigned i, int64_t kernel) {
  int64_t stride = conv.getStrides()[i], low = conv.getPadLow()[i];
  int64_t reach = kernel - low - conv.getPadHigh()[i];
  if (low < 0 || reach <= 0 || conv.getDilations()[i] != 1)
    return {};
  int64_t more = ceilDiv(reach, stride) - 1; // pixels than the input has
  SmallVector<Phase> phases;
  for (int64_t at = 0; at < stride; ++at) {
    Phase phase;
    phase.first = (at + low) % stride;
    phase.taps = ceilDiv(kernel - phase.first, stride);
    phase.padLow = phase.taps - 1 - (at + low) / stride;
    phase.padHigh = more - phase.padLow + phase.taps - 1;
    if (phase.first >= kernel || phase.padLow < 0 || phase.padHigh < 0)
      return {};
    phases.push_back(phase);
  }
  return phases;
}

/// A convolution for each phase of a kernel that the strides do not divide.
class PhaseSplitter {
public:
  PhaseSplitter(ConvTransposeOp conv, ShapeEnv &env)
      : conv(conv), env(env), b(conv), m{b, conv.getLoc(), env} {}

  /// Whether the op was replaced.
  bool run() {
    ArrayRef<int64_t> shape = typeOf(conv.getW()).getShape();
    int64_t count = 1;
    bool divides = true;
    for (unsigned i = 0; i + 2 < shape.size(); ++i) {
      axes.push_back(phasesOf(conv, i, shape[i + 2]));
      count *= axes.back().size();
      divides &= shape[i + 2] % conv.getStrides()[i] == 0;
    }
    if (divides || count == 0 || count > kMostPhases)
      return false;
    Dims y(env.dims(conv.getY()));
    conv.getY().replaceAllUsesWith(
        m.slice(along({}), SmallVector<int64_t>(y.size(), 0), y));
    return true;
  }

private:
  /// Each phase is some kernels more.
  static constexpr int64_t kMostPhases = 16;

  /// The pixels of all phases of the axes behind those that are chosen.
  Value along(ArrayRef<const Phase *> chosen) {
    size_t axis = chosen.size();
    if (axis == axes.size())
      return convolved(chosen);
    SmallVector<Value> parts;
    Dims dims;
    for (const Phase &phase : axes[axis]) {
      auto more = llvm::to_vector(chosen);
      more.push_back(&phase);
      Value part = along(more);
      dims = env.dims(part);
      Dims split(dims);
      split.insert(split.begin() + axis + 2, env.constant(1));
      parts.push_back(m.reshape(part, split));
    }
    dims[axis + 1] = dims[axis + 1] * int64_t(parts.size());
    return m.reshape(m.concat(parts, axis + 2), dims);
  }

  Value convolved(ArrayRef<const Phase *> phases) {
    return convolvedBy(weights(phases), llvm::make_pointee_range(phases), conv,
                       m);
  }

  /// [C, M / group, kernel...] -> [M, C / group, taps...], the last tap first.
  Value weights(ArrayRef<const Phase *> phases) {
    int64_t group = conv.getGroup(), rank = phases.size();
    Dims dims(env.dims(conv.getW()));
    SmallVector<int64_t> starts(dims.size(), 0), steps(dims.size(), 1);
    for (auto [i, phase] : llvm::enumerate(phases)) {
      int64_t stride = conv.getStrides()[i];
      starts[i + 2] = phase->first + (phase->taps - 1) * stride;
      steps[i + 2] = -stride;
      dims[i + 2] = env.constant(phase->taps);
    }
    Value taps = m.slice(conv.getW(), starts, dims, steps);
    AffineExpr inputs = env.constant(*constantOf(dims[0]) / group);
    AffineExpr outputs = dims[1];
    ArrayRef<AffineExpr> kernel = ArrayRef(dims).drop_front(2);
    Dims split = {env.constant(group), inputs, outputs};
    Dims last = {outputs * group, inputs};
    split.append(kernel.begin(), kernel.end());
    last.append(kernel.begin(), kernel.end());
    SmallVector<int64_t> perm = {0, 2, 1};
    for (int64_t i = 0; i < rank; ++i)
      perm.push_back(3 + i);
    return m.reshape(m.transpose(m.reshape(taps, split), perm), last);
  }

  ConvTransposeOp conv;
  ShapeEnv &env;
  SuccessorBuilder b;
  MovementBuilder m;
  SmallVector<SmallVector<Phase>> axes;
};

struct SplitConvTransposePass
    : impl::SplitConvTransposePassBase<SplitConvTransposePass> {
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    SmallVector<ConvTransposeOp> ops;
    getOperation()->walk([&](ConvTransposeOp op) {
      if (op.getLayout() == "NHWC" &&
          cast<RankedTensorType>(op.getW().getType()).hasStaticShape())
        ops.push_back(op);
    });
    for (ConvTransposeOp op : ops)
      if (!PhaseSplitter(op, env).run())
        Splitter(op, env).run();
    eraseUnused(getOperation());
  }
};

} // namespace
} // namespace opc::cpu
