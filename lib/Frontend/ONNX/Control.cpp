//===- Control.cpp - If, Loop, Scan ---------------------------------------===//
//
// Branches and bodies become regions. Their results may have extents that
// differ from run to run; such extents are symbols, bound after the op (or, for
// what a body carries, at its top).
//
//===----------------------------------------------------------------------===//
#include "GraphImporter.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

/// True when an expression uses only symbols below `count`, that is, those that
/// were there before a region.
bool visibleOutside(AffineExpr e, unsigned count) {
  bool visible = true;
  e.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
      visible &= symbol.getPosition() < count;
  });
  return visible;
}

unsigned symbolCount(Node &n) {
  return n.state.function->getAttrOfType<ArrayAttr>(kSymbolsAttr).size();
}

/// A symbol for each null entry, not bound yet.
struct Deferred {
  Value value;
  int64_t axis;
  AffineExpr symbol;
};

void bindDeferred(Node &n, ArrayRef<Deferred> all) {
  for (const Deferred &d : all)
    n.bindDimAs(d.value, d.axis, d.symbol);
}

ArrayAttr mapsOf(Node &n, ArrayRef<Dims> all) {
  SmallVector<Attribute> maps;
  for (const Dims &dims : all)
    maps.push_back(n.exprs(dims));
  return n.state.builder.getArrayAttr(maps);
}

void yield(Node &n, ArrayRef<Value> values) {
  OperationState os(n.loc, YieldOp::getOperationName());
  os.addOperands(values);
  n.state.builder.create(os);
}

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

/// Types and final extents of an op's results; unknown extents become symbols.
SmallVector<Dims> nameUnknown(Node &n, ArrayRef<Dims> all,
                              SmallVectorImpl<Deferred> &deferred) {
  SmallVector<Dims> named(all);
  for (Dims &dims : named)
    for (auto [axis, extent] : llvm::enumerate(dims))
      if (!extent) {
        extent = n.newSymbol();
        deferred.push_back({{}, static_cast<int64_t>(axis), extent});
      }
  return named;
}

/// Creates the op that owns the regions made so far.
Operation *createOwner(Node &n, OperationState &os, ArrayRef<Dims> dims,
                       ArrayRef<Type> elements) {
  for (auto [extents, element] : llvm::zip(dims, elements))
    os.addTypes(tensorType(extents, element));
  Operation *op = n.state.builder.create(os);
  for (auto [result, extents] : llvm::zip(op->getResults(), dims))
    n.state.env.setDims(result, extents);
  return op;
}

void createIf(Node &n, Value condition, std::unique_ptr<Region> then,
              std::unique_ptr<Region> otherwise, ArrayRef<Dims> common,
              ArrayRef<Type> elements) {
  SmallVector<Deferred> deferred;
  SmallVector<Dims> dims = nameUnknown(n, common, deferred);
  OperationState os(n.loc, IfOp::getOperationName());
  os.addOperands(condition);
  os.addAttribute("dims", mapsOf(n, dims));
  os.addRegion(std::move(then));
  os.addRegion(std::move(otherwise));
  Operation *op = createOwner(n, os, dims, elements);
  size_t next = 0;
  for (auto [i, extents] : llvm::enumerate(common)) {
    for (AffineExpr extent : extents)
      if (!extent)
        deferred[next++].value = op->getResult(i);
    n.out(i, op->getResult(i));
  }
  bindDeferred(n, deferred);
}

/// Translates one branch in place of the node.
void inlineBranch(Node &n, StringRef name) {
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
    return n.fail("branches whose results differ in rank or dtype are not "
                  "supported, but for a test of an extent");
  n.requireEqual(test->first, test->second);
  inlineBranch(n, "then_branch");
}

void buildDynamicIf(Node &n, Value condition) {
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
    if (!sameKind(n, x, y))
      return buildUnequalIf(n, condition);
    common.push_back(commonDims(n, x, y, symbols));
    elements.push_back(n.elementOf(x));
  }
  createIf(n, condition, std::move(then), std::move(otherwise), common,
           elements);
}

