//===- FourierNodes.cpp - DFT and STFT ------------------------------------===//
#include "Reader/Node.h"
#include "opc/Frontend/Graph/Signals/FourierTransform.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

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
  n.out(0, transformAxis(n, x, axis, *t));
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
  if (!n.failed() && !parts)
    return n.fail(Objection::unsupported(
        "an open last axis of the signal is not supported",
        "an extent of 1 or 2"));
  if (n.failed() || !step || !length)
    return n.failNeeds("frame_length");
  bool oneSided = n.flag("onesided", true) && *parts == 1;
  if (*step < 1 || *parts < 1 || *parts > 2)
    return n.fail(formatv("a frame_step of {0} or {1} parts is out of range",
                          *step, *parts));
  Transform t{*length, *length, *parts, oneSided ? *length / 2 + 1 : *length,
              2,       false,   false};
  if (isSupported(n, t))
    n.out(0, transformFrames(n, {x, n.in(2), *step}, t));
}

constexpr OpRow kRows[] = {
    {"DFT", 17, kLatest, buildDft},
    {"STFT", 17, kLatest, buildStft},
};

} // namespace

ArrayRef<OpRow> fourierRows() { return kRows; }

} // namespace opc::onnx
