//===- TargetParts.cpp - Ops of other targets, apart from the rest --------===//
//
//   %0 = opc.softmax %x {opc.target = "board:b1"} : ...
//   // becomes, and comes back from it,
//   %0 = opc.launch @part_0(%x) ...
//   module attributes {opc.target = "board:b1"} { func.func private @part_0 ...
//
//===----------------------------------------------------------------------===//
#include "TargetParts.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace opc;

namespace {

StringAttr ownTarget(Operation *op) {
  return op->getAttrOfType<StringAttr>(kTargetAttr);
}

/// What neighbours read and what others read of them.
struct Border {
  llvm::SetVector<Value> inputs, constants, outputs;

  explicit Border(ArrayRef<Operation *> run) {
    llvm::SmallPtrSet<Operation *, 16> inside(run.begin(), run.end());
    for (Operation *op : run) {
      for (Value operand : op->getOperands())
        if (operand.getDefiningOp<ConstantOp>())
          constants.insert(operand);
        else if (!operand.getDefiningOp() ||
                 !inside.contains(operand.getDefiningOp()))
          inputs.insert(operand);
      for (Value result : op->getResults())
        if (llvm::any_of(result.getUsers(), [&](Operation *user) {
              return !inside.contains(user);
            }))
          outputs.insert(result);
    }
  }

  /// Whether all extents that a function of these says have expressions.
  bool isExplained(ShapeEnv &env) const {
    auto isKnown = [&](Value value) {
      return !llvm::is_contained(env.dims(value), AffineExpr());
    };
    return llvm::all_of(inputs, isKnown) && llvm::all_of(outputs, isKnown);
  }
};

/// The ops as a function. Its symbols are those of the function around them.
func::FuncOp outline(ArrayRef<Operation *> run, const Border &border,
                     StringRef name, ShapeEnv &env, ModuleOp into) {
  OpBuilder b = OpBuilder::atBlockEnd(into.getBody());
  auto typesOf = [](const llvm::SetVector<Value> &values) {
    return llvm::map_to_vector(values, [](Value v) { return v.getType(); });
  };
  auto part = func::FuncOp::create(
      b, run.front()->getLoc(), name,
      b.getFunctionType(typesOf(border.inputs), typesOf(border.outputs)));
  part.setPrivate();
  auto around = run.front()->getParentOfType<func::FuncOp>();
  if (Attribute symbols = around->getAttr(kSymbolsAttr))
    part->setAttr(kSymbolsAttr, symbols);
  for (auto [index, input] : llvm::enumerate(border.inputs))
    part.setArgAttr(index, kDimsAttr,
                    AffineMapAttr::get(toMap(b.getContext(), env.dims(input))));
  b.setInsertionPointToStart(part.addEntryBlock());
  IRMapping mapping;
  mapping.map(border.inputs.getArrayRef(), part.getArguments());
  for (Value constant : border.constants)
    b.clone(*constant.getDefiningOp(), mapping);
  for (Operation *op : run)
    b.clone(*op, mapping);
  auto results = llvm::map_to_vector(
      border.outputs, [&](Value v) { return mapping.lookup(v); });
  func::ReturnOp::create(b, part.getLoc(), results);
  return part;
}

/// Stands for `part` behind the last of the ops that it was made from.
void launch(func::FuncOp part, const Border &border, Operation *last,
            ShapeEnv &env) {
  OpBuilder b(last->getContext());
  b.setInsertionPointAfter(last);
  SmallVector<AffineMap> dims;
  for (Value output : border.outputs)
    dims.push_back(toMap(b.getContext(), env.dims(output)));
  auto launch = LaunchOp::create(b, last->getLoc(), part.getResultTypes(),
                                 part.getSymName(), border.inputs.getArrayRef(),
                                 AffineMap::get(b.getContext()),
                                 b.getAffineMapArrayAttr(dims));
  for (auto [output, result] :
       llvm::zip_equal(border.outputs, launch.getOutputs())) {
    env.setDims(result, Dims(env.dims(output)));
    Value(output).replaceAllUsesWith(result);
  }
}

} // namespace

TargetParts::TargetParts(ModuleOp module)
    : around(module), env(module.getContext()) {
  for (auto function : llvm::to_vector(module.getOps<func::FuncOp>()))
    for (Block &block : function.getBody())
      takeFrom(block);
}

void TargetParts::takeFrom(Block &block) {
  SmallVector<Run> runs;
  StringAttr last;
  for (Operation &op : block) {
    if (isa<ConstantOp>(op))
      continue;
    StringAttr own = ownTarget(&op);
    if (own && own != last)
      runs.emplace_back();
    if (own)
      runs.back().push_back(&op);
    last = own;
    if (isa<BodyOp>(op))
      continue;
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        takeFrom(inner);
  }
  for (const Run &run : runs)
    take(run);
}

ModuleOp TargetParts::moduleOf(StringAttr target) {
  OwningOpRef<ModuleOp> &module = modules[target];
  if (!module) {
    module = ModuleOp::create(around.getLoc());
    module.get()->setAttr(kTargetAttr, target);
    if (Attribute threads = around->getAttr(kThreadsAttr))
      module.get()->setAttr(kThreadsAttr, threads);
  }
  return *module;
}

void TargetParts::take(ArrayRef<Operation *> run) {
  Border border(run);
  if (!border.isExplained(env))
    return;
  std::string name = "part_" + std::to_string(parts.size());
  func::FuncOp part =
      outline(run, border, name, env, moduleOf(ownTarget(run.front())));
  parts[name] = part;
  launch(part, border, run.back(), env);
  for (Operation *op : llvm::reverse(run)) {
    env.forget(op);
    op->erase();
  }
}

LogicalResult
TargetParts::forEach(llvm::function_ref<LogicalResult(ModuleOp)> body) {
  for (auto &[target, module] : modules) {
    around.push_back(*module);
    LogicalResult result = body(*module);
    module->getOperation()->remove();
    if (failed(result))
      return failure();
  }
  return success();
}

void TargetParts::putBack() {
  SmallVector<LaunchOp> launches;
  around.walk([&](LaunchOp launch) { launches.push_back(launch); });
  for (LaunchOp launch : launches)
    if (func::FuncOp part = parts.lookup(launch.getKernel()))
      putBack(launch, part);
  modules.clear();
}

void TargetParts::putBack(LaunchOp launch, func::FuncOp part) {
  Attribute target = part->getParentOp()->getAttr(kTargetAttr);
  for (auto [argument, input] :
       llvm::zip_equal(part.getArguments(), launch.getInputs()))
    argument.replaceAllUsesWith(input);
  Operation *last = part.front().getTerminator();
  for (Operation &op :
       llvm::make_early_inc_range(part.front().without_terminator())) {
    op.moveBefore(launch);
    if (!isa<ConstantOp>(op))
      op.setAttr(kTargetAttr, target);
  }
  launch->replaceAllUsesWith(last->getOperands());
  last->erase();
  launch->erase();
}