void buildIf(Node &n) {
  Value condition = n.need(0);
  if (n.failed())
    return;
  n.requireSameSize(n.dims(condition), {});
  condition = n.reshape(condition, {});
  if (n.failed())
    return;
  if (auto known = n.constants(condition))
    return inlineBranch(n, (*known)[0] ? "then_branch" : "else_branch");
  buildDynamicIf(n, condition);
}

/// How a body is called: Loop and Scan differ in what they hand to it.
struct BodySpec {
  const pb::GraphProto *graph;
  SmallVector<Value> initial;
  /// Builds the body's inputs from (iteration, condition, carried...).
  llvm::function_ref<SmallVector<Value>(Value, Value, ArrayRef<Value>)> inputs;
  /// Whether the body's first result says if it goes on.
  bool conditional;
};

struct Body {
  std::unique_ptr<Region> region;
  SmallVector<Dims> argumentDims;
  SmallVector<Value> carried, scanned;
};

/// Translates a body once, its carried values having `dims` (null: bound at its
/// top). Returns nothing when that failed.
std::optional<Body> importBody(Node &n, const BodySpec &spec,
                               ArrayRef<Dims> dims) {
  OpBuilder &builder = n.state.builder;
  OpBuilder::InsertionGuard guard(builder);
  Body body;
  body.region = std::make_unique<Region>();
  Block *block = builder.createBlock(body.region.get());
  Value iteration = block->addArgument(tensorType({}, n.i64Type()), n.loc);
  n.state.env.setDims(iteration, {});
  body.argumentDims.push_back({});
  SmallVector<Value> carried;
  SmallVector<Deferred> deferred;
  SmallVector<Dims> named = nameUnknown(n, dims, deferred);
  size_t next = 0;
  for (auto [initial, plain, extents] : llvm::zip(spec.initial, dims, named)) {
    Value argument =
        block->addArgument(tensorType(extents, n.elementOf(initial)), n.loc);
    n.state.env.setDims(argument, extents);
    for (AffineExpr extent : plain)
      if (!extent)
        deferred[next++].value = argument;
    carried.push_back(argument);
    body.argumentDims.push_back(extents);
  }
  bindDeferred(n, deferred);
  Value yes = n.scalarInt(n.boolType(), 1);
  Outputs results = n.importer.importSubgraph(
      n, *spec.graph, spec.inputs(iteration, yes, carried));
  size_t first = spec.conditional ? 1 : 0;
  if (results && results->size() < first + carried.size())
    n.fail("its body has too few outputs");
  if (!results || n.failed()) {
    n.state.discard(std::move(body.region));
    return std::nullopt;
  }
  Value goesOn = spec.conditional ? n.reshape((*results)[0], {}) : yes;
  SmallVector<Value> yielded{goesOn};
  llvm::append_range(yielded, ArrayRef(*results).drop_front(first));
  yield(n, yielded);
  auto rest = ArrayRef(*results).drop_front(first);
  body.carried.assign(rest.begin(), rest.begin() + carried.size());
  body.scanned.assign(rest.begin() + carried.size(), rest.end());
  return body;
}

/// Forgets the extents of a carried value that an iteration changes; whether it
/// changed any.
bool forgetChanged(Dims &dims, ArrayRef<AffineExpr> after, unsigned symbols) {
  bool changed = false;
  for (auto [old, now] : llvm::zip(dims, after))
    if (old && (old != now || !visibleOutside(now, symbols))) {
      old = AffineExpr();
      changed = true;
    }
  return changed;
}

/// Extents of carried values that hold in every iteration; translates the body
/// until nothing changes. Discarded bodies stay alive: values are remembered by
/// address.
std::optional<Body> settleBody(Node &n, const BodySpec &spec) {
  SmallVector<Dims> dims;
  for (Value value : spec.initial)
    dims.push_back(n.dims(value));
  while (true) {
    unsigned symbols = symbolCount(n);
    std::optional<Body> body = importBody(n, spec, dims);
    if (!body)
      return std::nullopt;
    bool stable = true;
    for (auto [i, value] : llvm::enumerate(body->carried)) {
      if (n.rank(value) != static_cast<int64_t>(dims[i].size()) ||
          n.elementOf(value) != n.elementOf(spec.initial[i])) {
        n.fail(formatv("carried value {0} changes its rank or dtype", i));
        n.state.discard(std::move(body->region));
        return std::nullopt;
      }
      stable &= !forgetChanged(dims[i], n.dims(value), symbols);
    }
    if (stable)
      return body;
    n.state.discard(std::move(body->region));
  }
}

