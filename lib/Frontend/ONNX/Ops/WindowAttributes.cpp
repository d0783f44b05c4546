//===- WindowAttributes.cpp - windows as ONNX nodes give them -------------===//
#include "WindowAttributes.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {

Ints windowList(Node &n, StringRef name, int64_t count, int64_t absent,
                int64_t least) {
  Ints values = n.integers(name, Ints(std::max<int64_t>(count, 0), absent));
  for (int64_t value : values)
    if (value < least || value > std::numeric_limits<int32_t>::max())
      n.fail(formatv("attribute {0} holds {1}", quoted(name), value));
  return values;
}

Ints readPads(Node &n, int64_t spatial, StringRef mode) {
  Ints pads = windowList(n, "pads", 2 * spatial, 0, 0);
  static constexpr llvm::StringLiteral kModes[] = {"", "NOTSET", "SAME_UPPER",
                                                   "SAME_LOWER", "VALID"};
  if (!llvm::is_contained(kModes, mode))
    n.fail("auto_pad " + quoted(mode) + " is not known");
  bool some = llvm::any_of(pads, [](int64_t pad) { return pad != 0; });
  if (some && mode != "NOTSET" && !mode.empty())
    n.refuse("pads beside auto_pad " + quoted(mode) + " are not supported",
             "one of the two");
  return pads;
}

Ints kernelOf(Node &n, Value x) {
  int64_t spatial = n.rank(x) - 2;
  if (!n.failed() && spatial < 1)
    n.fail(formatv("rank {0} is less than 3", n.rank(x)));
  if (!n.hasAttr("kernel_shape"))
    n.fail("attribute 'kernel_shape' is missing");
  return windowList(n, "kernel_shape", spatial, 1, 1);
}

void setPads(Window &w, const Ints &pads) {
  w.low.assign(pads.begin(), pads.begin() + w.spatial());
  w.high.assign(pads.begin() + w.spatial(), pads.end());
}

std::optional<Window> readWindow(Node &n, Value &x, const Ints &kernel,
                                 Value filler) {
  Window w;
  int64_t spatial = kernel.size();
  w.kernel = kernel;
  w.strides = windowList(n, "strides", spatial, 1, 1);
  w.dilations = windowList(n, "dilations", spatial, 1, 1);
  w.low = w.high = Ints(spatial, 0);
  std::string mode = n.string("auto_pad", "NOTSET");
  Ints pads = readPads(n, spatial, mode);
  if (n.failed())
    return std::nullopt;
  bool given = mode == "NOTSET" || mode.empty();
  if (given)
    setPads(w, pads);
  for (int64_t i = 0; !given && mode != "VALID" && i < spatial; ++i)
    if (!padSame(n, x, w, i, mode == "SAME_UPPER", filler))
      n.refuse(formatv("auto_pad on an axis of unknown extent with stride {0} "
                       "is not supported here",
                       w.strides[i]),
               "pads");
  return n.failed() ? std::nullopt : std::optional(w);
}

std::optional<Ints> convKernel(Node &n, Value x, Value w) {
  std::optional<Ints> kernel = kernelExtents(n, x, w, "W");
  if (kernel && n.hasAttr("kernel_shape") &&
      windowList(n, "kernel_shape", n.rank(x) - 2, 1, 1) != *kernel)
    n.fail("kernel_shape is not that of W");
  return n.failed() ? std::nullopt : kernel;
}

Value convolveNode(Node &n, Value x, Value w, Value filler, Type element) {
  std::optional<Ints> kernel = convKernel(n, x, w);
  int64_t group = n.integer("group", 1);
  if (!kernel)
    return {};
  std::optional<Window> window = readWindow(n, x, *kernel, filler);
  return window ? convolve(n, {x, w, *window, group}, element) : Value();
}

} // namespace opc::onnx
