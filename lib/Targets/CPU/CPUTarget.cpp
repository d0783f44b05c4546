//===- CPUTarget.cpp - Processors with vector units -----------------------===//
//
// The plug-in of general-purpose processors. What differs between chips is in
// Chips/*.json alone.
//
//===----------------------------------------------------------------------===//
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "opc/Dialect/Opc/Transforms/Passes.h"
#include "opc/Layout/Passes.h"
#include "opc/Targets/CPU/Passes.h"
#include "opc/Targets/CPU/Products/DotProduct.h"
#include "opc/Targets/CPU/Products/MatrixTile.h"
#include "opc/Targets/CPU/Schedules.h"
#include "opc/Targets/Core/Target.h"
#include "llvm/Support/FormatVariadic.h"

#include "Chips.inc"

namespace opc {

const Target &cpuTarget();

/// Weights of few bits are never as large as reals; products of small integers
/// are those of bytes or of i16 where an instruction adds several of them.
static void buildLegalise(mlir::OpPassManager &pm, const TargetDesc &desc) {
  pm.addPass(cpu::createPackQuantisedPass({cpu::machineOf(desc).lanes}));
  legaliseByDefault(pm, desc);
  bool bytes = cpu::dotUnitFor(desc, "ui8", "i8");
  auto isTile = [&](llvm::StringRef a, llvm::StringRef b) {
    return cpu::tileUnitFor(desc, a, b) != nullptr;
  };
  bool anySigns = isTile("i8", "i8") && isTile("i8", "ui8") &&
                  isTile("ui8", "i8") && isTile("ui8", "ui8");
  if (bytes)
    pm.addPass(createFactorZeroPointsPass({anySigns}));
  if (cpu::dotUnitFor(desc, "i16", "i16"))
    pm.addPass(createNarrowIntegersPass({bytes, anySigns}));
}

/// The units whose weights are packed in groups, as PackWeightsPass takes them.
static llvm::SmallVector<std::string> packedUnits(const TargetDesc &desc) {
  llvm::SmallVector<std::string> units;
  for (const MatrixUnit &unit : desc.matrixUnits) {
    bool isTile = cpu::tileUnitFor(desc, unit.a, unit.b) == &unit;
    if (isTile || cpu::dotUnitFor(desc, unit.a, unit.b) == &unit)
      units.push_back(
          llvm::formatv("{0}:{1}:{2}:{3}:{4}", unit.a, unit.b, unit.acc,
                        isTile ? cpu::groupOf(unit) : unit.k, unit.k)
              .str());
  }
  return units;
}

/// Channels last, weights packed for the vectors of the chip.
static void buildLayout(mlir::OpPassManager &pm, const TargetDesc &desc) {
  int64_t lanes = cpu::machineOf(desc).lanes;
  pm.addPass(cpu::createChannelsLastPass());
  pm.addPass(cpu::createSplitConvTransposePass());
  pm.addPass(cpu::createSplitPoolIndicesPass());
  pm.addPass(createSinkTransposesPass());
  pm.addPass(cpu::createPackRecurrentPass({lanes}));
  pm.addPass(cpu::createPackWeightsPass({lanes, packedUnits(desc)}));
  pm.addPass(createSinkTransposesPass());
  pm.addPass(createKeepReducedAxesPass());
  pm.addPass(createFoldMovementPass());
}

static void finishKernel(mlir::OpPassManager &pm, const TargetDesc &desc) {
  // Functions of halves are those of f32, rounded.
  pm.addPass(mlir::math::createMathExtendToSupportedTypes());
  pm.addPass(cpu::createExpandMathPass({desc.vector.scales}));
}

static constexpr llvm::StringLiteral kLegalDialects[] = {"vector"};

static void registerDialects(mlir::DialectRegistry &registry) {
  registry.insert<mlir::vector::VectorDialect>();
}

const Target &cpuTarget() {
  static const Target target = {
      .name = "cpu",
      .summary = "processors with vector units, and matrix units where present",
      .chips = kChips,
      .schedules = cpu::schedules(),
      .legalDialects = kLegalDialects,
      .registerDialects = registerDialects,
      .registerPasses = cpu::registerTargetsCPUPasses,
      .buildLegalise = buildLegalise,
      .buildLayout = buildLayout,
      .finishKernel = finishKernel,
  };
  return target;
}

} // namespace opc
