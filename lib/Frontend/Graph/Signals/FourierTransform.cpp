//===- FourierTransform.cpp - discrete Fourier transforms -----------------===//
#include "opc/Frontend/Graph/Signals/FourierTransform.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using llvm::formatv;

namespace opc::graph {

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

} // namespace

double Transform::weight(int64_t j, int64_t from, int64_t k, int64_t to) const {
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

SmallVector<double> Transform::matrix() const {
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

namespace {

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

} // namespace

bool isSupported(Emitter &n, const Transform &t) {
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

namespace {

/// v [rest..., samples, parts] times the matrix: [rest..., bins, parts].
Value applyMatrix(Emitter &n, Value v, const Transform &t) {
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
Value wholePeriod(Emitter &n, Value v, const Transform &t) {
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
Value turned(Emitter &n, Value v, int64_t b, int64_t a, bool inverse) {
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
Value transform(Emitter &n, Value v, const Transform &t) {
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

/// The type in which a transform of x is computed.
Type preciseType(Emitter &n, Value x) {
  return n.elementOf(x).isF64() ? n.elementOf(x) : n.f32Type();
}

} // namespace

Value transformAxis(Emitter &n, Value x, int64_t axis, const Transform &t) {
  // [rest..., samples, parts] and back.
  Ints perm = axesUpTo(n.rank(x)), back(perm.size());
  std::rotate(perm.begin() + axis, perm.begin() + axis + 1, perm.end() - 1);
  for (auto [i, p] : llvm::enumerate(perm))
    back[p] = i;
  Value y = transform(n, n.cast(n.transpose(x, perm), preciseType(n, x)), t);
  return n.transpose(n.cast(y, n.elementOf(x)), back);
}

namespace {

/// Frames of the signal as windows of a convolution, whose weights are the
/// matrix, each row times the window's value.
Value convolvedFrames(Emitter &n, Value x, Value window, int64_t step,
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
Value gatheredFrames(Emitter &n, Value x, Value window, int64_t step,
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

} // namespace

Value transformFrames(Emitter &n, const Frames &f, const Transform &t) {
  n.requireAtMost(n.expr(t.length), n.dim(f.x, 1));
  Type precise = preciseType(n, f.x);
  Value window = n.cast(f.window, precise);
  if (window)
    n.requireEqual(n.size(window), n.expr(t.length));
  auto transformAll = isDirect(t) ? convolvedFrames : gatheredFrames;
  Value y = transformAll(n, n.cast(f.x, precise), window, f.step, t);
  return n.cast(y, n.elementOf(f.x));
}

} // namespace opc::graph
