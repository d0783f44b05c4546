//===- Fourier.cpp - DFT and STFT -----------------------------------------===//
//
// A transform of fixed length is a product with a constant matrix of sines and
// cosines, whose angles are reduced before they are rounded. That is exact to a
// few units in the last place and quick for the lengths that models have;
// longer ones are refused.
//
//===----------------------------------------------------------------------===//
#include "Node.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

constexpr int64_t kMostElements = int64_t(1) << 22;

/// What a transform takes and gives; parts are 1 for reals, 2 for complex.
struct Transform {
  int64_t length;   // of the period
  int64_t samples;  // that are there; others are 0
  int64_t inParts;  // of a sample
  int64_t bins;     // of the result
  int64_t outParts; // of a bin
  bool inverse;
  bool halfSpectrum; // samples are the first half of a symmetric spectrum

  int64_t elements() const { return samples * inParts * bins * outParts; }

  /// How much of sample `j`, part `from`, is in bin `k`, part `to`.
  double weight(int64_t j, int64_t from, int64_t k, int64_t to) const {
    if (j >= (halfSpectrum ? length / 2 + 1 : length))
      return 0;
    double angle = 2 * M_PI * static_cast<double>(j * k % length) /
                   static_cast<double>(length);
    double sine = inverse ? std::sin(angle) : -std::sin(angle);
    double value = from == to ? std::cos(angle) : from == 0 ? sine : -sine;
    bool mirrored = halfSpectrum && j != 0 && 2 * j != length;
    return value * (mirrored ? 2 : 1) /
           (inverse ? static_cast<double>(length) : 1);
  }

  /// The matrix [samples * inParts, bins * outParts], row-major.
  SmallVector<double> matrix() const {
    int64_t columns = bins * outParts;
    SmallVector<double> values(elements());
    for (auto [i, value] : llvm::enumerate(values)) {
      int64_t row = static_cast<int64_t>(i) / columns;
      int64_t column = static_cast<int64_t>(i) % columns;
      value = weight(row / inParts, row % inParts, column / outParts,
                     column % outParts);
    }
    return values;
  }
};

/// Fails unless the matrix has a sensible size.
bool isSmallEnough(Node &n, const Transform &t) {
  constexpr int64_t kLongest = 1 << 20;
  if (t.length < 1 || t.samples < 1)
    n.fail(formatv("a transform of {0} samples with a length of {1} is not "
                   "defined",
                   t.samples, t.length));
  if (t.length > kLongest || t.samples > kLongest ||
      t.elements() > kMostElements)
    n.fail(formatv("a transform of {0} samples to {1} bins of a length of {2} "
                   "is not supported; nearest supported form: {3} products of "
                   "samples and bins",
                   t.samples, t.bins, t.length, kMostElements / 2));
  return !n.failed();
}

/// A scalar that has to be known, or `absent` where it is left out.
std::optional<int64_t> knownScalar(Node &n, int64_t i, StringRef name,
                                   std::optional<int64_t> absent) {
  if (!n.has(i))
    return absent;
  return n.knownScalar(i, name);
}

/// Extents of the axis and of the last one, which are to be known.
std::optional<std::pair<int64_t, int64_t>> signalExtents(Node &n, Value x,
                                                         int64_t axis) {
  std::optional<int64_t> samples = constantOf(n.dim(x, axis));
  std::optional<int64_t> parts = constantOf(n.dim(x, -1));
  if (!samples || !parts) {
    n.fail("the extent of its axis is not known; nearest supported form: a "
           "number");
    return std::nullopt;
  }
  if (*parts != 1 && *parts != 2)
    n.fail(formatv("the last extent is {0}, not 1 or 2", *parts));
  return n.failed() ? std::nullopt : std::optional(std::pair(*samples, *parts));
}

/// The transform that the node's attributes ask for.
std::optional<Transform> readTransform(Node &n, Value x, int64_t axis) {
  auto extents = signalExtents(n, x, axis);
  if (!extents)
    return std::nullopt;
  auto [samples, parts] = *extents;
  bool inverse = n.flag("inverse", false);
  bool oneSided = n.flag("onesided", false);
  int64_t usual = inverse && oneSided ? 2 * (samples - 1) : samples;
  std::optional<int64_t> length = knownScalar(n, 1, "dft_length", usual);
  if (!length)
    return std::nullopt;
  if (oneSided && parts != (inverse ? 2 : 1)) {
    n.fail(formatv("onesided {0}transform of {1} parts is not defined",
                   inverse ? "inverse " : "", parts));
    return std::nullopt;
  }
  // What the suite expects of it is the rounding of one library's FFT, so that
  // nothing could be checked.
  if (inverse && !oneSided) {
    n.fail("the inverse of a whole spectrum is not supported; nearest "
           "supported form: inverse=1 with onesided=1");
    return std::nullopt;
  }
  bool forwardHalf = oneSided && !inverse, backwardHalf = oneSided && inverse;
  Transform t{*length,
              samples,
              parts,
              forwardHalf ? *length / 2 + 1 : *length,
              backwardHalf ? 1 : 2,
              inverse,
              backwardHalf};
  return isSmallEnough(n, t) ? std::optional(t) : std::nullopt;
}

