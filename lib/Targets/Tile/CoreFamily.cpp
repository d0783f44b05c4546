//===- CoreFamily.cpp - what targets of the tile family have in common ----===//
#include "opc/Targets/Tile/CoreFamily.h"

#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "opc/Layout/Passes.h"
#include "opc/Targets/Source/Passes.h"
#include "opc/Targets/Tile/CoreSchedules.h"
#include "opc/Targets/Tile/Passes.h"
#include <map>
#include <mutex>

using namespace mlir;
namespace opc::tile {

static void buildLayout(OpPassManager &pm, const TargetDesc &) {
  pm.addPass(createSinkTransposesPass());
  pm.addPass(createKeepReducedAxesPass());
  pm.addPass(createFoldMovementPass());
}

void finishKernel(OpPassManager &pm, int64_t line) {
  pm.addPass(createCoreLoopsPass({line}));
  pm.addPass(createVerifyCoresPass());
  // Functions of halves are those of f32, rounded.
  pm.addPass(math::createMathExtendToSupportedTypes());
}

static void registerDialects(DialectRegistry &registry) {
  registry.insert<TileDialect, vector::VectorDialect, func::FuncDialect>();
}

static void registerPasses() {
  registerTargetsTilePasses();
  source::registerTargetsSourcePasses();
}

static constexpr llvm::StringLiteral kLegalDialects[] = {
    "arith", "func", "math", "memref", "scf", "tile", "ub", "vector"};

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
      .finishKernel = [](OpPassManager &pm,
                         const TargetDesc &) { finishKernel(pm, 0); },
  };
}

/// The files are part of this library and a unit test has read each.
static std::vector<Machine> parseMachines(const TargetDesc &desc) {
  std::vector<Machine> machines;
  for (const std::string &name : desc.machines)
    for (const EmbeddedFile &file : findTarget(desc.target)->machines)
      if (file.name == name)
        machines.push_back(llvm::cantFail(Machine::parse(name, file.text)));
  return machines;
}

llvm::ArrayRef<Machine> machinesOf(const TargetDesc &desc) {
  static std::mutex mutex;
  static std::map<std::string, std::vector<Machine>> parsed;
  std::lock_guard<std::mutex> lock(mutex);
  auto found = parsed.find(desc.name());
  if (found == parsed.end())
    found = parsed.try_emplace(desc.name(), parseMachines(desc)).first;
  return found->second;
}

} // namespace opc::tile