/// Extents of a loop's results: carried ones where they never change, scanned
/// ones with the number of iterations in front.
SmallVector<Dims> loopDims(Node &n, const BodySpec &spec, const Body &body,
                           AffineExpr trips, unsigned symbols) {
  SmallVector<Dims> all;
  auto outside = [&](Dims dims) {
    for (AffineExpr &extent : dims)
      if (extent && !visibleOutside(extent, symbols))
        extent = AffineExpr();
    return dims;
  };
  for (const Dims &dims : llvm::drop_begin(body.argumentDims))
    all.push_back(outside(dims));
  for (Value value : body.scanned) {
    Dims dims = outside(n.dims(value));
    dims.insert(dims.begin(), trips);
    all.push_back(dims);
  }
  return all;
}

/// Creates the loop; its results in the order carried, scanned. `trips` is the
/// number of iterations where it is known beforehand.
SmallVector<Value> createLoop(Node &n, const BodySpec &spec, Value tripCount,
                              Value condition, AffineExpr trips) {
  if (n.failed())
    return {};
  unsigned symbols = symbolCount(n);
  std::optional<Body> body = settleBody(n, spec);
  if (!body)
    return {};
  SmallVector<Dims> common = loopDims(n, spec, *body, trips, symbols);
  SmallVector<Deferred> deferred;
  SmallVector<Dims> dims = nameUnknown(n, common, deferred);
  OperationState os(n.loc, LoopOp::getOperationName());
  if (tripCount)
    os.addOperands(tripCount);
  if (condition)
    os.addOperands(condition);
  os.addOperands(spec.initial);
  os.addAttribute("operandSegmentSizes",
                  n.state.builder.getDenseI32ArrayAttr(
                      {tripCount ? 1 : 0, condition ? 1 : 0,
                       static_cast<int32_t>(spec.initial.size())}));
  os.addAttribute("body_dims", mapsOf(n, body->argumentDims));
  os.addAttribute("dims", mapsOf(n, dims));
  os.addRegion(std::move(body->region));
  SmallVector<Type> elements;
  for (Value value : spec.initial)
    elements.push_back(n.elementOf(value));
  for (Value value : body->scanned)
    elements.push_back(n.elementOf(value));
  Operation *op = createOwner(n, os, dims, elements);
  size_t next = 0;
  for (auto [i, extents] : llvm::enumerate(common))
    for (AffineExpr extent : extents)
      if (!extent)
        deferred[next++].value = op->getResult(i);
  bindDeferred(n, deferred);
  return SmallVector<Value>(op->getResults());
}

/// The number of iterations where nothing but the trip count ends the loop.
AffineExpr knownTrips(Node &n, const pb::GraphProto &graph, Value tripCount,
                      Value condition) {
  if (!tripCount || graph.output_size() == 0 || graph.input_size() < 2)
    return {};
  if (condition && n.constants(condition) != Ints{1})
    return {};
  auto trips = n.contents(tripCount);
  // The condition goes through unchanged, by itself or by an Identity.
  StringRef result = graph.output(0).name();
  for (const pb::NodeProto &node : graph.node())
    if (node.output_size() == 1 && StringRef(node.output(0)) == result &&
        node.op_type() == "Identity" && node.input_size() == 1)
      result = node.input(0);
  if (!trips || result != StringRef(graph.input(1).name()))
    return {};
  return n.clamp((*trips)[0], n.expr(0), n.expr(int64_t(1) << 40));
}

