//===- Family.cpp - what targets of the SIMT family have in common --------===//
#include "opc/Targets/Simt/Family.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "opc/Layout/Passes.h"
#include "opc/Targets/Simt/GridSchedules.h"
#include "opc/Targets/Simt/Passes.h"
#include "opc/Targets/Source/Passes.h"

using namespace mlir;
namespace opc::simt {

static void buildLayout(OpPassManager &pm, const TargetDesc &) {
  pm.addPass(createSinkTransposesPass());
  pm.addPass(createKeepReducedAxesPass());
  pm.addPass(createFoldMovementPass());
}

static void finishKernel(OpPassManager &pm, const TargetDesc &desc) {
  pm.addPass(createGridLoopsPass({desc.simt->group}));
  // Functions of halves are those of f32, rounded.
  pm.addPass(math::createMathExtendToSupportedTypes());
}

static void registerDialects(DialectRegistry &registry) {
  registry.insert<gpu::GPUDialect, vector::VectorDialect, func::FuncDialect>();
}

static void registerPasses() {
  registerTargetsSimtPasses();
  source::registerTargetsSourcePasses();
}

static constexpr llvm::StringLiteral kLegalDialects[] = {
    "arith", "func", "gpu", "math", "memref", "scf", "ub", "vector"};

Target sourceTarget() {
  return {
      .name = "",
      .summary = "",
      .chips = {},
      .schedules = schedules(),
      .legalDialects = kLegalDialects,
      .registerDialects = registerDialects,
      .registerPasses = registerPasses,
      .buildLayout = buildLayout,
      .finishKernel = finishKernel,
  };
}

GridSpelling spellingOf(const CxxVendor &vendor) {
  GridSpelling spelling = kDeviceCxx;
  spelling.c.language = vendor.language;
  spelling.c.suffix = vendor.suffix;
  spelling.c.header = vendor.header;
  return spelling;
}

llvm::Error emitSource(ModuleOp kernels, const TargetDesc &desc,
                       const GridSpelling &spelling,
                       llvm::SmallVectorImpl<char> &image) {
  if (llvm::Error error = source::makeReady(kernels, desc))
    return error;
  llvm::Expected<std::string> text = printSource(kernels, spelling, desc);
  if (!text)
    return text.takeError();
  image.append(text->begin(), text->end());
  return llvm::Error::success();
}

} // namespace opc::simt
