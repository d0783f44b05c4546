//===- SplitPoolIndices.cpp - where maxima are, tap by tap ----------------===//
//
// Tap k of every window is a slice of the image, and so the place of the first
// maximum follows from comparing slices, element by element:
//
//   %y = opc.max_pool_indices %x {kernel = [1, 2], strides = [1, 2]}
//     ->
//   %0 = opc.slice %x                      // every tap 0
//   %1 = opc.slice %x                      // every tap 1
//   %2 = opc.greater %1, %0
//   %3 = opc.select %2, 1, 0
//   %y = opc.add (opc.cast %3), %first     // of each window
//
// Taps in the padding are never taken, which is known for each output. A NaN is
// more than all before it, so that of several the last is taken.
//
//===----------------------------------------------------------------------===//
#include "opc/Dialect/Opc/IR/ConstantData.h"
#include "opc/Layout/MovementBuilder.h"
#include "opc/Targets/CPU/Passes.h"
#include "opc/Targets/CPU/Vector/WindowEdges.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/Support/MathExtras.h"

namespace opc::cpu {
#define GEN_PASS_DEF_SPLITPOOLINDICESPASS
#include "opc/Targets/CPU/Passes.h.inc"
} // namespace opc::cpu

using namespace mlir;
namespace opc::cpu {
namespace {

/// Code grows with the taps; a window of more keeps its loop.
constexpr int64_t kMostTaps = 32;

/// A window along one spatial axis, and the extents of image and result.
struct Axis : WindowAxis {
  int64_t extent, outputs;

  int64_t place(int64_t output, int64_t tap) const {
    return output * stride - padLow + tap * dilation;
  }
  bool isInside(int64_t output, int64_t tap) const {
    int64_t at = place(output, tap);
    return at >= 0 && at < extent;
  }
};

class Splitter {
public:
  Splitter(MaxPoolIndicesOp pool, ShapeEnv &env)
      : pool(pool), env(env), b(pool), m{b, pool.getLoc(), env} {}

  void run() {
    if (!readAxes())
      return;
    BitVector full(outputs);
    for (int64_t tap = 0; tap < taps; ++tap)
      full |= insideOf(tapOf(tap));
    if (!full.all())
      return; // some window has no element
    readPadding();
    seen.resize(outputs);
    for (int64_t tap = 0; tap < taps; ++tap)
      compare(tap);
    replace();
  }

private:
  bool readAxes() {
    const Dims x(env.dims(pool.getX())), y(env.dims(pool.getY()));
    for (size_t i = 0; i < pool.getKernel().size(); ++i) {
      auto extent = constantOf(x[i + 2]), count = constantOf(y[i + 2]);
      if (!extent || !count)
        return false;
      axes.push_back(
          {{pool.getKernel()[i], pool.getStrides()[i], pool.getDilations()[i],
            pool.getPadLow()[i], pool.getPadHigh()[i]},
           *extent,
           *count});
      image *= *extent;
      outputs *= *count;
      taps *= pool.getKernel()[i];
    }
    return constantOf(x[1]) && !pool.getColumnMajor() && taps <= kMostTaps &&
           outputs > 0 && llvm::isInt<32>(image);
  }

  /// The image and as much around it as windows reach. What is there is never
  /// taken.
  void readPadding() {
    x = pool.getX();
    Dims dims(env.dims(x));
    SmallVector<int64_t> low(dims.size(), 0);
    for (auto [i, axis] : llvm::enumerate(axes)) {
      int64_t before = std::max<int64_t>(axis.padLow, 0);
      int64_t end = axis.place(axis.outputs - 1, axis.taps - 1) + 1;
      int64_t after = std::max<int64_t>(end - axis.extent, 0);
      low[i + 2] = before;
      dims[i + 2] = env.constant(before + axis.extent + after);
    }
    x = m.pad(x, dims, low);
  }

  void compare(int64_t tap) {
    SmallVector<int64_t> at = tapOf(tap);
    BitVector inside = insideOf(at), first = inside;
    first.reset(seen);
    seen |= inside;
    if (inside.none())
      return;
    Value value = slice(at), offset = scalar(offsetOf(at), b.getI32Type());
    if (!best || first.all()) {
      best = value;
      place = offset;
      return;
    }
    Value taken = binary<GreaterOp>(value, best, b.getI1Type());
    if (isa<FloatType>(getElementTypeOrSelf(value)))
      taken = binary<OrOp>(taken, isNan(value), b.getI1Type());
    if (!inside.all())
      taken = binary<AndOp>(taken, mask(inside), b.getI1Type());
    if (first.any())
      taken = binary<OrOp>(taken, mask(first), b.getI1Type());
    best = select(taken, value, best);
    place = select(taken, offset, place);
  }

  Value isNan(Value value) {
    Type type = tensorType(env.dims(value), b.getI1Type());
    return IsNanOp::create(b, m.loc, type, value);
  }

  SmallVector<int64_t> tapOf(int64_t tap) const {
    SmallVector<int64_t> at(axes.size());
    for (size_t i = axes.size(); i-- > 0; tap /= axes[i].taps)
      at[i] = tap % axes[i].taps;
    return at;
  }

  /// For which outputs of an image this tap lies inside of it.
  BitVector insideOf(ArrayRef<int64_t> tap) const {
    BitVector inside(outputs);
    for (int64_t output = 0; output < outputs; ++output) {
      bool all = true;
      int64_t rest = output;
      for (size_t i = axes.size(); i-- > 0; rest /= axes[i].outputs)
        all &= axes[i].isInside(rest % axes[i].outputs, tap[i]);
      inside[output] = all;
    }
    return inside;
  }

