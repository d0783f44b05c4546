//===- FourierNodes.cpp - DFT and STFT
//-----------------------------------------===//
//
// A short transform is a product with a constant matrix of sines and cosines,
// whose angles are reduced before they are rounded. A long one of length a * b
// is b transforms of length a, a turn of each result, and a transforms of
// length b (Cooley and Tukey): fewer products, and fewer roundings, too.
//
//===----------------------------------------------------------------------===//
#include "Reader/Node.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// Elements of a matrix above which a transform is split.
constexpr int64_t kDirectElements = int64_t(1) << 20;
/// What cannot be split, because its length is prime, may have more of them.
constexpr int64_t kMostElements = int64_t(1) << 22;
constexpr int64_t kLongest = int64_t(1) << 20;
/// Lengths up to this are one product of the size that machines like.
constexpr int64_t kLargestFactor = 64;

/// A factor of a length, which is the length itself where it is prime.
int64_t factorOf(int64_t length) {
  for (int64_t factor = std::min(kLargestFactor, length - 1); factor > 1;
       --factor)
    if (length % factor == 0)
      return factor;
  for (int64_t factor = kLargestFactor + 1; factor * factor <= length; ++factor)
    if (length % factor == 0)
      return factor;
  return length;
}

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

/// The two parts of a transform of a length a * b: of length a, and of b.
std::pair<Transform, Transform> split(const Transform &t) {
  int64_t factor = factorOf(t.length), rest = t.length / factor;
  Transform first{factor, factor, t.inParts, factor, 2, t.inverse, false};
  if (t.halfSpectrum)
    first.inParts = 2;
  Transform second{rest,       rest,      2,    (t.bins + factor - 1) / factor,
                   t.outParts, t.inverse, false};
  return {first, second};
}

bool isDirect(const Transform &t) {
  return t.elements() <= kDirectElements || factorOf(t.length) == t.length;
}

bool hasSmallMatrices(const Transform &t) {
  if (isDirect(t))
    return t.elements() <= kMostElements;
  auto [first, second] = split(t);
  return first.elements() <= kMostElements && hasSmallMatrices(second);
}

/// Fails unless the transform is defined and its matrices have sensible sizes.
bool isSupported(Node &n, const Transform &t) {
  if (t.length < 1 || t.samples < 1) {
    n.fail(formatv("a transform of {0} samples with a length of {1} is not "
                   "defined",
                   t.samples, t.length));
  } else if (t.length > kLongest || t.samples > kLongest) {
    n.refuse(
        formatv(
            "a transform of {0} samples with a length of {1} is not supported",
            t.samples, t.length),
        formatv("{0} of them", kLongest));
  } else if (!hasSmallMatrices(t)) {
    n.refuse(
        formatv("a transform of a length of {0} is not supported", t.length),
        "a length without prime factors above 1021");
  }
  return !n.failed();
}

/// v [rest..., samples, parts] times the matrix: [rest..., bins, parts].
Value applyMatrix(Node &n, Value v, const Transform &t) {
  if (n.failed())
    return {};
  Dims result = n.dims(v);
  result.truncate(n.rank(v) - 2);
  int64_t rows = t.samples * t.inParts, columns = t.bins * t.outParts;
  AffineExpr count = n.sizeOf(v, 0, n.rank(v) - 2);
  Type element = n.elementOf(v);
  Value matrix = n.reals(element, {rows, columns}, t.matrix());
  Value y = n.matmul(n.reshape(v, {count, n.expr(rows)}), matrix, element);
  result.append({n.expr(t.bins), n.expr(t.outParts)});
  return n.reshape(y, result);
}

/// A period of a transform's samples: with zeros where there are fewer, and the
/// second half of a symmetric spectrum, which mirrors and conjugates the first.
Value wholePeriod(Node &n, Value v, const Transform &t) {
  int64_t axis = n.rank(v) - 2;
  int64_t wanted = t.halfSpectrum ? t.length / 2 + 1 : t.length;
  v = n.slice(v, axis, n.expr(0), n.expr(std::min(wanted, t.samples)));
  Dims low(n.rank(v), n.expr(0)), high = low;
  if (n.failed())
    return {};
  high[axis] = n.expr(std::max<int64_t>(wanted - t.samples, 0));
  v = n.pad(v, n.like(v, 0), low, high);
  if (!t.halfSpectrum)
    return v;
  int64_t mirrored = (t.length - 1) / 2;
  Value rest = n.slice(v, axis, n.expr(mirrored), n.expr(mirrored), -1);
  Value conjugate = n.reals(n.elementOf(v), {2}, {1, -1});
  return n.concat({v, n.mul(rest, conjugate)}, axis);
}