void buildLoop(Node &n) {
  BodySpec spec;
  spec.graph = n.graph("body");
  Value tripCount = n.reshape(n.in(0), {}), condition = n.reshape(n.in(1), {});
  for (int64_t i = 2; i < n.numInputs(); ++i)
    spec.initial.push_back(n.need(i));
  if (n.failed())
    return;
  auto inputs = [](Value iteration, Value condition, ArrayRef<Value> carried) {
    SmallVector<Value> all{iteration, condition};
    llvm::append_range(all, carried);
    return all;
  };
  spec.inputs = inputs;
  spec.conditional = true;
  AffineExpr trips = knownTrips(n, *spec.graph, tripCount, condition);
  auto results = createLoop(n, spec, tripCount, condition, trips);
  for (auto [i, value] : llvm::enumerate(results))
    n.out(i, value);
}

struct ScanSpec {
  int64_t states, scans;
  Ints inputAxes, outputAxes, inputBackward, outputBackward;
};

std::optional<ScanSpec> scanSpec(Node &n) {
  ScanSpec s;
  s.scans = n.integer("num_scan_inputs", 0);
  s.states = n.numInputs() - s.scans;
  if (n.opset < 9)
    n.fail("Scan before opset 9 is not supported");
  if (s.scans < 1 || s.states < 0)
    n.fail(formatv("num_scan_inputs {0} does not fit", s.scans));
  if (n.failed())
    return std::nullopt;
  int64_t outputs = std::max<int64_t>(n.numOutputs() - s.states, 0);
  s.inputAxes = n.integers("scan_input_axes", Ints(s.scans, 0));
  s.inputBackward = n.integers("scan_input_directions", Ints(s.scans, 0));
  s.outputAxes = n.integers("scan_output_axes", Ints(outputs, 0));
  s.outputBackward = n.integers("scan_output_directions", Ints(outputs, 0));
  for (int64_t i = 0; i < s.scans && !n.failed(); ++i)
    s.inputAxes[i] = n.axisIn(s.inputAxes[i], n.rank(n.need(s.states + i)));
  return n.failed() ? std::nullopt : std::optional(s);
}

/// Puts the stacked axis of a scan's output where it belongs.
Value placeScanned(Node &n, Value v, int64_t axis, bool backward) {
  if (backward)
    v = n.flip(v, 0);
  axis = n.axisIn(axis, n.rank(v));
  Ints perm = axesUpTo(n.rank(v));
  std::rotate(perm.begin(), perm.begin() + (perm.empty() ? 0 : 1),
              perm.begin() + (perm.empty() ? 0 : axis + 1));
  return n.transpose(v, perm);
}

void buildScan(Node &n) {
  std::optional<ScanSpec> s = scanSpec(n);
  BodySpec spec;
  spec.graph = n.graph("body");
  if (!s || n.failed())
    return;
  for (int64_t i = 0; i < s->states; ++i)
    spec.initial.push_back(n.need(i));
  AffineExpr trips = n.dim(n.need(s->states), s->inputAxes[0]);
  for (int64_t i = 1; i < s->scans; ++i)
    n.requireEqual(trips, n.dim(n.in(s->states + i), s->inputAxes[i]));
  auto inputs = [&](Value iteration, Value, ArrayRef<Value> carried) {
    SmallVector<Value> all(carried);
    Value last = n.extentAs(n.i64Type(), trips - 1);
    for (int64_t i = 0; i < s->scans; ++i) {
      Value at = s->inputBackward[i] ? n.sub(last, iteration) : iteration;
      all.push_back(n.gather(n.in(s->states + i), at, s->inputAxes[i]));
    }
    return all;
  };
  spec.inputs = inputs;
  spec.conditional = false;
  Value count = n.extentAs(n.i64Type(), trips);
  auto results = createLoop(n, spec, count, Value(), trips);
  for (auto [i, value] : llvm::enumerate(results)) {
    int64_t scanned = static_cast<int64_t>(i) - s->states;
    if (scanned >= static_cast<int64_t>(s->outputAxes.size()))
      break;
    n.out(i, scanned < 0 ? value
                         : placeScanned(n, value, s->outputAxes[scanned],
                                        s->outputBackward[scanned] != 0));
  }
}

constexpr OpRow kRows[] = {
    {"If", 1, kLatest, buildIf},
    {"Loop", 1, kLatest, buildLoop},
    {"Scan", 8, kLatest, buildScan},
};

} // namespace

ArrayRef<OpRow> controlRows() { return kRows; }

} // namespace opc::onnx
