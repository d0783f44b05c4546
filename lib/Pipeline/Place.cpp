//===- Place.cpp - Each op where it costs least ---------------------------===//
//
//   module attributes {opc.targets = ["cpu:CHIP", "board:b1"]}
//   %0 = opc.matmul %x, %w ...
//   // becomes, where copies and the product take less time there
//   %0 = opc.matmul %x, %w {opc.target = "board:b1"} ...
//
//===----------------------------------------------------------------------===//
#include "OverlapOrder.h"
#include "PlacementGraph.h"
#include "PlacementNotes.h"
#include "opc/Pipeline/Passes.h"

#include "mlir/IR/TypeUtilities.h"

namespace opc {
#define GEN_PASS_DEF_PLACEPASS
#include "opc/Pipeline/Passes.h.inc"
} // namespace opc

using namespace mlir;
using namespace opc;

namespace {

bool isComputed(Operation *op) {
  bool hasBody = op->getNumRegions() != 0;
  return isa<ShapedOp>(op) && !isa<ConstantOp, ReshapeOp>(op) &&
         (!hasBody || isa<BodyOp>(op));
}

/// Whether integers are computed that the host program alone looks into.
bool isOfShapes(Operation *op, const DenseSet<Operation *> &known) {
  auto isLookedInto = [&](Value value, auto &self) -> bool {
    if (!getElementTypeOrSelf(value.getType()).isIntOrIndex() ||
        value.use_empty())
      return false;
    return llvm::all_of(value.getUsers(), [&](Operation *user) {
      if (auto reshape = dyn_cast<ReshapeOp>(user))
        return self(reshape.getResult(), self);
      return isa<BindElementOp>(user) || known.contains(user);
    });
  };
  return llvm::all_of(op->getResults(), [&](Value result) {
    return isLookedInto(result, isLookedInto);
  });
}

class Placer {
public:
  Placer(ModuleOp module, func::FuncOp main, const TargetSet &set)
      : module(module), main(main), set(set), env(module.getContext()),
        graph(main, set, env, [&](Operation *op) {
          return isComputed(op) && (!op->hasAttr(kTargetAttr) || askedFor(op));
        }) {}

  void run() {
    findShapes();
    for (Operation *op : graph.steps())
      graph.problem().steps.push_back(timesOf(op));
    for (Operation *op : graph.steps())
      addPairs(op);
    apply(graph.problem().solve());
    main.walk([&](Operation *op) {
      for (Region &region : op->getRegions())
        for (Block &block : region)
          if (!isa<BodyOp>(op))
            order(block);
    });
  }

private:
  using Times = PlacementProblem::Times;

  void findShapes() {
    for (Operation *op : llvm::reverse(graph.steps()))
      if (isOfShapes(op, ofShapes))
        ofShapes.insert(op);
  }
  Times timesOf(Operation *op);
  std::optional<unsigned> askedFor(Operation *op) const;
  void onlyAt(unsigned place, Times &times, Operation *op, const Twine &why);
  void addPairs(Operation *op);
  void apply(const PlacementProblem::Places &at);
  static void order(Block &block);

  ModuleOp module;
  func::FuncOp main;
  const TargetSet &set;
  ShapeEnv env;
  PlacementGraph graph;
  DenseSet<Operation *> ofShapes;
};

std::optional<unsigned> Placer::askedFor(Operation *op) const {
  auto said = op->getAttrOfType<StringAttr>(kTargetAttr);
  for (auto [place, desc] : llvm::enumerate(set.chips))
    if (said && said.getValue() == desc->name())
      return place;
  return std::nullopt;
}

void Placer::onlyAt(unsigned place, Times &times, Operation *op,
                    const Twine &why) {
  for (unsigned other = 0; other < times.size(); ++other)
    if (other != place)
      times[other] = PlacementProblem::kNever;
  op->setAttr(kWhyAttr, StringAttr::get(op->getContext(), why));
}

PlacementProblem::Times Placer::timesOf(Operation *op) {
  Times times;
  for (CostModel &model : graph.models())
    times.push_back(model.timeOf(op));
  for (auto [place, desc] : llvm::enumerate(set.chips))
    if (StringAttr why = refusalOf(module, op->getLoc(), desc->name());
        why && place != 0) {
      times[place] = PlacementProblem::kNever;
      op->setAttr(kWhyAttr, StringAttr::get(op->getContext(),
                                            desc->name() +
                                                " refuses: " + why.getValue()));
    }
  std::optional<unsigned> asked = askedFor(op);
  if (asked && times[*asked] < PlacementProblem::kNever)
    onlyAt(*asked, times, op, "the model asks for it");
  else if (isa<ExternalKernelOp>(op))
    onlyAt(0, times, op, "it came as code of the host");
  else if (ofShapes.contains(op))
    onlyAt(0, times, op, "shape arithmetic is the host's");
  return times;
}

/// The op and what makes an operand of it, if nobody else reads that.
void Placer::addPairs(Operation *op) {
  unsigned second = *graph.indexOf(op);
  llvm::SmallPtrSet<const PlacementProblem::Value *, 4> seen;
  for (Value operand : op->getOperands()) {
    const PlacementProblem::Value *value = graph.valueOf(operand);
    if (!value || !seen.insert(value).second ||
        value->producer == PlacementProblem::kHost || value->hostReads ||
        value->consumers.size() != 1)
      continue;
    auto first = unsigned(value->producer);
    PlacementProblem::Pair pair{first, second, {}};
    for (CostModel &model : graph.models())
      pair.saved.push_back(model.savedBy(graph.steps()[first], op));
    graph.problem().pairs.push_back(std::move(pair));
  }
}

void Placer::apply(const PlacementProblem::Places &at) {
  for (auto [op, place] : llvm::zip_equal(graph.steps(), at)) {
    op->removeAttr(kTargetAttr);
    if (place != 0)
      op->setAttr(kTargetAttr,
                  StringAttr::get(op->getContext(), set.chips[place]->name()));
  }
  // Views are among the neighbours that they are between.
  main.walk([&](ReshapeOp reshape) {
    reshape->removeAttr(kTargetAttr);
    Operation *maker = PlacementGraph::whole(reshape).getDefiningOp();
    if (maker && graph.indexOf(maker) && maker->hasAttr(kTargetAttr))
      reshape->setAttr(kTargetAttr, maker->getAttr(kTargetAttr));
  });
}

void Placer::order(Block &block) {
  orderForOverlap(
      block,
      [](Operation *op) { return op->getAttrOfType<StringAttr>(kTargetAttr); },
      [](Operation *op) {
        return isa<ConstantOp, ReshapeOp>(op) || isComputed(op);
      });
}

struct Place : opc::impl::PlacePassBase<Place> {
  void runOnOperation() override {
    FailureOr<TargetSet> set = TargetSet::of(getOperation());
    if (failed(set))
      return signalPassFailure();
    auto main = getOperation().lookupSymbol<func::FuncOp>("main");
    if (set->isMixed() && main && !main.isExternal())
      Placer(getOperation(), main, *set).run();
  }
};

} // namespace
