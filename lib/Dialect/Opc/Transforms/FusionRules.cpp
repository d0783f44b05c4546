//===- FusionRules.cpp - Which ops may share a kernel ---------------------===//
#include "opc/Dialect/Opc/Transforms/FusionRules.h"
#include "mlir/IR/TypeUtilities.h"
#include "opc/Dialect/Opc/IR/OpcDialect.h"
#include "opc/Dialect/Opc/IR/ScalarBody.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"

using namespace mlir;
using namespace opc;
using Role = FusionRole;

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

    {"opc.reduce", Role::Reduction},
    {"opc.fold", Role::Reduction},
    {"opc.softmax", Role::Row},
    {"opc.log_softmax", Role::Row},
    {"opc.normalize", Role::Row},
    {"opc.matmul", Role::Contraction},
    {"opc.packed_matmul", Role::Contraction},
    {"opc.packed_quantized_matmul", Role::Contraction},
    {"opc.packed_conv", Role::Contraction},
    {"opc.depthwise_conv", Role::Contraction},
    {"opc.external_kernel", Role::Foreign},
    {"opc.resize", Role::Window},
    {"opc.pool", Role::Window},

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
    {"opc.erfc", Role::Pointwise, 24},
    {"opc.expm1", Role::Pointwise, 14},
    {"opc.log1p", Role::Pointwise, 14},
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

/// Each element is an expression over elements of the operands, which can be
/// part of any loop.
static bool isIndexedRole(FusionRole role) {
  return role == Role::Pointwise || role == Role::View ||
         role == Role::Shuffle || role == Role::Generator;
}

/// Whether the op is what its entry says: not one that leads kernels which no
/// schedule takes.
static bool holds(const FusionClass &entry, Operation *op,
                  const FusionRules &rules) {
  if (entry.holds && !entry.holds(op))
    return false;
  return isIndexedRole(entry.role) || entry.role == Role::Host ||
         entry.role == Role::Foreign || !rules.leads || rules.leads(op);
}

FusionClass FusionRules::classOf(Operation *op) const {
  for (const FusionClass &entry : classes)
    if (entry.op == op->getName().getStringRef())
      return holds(entry, op, *this) ? entry
                                     : FusionClass{entry.op, Role::Alone};
  if (runsOnHost(op))
    return {"", Role::Host};
  if (auto map = dyn_cast<MapOp>(op))
    return {"", Role::Pointwise, costOfBody(map.getBody())};
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
  return isIndexedRole(classOf(op).role);
}

const FusionRules &opc::noFusion() {
  static const FusionRules rules{
      .classes = kClasses, .limits = {}, .maxOps = 1};
  return rules;
}

const FusionRules &opc::defaultFusion() {
  static const FusionRules rules = [] {
    FusionRules r{.classes = kClasses, .limits = kVectorLimits};
    // Vectors are loaded from buffers; only scalars are part of the code.
    r.maxClonedElements = 1;
    return r;
  }();
  return rules;
}
