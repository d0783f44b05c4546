//===- IfNodes.cpp - If ---------------------------------------------------===//
//
// Branches become regions, or take the place of the node where the condition is
// known.
//
//===----------------------------------------------------------------------===//
#include "Reader/GraphImporter.h"
#include "Reader/Regions.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;

namespace opc::onnx {
namespace {

/// One branch, translated into a block of its own.
Outputs importBranch(Node &n, Region &region, StringRef name) {
  const pb::GraphProto *graph = n.graph(name);
  if (!graph)
    return std::nullopt;
  OpBuilder::InsertionGuard guard(n.state.builder);
  n.state.builder.createBlock(&region);
  Outputs results = n.importer.importSubgraph(n, *graph, {});
  if (!results)
    return std::nullopt;
  yield(n, *results);
  return results;
}

bool sameKind(Node &n, Value a, Value b) {
  return n.rank(a) == n.rank(b) && n.elementOf(a) == n.elementOf(b);
}

/// Extents that both branches agree on, and null where they do not.
Dims commonDims(Node &n, Value a, Value b, unsigned symbols) {
  Dims dims = n.dims(a);
  for (auto [mine, other] : llvm::zip(dims, n.dims(b)))
    if (mine != other || !visibleOutside(mine, symbols))
      mine = AffineExpr();
  return dims;
}

void createIf(Node &n, Value condition, std::unique_ptr<Region> then,
              std::unique_ptr<Region> otherwise, ArrayRef<Dims> common,
              ArrayRef<Type> elements) {
  OpenExtents open(n, common);
  OperationState os(n.loc, IfOp::getOperationName());
  os.addOperands(condition);
  os.addAttribute("dims", mapsOf(n, open.dims()));
  os.addRegion(std::move(then));
  os.addRegion(std::move(otherwise));
  Operation *op = createOwner(n, os, open.dims(), elements);
  for (auto [i, result] : llvm::enumerate(op->getResults()))
    n.out(i, result);
  open.bind(op->getResults());
}

/// Translates one branch in place of the node; the other one never runs.
void inlineBranch(Node &n, StringRef name) {
  n.ignore("then_branch");
  n.ignore("else_branch");
  const pb::GraphProto *graph = n.graph(name);
  Outputs results =
      graph ? n.importer.importSubgraph(n, *graph, {}) : std::nullopt;
  for (size_t i = 0; results && i < results->size(); ++i)
    n.out(i, (*results)[i]);
}

/// Where a condition compares an extent with a constant: both.
std::optional<std::pair<AffineExpr, AffineExpr>> extentTest(Node &n, Value v) {
  while (auto reshape = v.getDefiningOp<ReshapeOp>())
    v = reshape.getX();
  auto equal = v.getDefiningOp<EqualOp>();
  if (!equal)
    return std::nullopt;
  auto a = n.contents(equal.getA()), b = n.contents(equal.getB());
  if (!a || !b || a->size() != 1 || b->size() != 1)
    return std::nullopt;
  return std::pair(a->front(), b->front());
}

/// Branches of different rank: squeeze(x) if an extent is 1, else x. One
/// program cannot be both; it is compiled for the equal case, which is what its
/// writer had, and checks that it holds.
void buildUnequalIf(Node &n, Value condition) {
  auto test = extentTest(n, condition);
  if (!test)
    return n.refuse(
        "branches whose results differ in rank or dtype are not supported",
        "those of a test of an extent");
  n.requireEqual(test->first, test->second);
  inlineBranch(n, "then_branch");
}

void buildDynamicIf(Node &n, Value condition) {
  const pb::GraphProto *graph = n.graph("then_branch");
  if (!graph)
    return;
  bool &unequal = n.importer.learntOf(*graph).unequal;
  if (unequal)
    return buildUnequalIf(n, condition);
  unsigned symbols = symbolCount(n);
  auto then = std::make_unique<Region>();
  auto otherwise = std::make_unique<Region>();
  auto restore = llvm::scope_exit([&] {
    n.state.discard(std::move(then));
    n.state.discard(std::move(otherwise));
  });
  Outputs a = importBranch(n, *then, "then_branch");
  Outputs b = importBranch(n, *otherwise, "else_branch");
  if (!a || !b)
    return;
  if (a->size() != b->size() ||
      static_cast<int64_t>(a->size()) < n.numOutputs())
    return n.fail("branches differ in the number of results");
  SmallVector<Dims> common;
  SmallVector<Type> elements;
  for (auto [x, y] : llvm::zip(*a, *b)) {
    if (!sameKind(n, x, y)) {
      unequal = true;
      return buildUnequalIf(n, condition);
    }
    common.push_back(commonDims(n, x, y, symbols));
    elements.push_back(n.elementOf(x));
  }
  createIf(n, condition, std::move(then), std::move(otherwise), common,
           elements);
}

void buildIf(Node &n) {
  Value condition = onlyElementOf(n, n.need(0), "cond", n.boolType());
  if (n.failed())
    return;
  if (auto known = n.constants(condition))
    return inlineBranch(n, (*known)[0] ? "then_branch" : "else_branch");
  buildDynamicIf(n, condition);
}

constexpr OpRow kRows[] = {{"If", 1, kLatest, buildIf}};

} // namespace

ArrayRef<OpRow> controlRows() { return kRows; }

} // namespace opc::onnx
