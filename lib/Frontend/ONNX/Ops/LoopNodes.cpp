//===- LoopNodes.cpp - Loop and Scan
//------------------------------------------===//
//
// Bodies become regions. A body is translated again until the extents of what
// it carries hold in every iteration.
//
//===----------------------------------------------------------------------===//
#include "Reader/GraphImporter.h"
#include "Reader/Regions.h"
#include "opc/Frontend/Graph/Required.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

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
  OpenExtents open(n, dims);
  for (auto [initial, extents] : llvm::zip(spec.initial, open.dims())) {
    Value argument =
        block->addArgument(tensorType(extents, n.elementOf(initial)), n.loc);
    n.state.env.setDims(argument, extents);
    body.argumentDims.push_back(extents);
  }
  SmallVector<Value> carried(block->args_begin() + 1, block->args_end());
  open.bind(carried);
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
  Value goesOn = yes;
  if (spec.conditional)
    goesOn = onlyElementOf(n, (*results)[0], "cond_out", n.boolType());
  SmallVector<Value> yielded{goesOn};
  llvm::append_range(yielded, ArrayRef(*results).drop_front(first));
  yield(n, yielded);
  auto rest = ArrayRef(*results).drop_front(first);
  body.carried.assign(rest.begin(), rest.begin() + carried.size());
  body.scanned.assign(rest.begin() + carried.size(), rest.end());
  return body;
}

/// Marks the extents of a carried value that an iteration changes; whether
/// there were any.
bool markChanged(SmallVectorImpl<bool> &changing, ArrayRef<AffineExpr> before,
                 ArrayRef<AffineExpr> after, unsigned symbols) {
  bool changed = false;
  for (auto [mark, old, now] : llvm::zip(changing, before, after))
    if (old && (old != now || !visibleOutside(now, symbols)))
      mark = changed = true;
  return changed;
}

/// The extents of the initial values, but for those that change.
SmallVector<Dims> steadyDims(Node &n, ArrayRef<Value> initial,
                             SmallVectorImpl<SmallVector<bool>> &changing) {
  changing.resize(initial.size());
  SmallVector<Dims> all;
  for (auto [value, marks] : llvm::zip_equal(initial, changing)) {
    Dims &dims = all.emplace_back(n.dims(value));
    marks.resize(dims.size());
    for (auto [extent, mark] : llvm::zip_equal(dims, marks))
      if (mark)
        extent = AffineExpr();
  }
  return all;
}

/// Extents of carried values that hold in every iteration; translates the body
/// until nothing changes. Discarded bodies stay alive: values are remembered by
/// address.
std::optional<Body> settleBody(Node &n, const BodySpec &spec) {
  auto &changing = n.importer.learntOf(*spec.graph).changing;
  while (true) {
    SmallVector<Dims> dims = steadyDims(n, spec.initial, changing);
    unsigned symbols = symbolCount(n);
    std::optional<Body> body = importBody(n, spec, dims);
    if (!body)
      return std::nullopt;
    bool stable = true;
    for (auto [i, value] : llvm::enumerate(body->carried)) {
      if (n.rank(value) != static_cast<int64_t>(dims[i].size()) ||
          n.elementOf(value) != n.elementOf(spec.initial[i])) {
        n.refuse(formatv("carried value {0} changes its rank or dtype, which "
                         "is not supported",
                         i));
        n.state.discard(std::move(body->region));
        return std::nullopt;
      }
      stable &= !markChanged(changing[i], dims[i], n.dims(value), symbols);
    }
    if (stable)
      return body;
    n.state.discard(std::move(body->region));
  }
}

/// Extents of a loop's results: carried ones where they never change, scanned
/// ones with the number of iterations in front.
SmallVector<Dims> loopDims(Node &n, const Body &body, AffineExpr trips,
                           unsigned symbols) {
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
  OpenExtents open(n, loopDims(n, *body, trips, symbols));
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
  os.addAttribute("dims", mapsOf(n, open.dims()));
  os.addRegion(std::move(body->region));
  SmallVector<Type> elements;
  for (Value value : spec.initial)
    elements.push_back(n.elementOf(value));
  for (Value value : body->scanned)
    elements.push_back(n.elementOf(value));
  Operation *op = createOwner(n, os, open.dims(), elements);
  open.bind(op->getResults());
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
  return n.clamp((*trips)[0], n.expr(0), n.expr(kLargestExtent));
}

void buildLoop(Node &n) {
  BodySpec spec;
  spec.graph = n.graph("body");
  Value tripCount = onlyElementOf(n, n.in(0), "M", n.i64Type());
  Value condition = onlyElementOf(n, n.in(1), "cond", n.boolType());
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
  s.scans = n.needInteger("num_scan_inputs");
  s.states = n.numInputs() - s.scans;
  if (n.opset < 9)
    n.refuse("Scan before opset 9 is not supported");
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
    {"Loop", 1, kLatest, buildLoop},
    {"Scan", 8, kLatest, buildScan},
};

} // namespace

ArrayRef<OpRow> loopRows() { return kRows; }

} // namespace opc::onnx
