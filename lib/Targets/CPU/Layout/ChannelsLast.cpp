//===- ChannelsLast.cpp - convolutions and windows over NHWC --------------===//
//
//   %y = opc.conv %x, %w {layout = "NCHW"}
//     ->
//   %0 = opc.transpose %x {perm = [0, 2, 3, 1]}
//   %1 = opc.conv %0, %w {layout = "NHWC"}
//   %y = opc.transpose %1 {perm = [0, 3, 1, 2]}
//
// With channels in the lanes every convolution has unit stride loads, whatever
// its kernel, stride and padding.
//
//===----------------------------------------------------------------------===//
#include "opc/Layout/MovementBuilder.h"
#include "opc/Targets/CPU/Passes.h"

namespace opc::cpu {
#define GEN_PASS_DEF_CHANNELSLASTPASS
#include "opc/Targets/CPU/Passes.h.inc"
} // namespace opc::cpu

using namespace mlir;
namespace opc::cpu {
namespace {

int64_t rankOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

bool hasKnownExtents(Value value) {
  return cast<RankedTensorType>(value.getType()).hasStaticShape();
}

/// Replaces `op` (one result) by itself on a transposed first operand.
/// `change` edits the clone's attributes.
void transposeAround(Operation *op, ShapeEnv &env,
                     llvm::function_ref<void(Operation *)> change) {
  SuccessorBuilder b(op);
  MovementBuilder m{b, op->getLoc(), env};
  int64_t rank = rankOf(op->getOperand(0));
  Value y = op->getResult(0);
  Dims dims(env.dims(y)), last;
  for (int64_t axis : toChannelsLast(rank))
    last.push_back(dims[axis]);
  Operation *clone = b.clone(*op);
  clone->setOperand(0, m.transpose(op->getOperand(0), toChannelsLast(rank)));
  clone->moveAfter(clone->getOperand(0).getDefiningOp());
  clone->getResult(0).setType(tensorType(last, getElementTypeOrSelf(y)));
  if (op->hasAttr(kDimsAttr))
    pinDims(clone, {last});
  change(clone);
  b.setInsertionPointAfter(clone);
  y.replaceAllUsesWith(m.transpose(clone->getResult(0), toChannelsFirst(rank)));
}

void setLayout(Operation *op) {
  op->setAttr("layout", StringAttr::get(op->getContext(), "NHWC"));
}

/// The extents that an attribute of the op states, in the new order.
void permuteDims(Operation *op, int64_t rank) {
  auto map = op->getAttrOfType<AffineMapAttr>("dims").getValue();
  Dims dims;
  for (int64_t axis : toChannelsLast(rank))
    dims.push_back(map.getResult(axis));
  op->setAttr("dims", AffineMapAttr::get(toMap(op->getContext(), dims)));
}

bool hasFirstChannels(Operation *op) {
  auto layout = op->getAttrOfType<StringAttr>("layout");
  return layout && layout.getValue() == "NCHW";
}

bool isFloatOfFirstChannels(Operation *op) {
  return hasFirstChannels(op) &&
         getElementTypeOrSelf(op->getOperand(0)).isF32();
}

/// Elements that convolutions have schedules for on some chip.
bool isConvolved(Type element) {
  return element.isF32() || element.isInteger(8) ||
         element.isSignlessInteger(16) || element.isSignlessInteger(32);
}

/// Whether the convolution sees a line: [N, C, L], or an image of width 1 whose
/// windows have width 1.
template <typename Conv> bool isAlongLine(Conv conv, ShapeEnv &env) {
  if (rankOf(conv.getX()) != 4)
    return rankOf(conv.getX()) == 3;
  return constantOf(env.dims(conv.getX())[3]) == 1 &&
         constantOf(env.dims(conv.getW())[3]) == 1 &&
         conv.getPadLow()[1] == 0 && conv.getPadHigh()[1] == 0;
}

/// A line is an image of one row, whose pixels are computed together: [N, C, L]
/// and [N, C, L, 1] become [N, C, 1, L].
template <typename Conv> Conv lineAsImage(Conv conv, ShapeEnv &env) {
  SuccessorBuilder b(conv);
  MovementBuilder m{b, conv.getLoc(), env};
  auto withRow = [&](Value value) {
    const Dims &dims = env.dims(value);
    return Dims{dims[0], dims[1], env.constant(1), dims[2]};
  };
  auto pair = [](int64_t row, ArrayRef<int64_t> line) {
    return SmallVector<int64_t>{row, line.front()};
  };
  Dims y(env.dims(conv.getY())), imageDims = withRow(conv.getY());
  Value x = m.reshape(conv.getX(), withRow(conv.getX()));
  Value w = m.reshape(conv.getW(), withRow(conv.getW()));
  auto image = Conv::create(
      b, conv.getLoc(),
      tensorType(imageDims, getElementTypeOrSelf(conv.getY())), x, w,
      pair(1, conv.getStrides()), pair(1, conv.getDilations()),
      pair(0, conv.getPadLow()), pair(0, conv.getPadHigh()), conv.getGroup(),
      /*layout=*/"NCHW", /*numerics=*/nullptr);
  conv.getY().replaceAllUsesWith(m.reshape(image.getY(), y));
  return image;
}

template <typename Conv> void convertConv(Conv conv, ShapeEnv &env) {
  if (!hasFirstChannels(conv) ||
      !isConvolved(getElementTypeOrSelf(conv.getX())) ||
      !hasKnownExtents(conv.getW()))
    return;
  if (isAlongLine(conv, env))
    conv = lineAsImage(conv, env);
  if (rankOf(conv.getX()) >= 4)
    transposeAround(conv, env, setLayout);
}

void convertResize(ResizeOp resize, ShapeEnv &env) {
  bool spatial =
      rankOf(resize.getX()) == 4 &&
      getElementTypeOrSelf(resize.getX()).isF32() &&
      llvm::all_of(resize.getAxes(), [](int64_t axis) { return axis >= 2; });
  if (!spatial)
    return;
  transposeAround(resize, env, [&](Operation *clone) {
    SmallVector<int64_t> axes;
    for (int64_t axis : cast<ResizeOp>(clone).getAxes())
      axes.push_back(axis - 1);
    cast<ResizeOp>(clone).setAxes(axes);
  });
}

struct ChannelsLastPass : impl::ChannelsLastPassBase<ChannelsLastPass> {
  void runOnOperation() override {
    ShapeEnv env(&getContext());
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) { ops.push_back(op); });
    for (Operation *op : ops) {
      if (auto conv = dyn_cast<ConvOp>(op))
        convertConv(conv, env);
      else if (auto resize = dyn_cast<ResizeOp>(op))
        convertResize(resize, env);
      else if (auto conv = dyn_cast<ConvTransposeOp>(op))
        convertConv(conv, env);
      else if (isa<PoolOp>(op) && isFloatOfFirstChannels(op))
        transposeAround(op, env, [](Operation *clone) {
          setLayout(clone);
          permuteDims(clone, rankOf(clone->getOperand(0)));
        });
    }
    eraseUnused(getOperation());
  }
};

} // namespace
} // namespace opc::cpu
