//===- FusionRules.cpp - Which ops may share a kernel ---------------------===//
#include "opc/Dialect/Opc/Transforms/FusionRules.h"
#include "mlir/IR/TypeUtilities.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

using namespace mlir;
using namespace opc;
using Role = FusionRole;

static bool isF32(Operation *op) {
  return getElementTypeOrSelf(op->getOperand(0)).isF32();
}
static bool isF32Matmul(Operation *op) {
  return isF32(op) && !cast<MatmulOp>(op).getTransposeB();
}
static bool isF32ChannelsLast(Operation *op) {
  auto pool = cast<PoolOp>(op);
  return isF32(op) && pool.getLayout() == "NHWC";
}
bool opc::isBlendingResize(Operation *op) {
  auto resize = cast<ResizeOp>(op);
  int64_t rank = cast<RankedTensorType>(resize.getX().getType()).getRank();
  return isF32(op) && rank >= 2 &&
         (resize.getMode() == "nearest" || resize.getMode() == "linear") &&
         resize.getCoordinates() != "tf_crop_and_resize" &&
         !resize.getAntialias() && !resize.getExcludeOutside();
}
/// Reductions that keep the axes, of types that sum in themselves.
static bool isRowReduce(Operation *op) {
  Type element = getElementTypeOrSelf(op->getOperand(0));
  return cast<ReduceOp>(op).getKeepdims() &&
         (element.isF32() || element.isF64() || element.isInteger(32) ||
          element.isInteger(64));
}

/// One that may turn out to be its operand is a step of the host program.
static bool surelyRepeats(Operation *op) { return !op->hasAttr(kMayAliasAttr); }

/// Every op that is neither a plain element-wise one nor a plain movement.
/// Costs of functions are those of their vector forms on a processor with fused
/// multiply-add.
static constexpr FusionClass kClasses[] = {
    {"opc.reshape", Role::Host},
    {"opc.constant", Role::Host},

    {"opc.broadcast", Role::View, 1, surelyRepeats},
    {"opc.slice", Role::View},
    {"opc.iota", Role::Generator},
    {"opc.extents", Role::Generator},
    {"opc.random_bits", Role::Generator, 40},

    {"opc.reverse_sequence", Role::Shuffle},
    {"opc.unpack", Role::Shuffle},

    {"opc.reduce", Role::Reduction, 1, isRowReduce},
    {"opc.softmax", Role::Row},
    {"opc.log_softmax", Role::Row},
    {"opc.normalize", Role::Row},
    {"opc.matmul", Role::Contraction, 1, isF32Matmul},
    {"opc.packed_matmul", Role::Contraction, 1, isF32},
    {"opc.packed_quantized_matmul", Role::Contraction, 1, isF32},
    {"opc.packed_conv", Role::Contraction, 1, isF32},
    {"opc.depthwise_conv", Role::Contraction, 1, isF32},
    {"opc.resize", Role::Window, 1, isBlendingResize},
    {"opc.pool", Role::Window, 1, isF32ChannelsLast},

    {"opc.div", Role::Pointwise, 4},
    {"opc.sqrt", Role::Pointwise, 4},
    {"opc.reciprocal", Role::Pointwise, 4},
    {"opc.hard_swish", Role::Pointwise, 3},
    {"opc.exp", Role::Pointwise, 12},
    {"opc.log", Role::Pointwise, 14},
    {"opc.sin", Role::Pointwise, 20},
    {"opc.cos", Role::Pointwise, 20},
    {"opc.tan", Role::Pointwise, 24},
    {"opc.asin", Role::Pointwise, 24},
    {"opc.acos", Role::Pointwise, 24},
    {"opc.atan", Role::Pointwise, 24},
    {"opc.sinh", Role::Pointwise, 24},
    {"opc.cosh", Role::Pointwise, 24},
    {"opc.tanh", Role::Pointwise, 16},
    {"opc.asinh", Role::Pointwise, 32},
    {"opc.acosh", Role::Pointwise, 32},
    {"opc.atanh", Role::Pointwise, 32},
    {"opc.erf", Role::Pointwise, 20},
    {"opc.sigmoid", Role::Pointwise, 16},
    {"opc.softplus", Role::Pointwise, 28},
    {"opc.mish", Role::Pointwise, 40},
    {"opc.elu", Role::Pointwise, 14},
    {"opc.celu", Role::Pointwise, 14},
    {"opc.selu", Role::Pointwise, 14},
    {"opc.swish", Role::Pointwise, 18},
    {"opc.gelu", Role::Pointwise, 24},
    {"opc.pow", Role::Pointwise, 40},
    {"opc.fmod", Role::Pointwise, 16},
    {"opc.mod", Role::Pointwise, 16},
};

static constexpr FusionLimits kVectorLimits[] = {
    {Role::Pointwise, /*producers=*/true, /*consumers=*/true, /*results=*/4},
    {Role::View, true, true, 4},
    {Role::Generator, true, true, 4},
    {Role::Shuffle, false, true, 1},
    {Role::Reduction, true, true, 2},
    {Role::Row, true, true, 2},
    {Role::Contraction, false, true, 1},
    {Role::Window, false, true, 1},
};

/// Ops that belong to the host program: they are not computed from elements.
static bool runsOnHost(Operation *op) { return !isa<ShapedOp>(op); }

FusionClass FusionRules::classOf(Operation *op) const {
  for (const FusionClass &entry : classes)
    if (entry.op == op->getName().getStringRef())
      return !entry.holds || entry.holds(op)
                 ? entry
                 : FusionClass{entry.op, Role::Alone};
  if (runsOnHost(op))
    return {"", Role::Host};
  if (isa<ScalarOp>(op))
    return {"", Role::Pointwise};
  return {"", isMovement(op) ? Role::Shuffle : Role::Alone};
}

const FusionLimits *FusionRules::limitsOf(FusionRole leader) const {
  for (const FusionLimits &entry : limits)
    if (entry.leader == leader)
      return &entry;
  return nullptr;
}

bool FusionRules::isIndexed(Operation *op) const {
  switch (classOf(op).role) {
  case Role::Pointwise:
  case Role::View:
  case Role::Shuffle:
  case Role::Generator:
    return true;
  default:
    return false;
  }
}

const FusionRules &opc::noFusion() {
  static const FusionRules rules{kClasses, {}, /*maxOps=*/1};
  return rules;
}

const FusionRules &opc::defaultFusion() {
  static const FusionRules rules = [] {
    FusionRules r{kClasses, kVectorLimits};
    // Vectors are loaded from buffers; only scalars are part of the code.
    r.maxClonedElements = 1;
    return r;
  }();
  return rules;
}