/// v [..., b, a, 2], each number turned by i * j of `length` parts of a circle.
Value turned(Node &n, Value v, int64_t b, int64_t a, bool inverse) {
  SmallVector<double> cosines, sines;
  double step = 2 * M_PI / static_cast<double>(a * b);
  for (int64_t i = 0; i < b; ++i)
    for (int64_t j = 0; j < a; ++j) {
      double angle = static_cast<double>(i * j) * step;
      double sine = inverse ? -std::sin(angle) : std::sin(angle);
      cosines.push_back(std::cos(angle));
      sines.append({sine, -sine});
    }
  Type element = n.elementOf(v);
  Value same = n.mul(v, n.reals(element, {b, a, 1}, cosines));
  return n.add(same, n.mul(n.flip(v, -1), n.reals(element, {b, a, 2}, sines)));
}

/// v [rest..., samples, parts] -> [rest..., bins, parts].
Value transform(Node &n, Value v, const Transform &t) {
  if (isDirect(t))
    return applyMatrix(n, v, t);
  auto [first, second] = split(t);
  int64_t a = first.length, b = second.length;
  // Sample i * b + j is at [i, j], bin k * a + l at [k, l].
  v = n.splitAxis(wholePeriod(n, v, t), -2, n.expr(a), n.expr(b));
  Ints swap = axesUpTo(n.rank(v));
  if (n.failed())
    return {};
  std::swap(swap[swap.size() - 3], swap[swap.size() - 2]);
  v = turned(n, applyMatrix(n, n.transpose(v, swap), first), b, a, t.inverse);
  v = n.transpose(transform(n, n.transpose(v, swap), second), swap);
  if (n.failed())
    return {};
  Dims joined = n.dims(v);
  joined.erase(joined.end() - 3);
  joined[joined.size() - 2] = n.expr(second.bins * a);
  return n.slice(n.reshape(v, joined), -2, n.expr(0), n.expr(t.bins));
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
    n.refuse("the extent of its axis is not known", "a number");
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
  bool forwardHalf = oneSided && !inverse, backwardHalf = oneSided && inverse;
  Transform t{*length,
              samples,
              parts,
              forwardHalf ? *length / 2 + 1 : *length,
              backwardHalf ? 1 : 2,
              inverse,
              backwardHalf};
  return isSupported(n, t) ? std::optional(t) : std::nullopt;
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
  // [rest..., samples, parts] and back.
  Ints perm = axesUpTo(rank), back(rank);
  std::rotate(perm.begin() + axis, perm.begin() + axis + 1, perm.end() - 1);
  for (auto [i, p] : llvm::enumerate(perm))
    back[p] = i;
  Type precise = n.elementOf(x).isF64() ? n.elementOf(x) : n.f32Type();
  Value y = transform(n, n.cast(n.transpose(x, perm), precise), *t);
  n.out(0, n.transpose(n.cast(y, n.elementOf(x)), back));
}

/// Frames of the signal as windows of a convolution, whose weights are the
/// matrix, each row times the window's value.
Value convolvedFrames(Node &n, Value x, Value window, int64_t step,
                      const Transform &t) {
  Type element = n.elementOf(x);
  Value weights =
      n.reals(element, {t.length, t.inParts, t.bins * 2}, t.matrix());
  weights = n.transpose(weights, {2, 1, 0}); // [bins * 2, parts, length]
  if (window)
    weights = n.mul(weights, window);
  Value y = n.emit<ConvOp>({n.transpose(x, {0, 2, 1}), weights},
                           {{"strides", n.ints(step)},
                            {"dilations", n.ints(1)},
                            {"pad_low", n.ints(0)},
                            {"pad_high", n.ints(0)},
                            {"group", n.i64(1)}},
                           element);
  y = n.transpose(y, {0, 2, 1}); // [batch, frames, bins * 2]
  return n.splitAxis(y, 2, n.expr(t.bins), n.expr(2));
}

/// Frames as a tensor [batch, frames, length, parts], transformed.
Value gatheredFrames(Node &n, Value x, Value window, int64_t step,
                     const Transform &t) {
  Type index = n.i64Type();
  AffineExpr length = n.expr(t.length);
  AffineExpr frames = (n.dim(x, 1) - t.length).floorDiv(step) + 1;
  Value first =
      n.mul(n.iota(index, 0, {frames, n.expr(1)}), n.scalarInt(index, step));
  Value v = n.gather(x, n.add(first, n.iota(index, 1, {n.expr(1), length})), 1);
  if (window)
    v = n.mul(v, n.reshape(window, {length, n.expr(1)}));
  return transform(n, v, t);
}

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
  if (!isSupported(n, t))
    return;
  n.requireAtMost(n.expr(*length), n.dim(x, 1));
  Type precise = n.elementOf(x).isF64() ? n.elementOf(x) : n.f32Type();
  Value window = n.cast(n.in(2), precise);
  if (window)
    n.requireEqual(n.size(window), n.expr(*length));
  auto transformFrames = isDirect(t) ? convolvedFrames : gatheredFrames;
  Value y = transformFrames(n, n.cast(x, precise), window, *step, t);
  n.out(0, n.cast(y, n.elementOf(x)));
}

constexpr OpRow kRows[] = {
    {"DFT", 17, kLatest, buildDft},
    {"STFT", 17, kLatest, buildStft},
};

} // namespace

ArrayRef<OpRow> fourierRows() { return kRows; }

} // namespace opc::onnx