  /// How far the tap lies behind the first one in a row-major image.
  int64_t offsetOf(ArrayRef<int64_t> tap) const {
    int64_t offset = 0;
    for (auto [axis, at] : llvm::zip(axes, tap))
      offset = offset * axis.extent + at * axis.dilation;
    return offset;
  }

  /// The tap of every window.
  Value slice(ArrayRef<int64_t> tap) {
    Dims dims(env.dims(pool.getY()));
    SmallVector<int64_t> starts(dims.size(), 0), steps(dims.size(), 1);
    for (auto [i, axis] : llvm::enumerate(axes)) {
      int64_t before = std::max<int64_t>(axis.padLow, 0);
      starts[i + 2] = axis.place(0, tap[i]) + before;
      steps[i + 2] = axis.stride;
    }
    return m.slice(x, starts, dims, steps);
  }

  /// The first tap of each window plus the place in it: in the image, and in x.
  void replace() {
    Type i64 = b.getI64Type();
    Value inImage = m.cast(place, i64);
    int64_t stride = image;
    for (auto [i, axis] : llvm::enumerate(axes)) {
      stride /= axis.extent;
      SmallVector<int64_t> shape(axes.size() + 2, 1);
      SmallVector<int64_t> first;
      shape[i + 2] = axis.outputs;
      for (int64_t output = 0; output < axis.outputs; ++output)
        first.push_back(axis.place(output, 0) * stride);
      Value starts = constant(DenseElementsAttr::get(
          RankedTensorType::get(shape, i64), ArrayRef<int64_t>(first)));
      inImage = binary<AddOp>(inImage, starts, i64);
    }
    auto users = llvm::to_vector(pool->getUsers());
    for (Operation *user : users)
      if (countsInImage(user))
        user->getResult(0).replaceAllUsesWith(inImage);
    if (llvm::all_of(users, [&](Operation *op) { return countsInImage(op); }))
      return;
    int64_t channels = *constantOf(env.dims(pool.getY())[1]);
    Value before =
        binary<AddOp>(numbered(0, image * channels), numbered(1, image), i64);
    pool.getY().replaceAllUsesWith(binary<AddOp>(inImage, before, i64));
  }

  /// Whether the op takes an index modulo the elements of an image.
  bool countsInImage(Operation *user) {
    auto mod = dyn_cast<ModOp>(user);
    if (!mod || mod.getOperand(0) != pool.getY())
      return false;
    auto divisor = mod.getOperand(1).getDefiningOp<ConstantOp>();
    DenseElementsAttr splat;
    return divisor && isSplat(divisor) &&
           (splat = dyn_cast<DenseElementsAttr>(divisor.getValue())) &&
           splat.getSplatValue<APInt>().getSExtValue() == image &&
           env.dims(mod.getResult()) == env.dims(pool.getY());
  }

  Value constant(ElementsAttr elements) {
    return ConstantOp::create(b, m.loc, elements.getShapedType(), elements);
  }
  Value scalar(int64_t value, Type element) {
    return constant(
        DenseElementsAttr::get(RankedTensorType::get({}, element),
                               b.getIntegerAttr(element, value).getValue()));
  }

  /// `outputs` bools with the extents of an image of the result.
  Value mask(const BitVector &bits) {
    SmallVector<int64_t> shape(2, 1);
    for (const Axis &axis : axes)
      shape.push_back(axis.outputs);
    SmallVector<bool> elements;
    for (unsigned i = 0; i < bits.size(); ++i)
      elements.push_back(bits[i]);
    return constant(DenseElementsAttr::get(
        RankedTensorType::get(shape, b.getI1Type()), ArrayRef<bool>(elements)));
  }

  /// The index along axis `axis` of the result, times `factor`.
  Value numbered(int64_t axis, int64_t factor) {
    Dims dims(axes.size() + 2, env.constant(1));
    dims[axis] = env.dims(pool.getY())[axis];
    Type i64 = b.getI64Type();
    Value index = IotaOp::create(b, m.loc, tensorType(dims, i64), axis,
                                 toMap(b.getContext(), dims));
    return binary<MulOp>(index, scalar(factor, i64), i64);
  }

  template <typename Op> Value binary(Value x, Value y, Type element) {
    return createInferred<Op>(m, {x, y}, {}, element)->getResult(0);
  }
  Value select(Value condition, Value x, Value y) {
    return createInferred<SelectOp>(m, {condition, x, y}, {},
                                    getElementTypeOrSelf(x))
        .getResult();
  }

  MaxPoolIndicesOp pool;
  ShapeEnv &env;
  SuccessorBuilder b;
  MovementBuilder m;
  SmallVector<Axis, 3> axes;
  int64_t image = 1, outputs = 1, taps = 1;
  Value x, best, place;
  BitVector seen; ///< outputs of which some tap was inside
};

struct SplitPoolIndicesPass
    : impl::SplitPoolIndicesPassBase<SplitPoolIndicesPass> {
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    SmallVector<MaxPoolIndicesOp> ops;
    getOperation()->walk([&](MaxPoolIndicesOp op) { ops.push_back(op); });
    for (MaxPoolIndicesOp op : ops)
      Splitter(op, env).run();
    eraseUnused(getOperation());
  }
};

} // namespace
} // namespace opc::cpu