void buildDft(Node &n) {
  Value x = n.need(0);
  std::optional<int64_t> given = n.opset < 20
                                     ? std::optional(n.integer("axis", 1))
                                     : knownScalar(n, 2, "axis", -2);
  if (n.failed() || n.rank(x) < 2 || !n.isFloat(x))
    return n.fail("the input is no tensor of floats of rank 2 or more");
  int64_t rank = n.rank(x), axis = n.axisIn(*given, rank);
  if (axis == rank - 1)
    n.fail("axis is the one of real and imaginary parts");
  std::optional<Transform> t =
      n.failed() ? std::nullopt : readTransform(n, x, axis);
  if (!t)
    return;
  // [rest..., samples, parts], then [rest..., samples * parts].
  Ints perm = axesUpTo(rank);
  std::rotate(perm.begin() + axis, perm.begin() + axis + 1, perm.end() - 1);
  Value signal = n.transpose(x, perm);
  Dims rest = n.dims(signal);
  if (n.failed())
    return;
  rest.truncate(rank - 2);
  Dims rows = rest, result = rest;
  rows.append({n.expr(1), n.expr(t->samples * t->inParts)});
  result.append({n.expr(t->bins), n.expr(t->outParts)});
  Type precise = n.elementOf(x).isF64() ? n.elementOf(x) : n.f32Type();
  Value matrix = n.reals(
      precise, {t->samples * t->inParts, t->bins * t->outParts}, t->matrix());
  Value y = n.matmul(n.cast(n.reshape(signal, rows), precise), matrix, precise);
  y = n.reshape(n.cast(y, n.elementOf(x)), result);
  Ints back(rank);
  for (auto [i, p] : llvm::enumerate(perm))
    back[p] = i;
  n.out(0, n.transpose(y, back));
}

/// Frames of the signal as windows of a convolution, whose weights are the
/// matrix, each row times the window's value.
void buildStft(Node &n) {
  Value x = n.need(0);
  if (n.failed() || n.rank(x) != 3 || !n.isFloat(x))
    return n.fail("the signal is no tensor of floats of rank 3");
  std::optional<int64_t> step =
      n.need(1) ? knownScalar(n, 1, "frame_step", 0) : std::nullopt;
  std::optional<int64_t> windowed =
      n.has(2) ? constantOf(n.size(n.in(2))) : constantOf(n.dim(x, 1));
  std::optional<int64_t> length = knownScalar(n, 3, "frame_length", windowed);
  std::optional<int64_t> parts = constantOf(n.dim(x, 2));
  if (n.failed() || !step || !length || !parts)
    return n.failNeeds("frame_length");
  bool oneSided = n.flag("onesided", true) && *parts == 1;
  if (*step < 1 || *parts < 1 || *parts > 2)
    return n.fail(formatv("a frame_step of {0} or {1} parts is out of range",
                          *step, *parts));
  Transform t{*length, *length, *parts, oneSided ? *length / 2 + 1 : *length,
              2,       false,   false};
  if (!isSmallEnough(n, t))
    return;
  n.requireAtMost(n.expr(*length), n.dim(x, 1));
  Type precise = n.elementOf(x).isF64() ? n.elementOf(x) : n.f32Type();
  Value weights = n.reals(precise, {*length, *parts, t.bins * 2}, t.matrix());
  weights = n.transpose(weights, {2, 1, 0}); // [bins * 2, parts, length]
  if (n.has(2)) {
    n.requireEqual(n.size(n.in(2)), n.expr(*length));
    weights = n.mul(weights, n.cast(n.in(2), precise));
  }
  Value signal = n.cast(n.transpose(x, {0, 2, 1}), precise);
  Value y = n.emit<ConvOp>({signal, weights},
                           {{"strides", n.ints(*step)},
                            {"dilations", n.ints(1)},
                            {"pad_low", n.ints(0)},
                            {"pad_high", n.ints(0)},
                            {"group", n.i64(1)}},
                           precise);
  y = n.transpose(y, {0, 2, 1}); // [batch, frames, bins * 2]
  y = n.splitAxis(y, 2, n.expr(t.bins), n.expr(2));
  n.out(0, n.cast(y, n.elementOf(x)));
}

constexpr OpRow kRows[] = {
    {"DFT", 17, kLatest, buildDft},
    {"STFT", 17, kLatest, buildStft},
};

} // namespace

ArrayRef<OpRow> fourierRows() { return kRows; }

} // namespace opc::onnx
