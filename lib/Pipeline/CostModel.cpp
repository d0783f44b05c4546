//===- CostModel.cpp - How long steps take on a chip, roughly -------------===//
#include "CostModel.h"
#include "TargetRules.h"

#include "mlir/IR/TypeUtilities.h"
#include "opc/Conversion/OpcToLoops/LowerKernels.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace opc;

/// Where runs decide, each extent is one that is expected.
static double expected(AffineExpr e) {
  MLIRContext *context = e.getContext();
  unsigned symbols = 0;
  e.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
      symbols = std::max(symbols, symbol.getPosition() + 1);
  });
  SmallVector<AffineExpr> values(
      symbols, getAffineConstantExpr(kExpectedExtent, context));
  auto value = dyn_cast<AffineConstantExpr>(e.replaceSymbols(values));
  return value ? double(std::max<int64_t>(value.getValue(), 0))
               : double(kExpectedExtent);
}

/// Of seconds, as far as a sum of many fits into 64 bits.
static int64_t picoseconds(double seconds) {
  return int64_t(std::min(seconds, 100.0) * 1e12);
}

CostModel::CostModel(const TargetDesc &desc, ShapeEnv &env, int64_t threads)
    : desc(desc), speed(*desc.speed), rules(rulesFor(desc)), env(env),
      cores(desc.device.name.empty() ? double(threads) : 1) {}

double CostModel::bytesOf(Value value) {
  if (llvm::is_contained(env.dims(value), AffineExpr()))
    return kExpectedExtent;
  Type type = getElementTypeOrSelf(value.getType());
  return expected(env.size(value)) * ((type.getIntOrFloatBitWidth() + 7) / 8);
}

double CostModel::secondsOf(Operation *op) {
  if (isa<ConstantOp>(op))
    return 0;
  FusionClass known = rules.classOf(op);
  bool isWide = known.role != FusionRole::Alone || isa<IterationOp>(op);
  double flops =
      llvm::any_of(op->getResults(),
                   [&](Value result) {
                     return llvm::is_contained(env.dims(result), AffineExpr());
                   })
          ? kExpectedExtent
          : expected(flopsOf(op, env));
  return flops * known.cost /
         (isWide ? speed.gflops * cores : speed.serialGflops) / 1e9;
}

int64_t CostModel::timeOf(ArrayRef<Operation *> ops, ArrayRef<Value> border) {
  double arithmetic = 0, bytes = 0;
  for (Operation *op : ops)
    arithmetic += secondsOf(op);
  for (Value value : border)
    bytes += bytesOf(value);
  double traffic = bytes / speed.bandwidthGbs / 1e9;
  return picoseconds(std::max(arithmetic, traffic) + speed.launchUs / 1e6);
}

int64_t CostModel::timeOf(Operation *op) {
  SmallVector<Value> border(op->getOperands());
  llvm::append_range(border, op->getResults());
  return timeOf(op, border);
}

int64_t CostModel::copyTime(Value value) {
  if (!desc.device.ownMemory)
    return 0;
  return picoseconds(speed.linkUs / 1e6 + bytesOf(value) / speed.linkGbs / 1e9);
}

int64_t CostModel::savedBy(Operation *first, Operation *second) {
  auto joins = [](FusionRole role) {
    return role == FusionRole::Pointwise || role == FusionRole::View ||
           role == FusionRole::Generator;
  };
  FusionRole before = roleOf(first), after = roleOf(second);
  auto isAlone = [](FusionRole role) {
    return role == FusionRole::Alone || role == FusionRole::Foreign;
  };
  if (isAlone(before) && !isa<IterationOp>(first))
    return 0;
  if (isAlone(after) || !(joins(after) || joins(before)))
    return 0;
  double between = 0;
  for (Value result : first->getResults())
    between += bytesOf(result);
  double seconds =
      speed.launchUs / 1e6 + 2 * between / speed.bandwidthGbs / 1e9;
  return std::min({picoseconds(seconds), timeOf(first), timeOf(second)});
}
