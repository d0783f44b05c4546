//===- RecurrentNodes.cpp - RNN, GRU, LSTM
//-------------------------------------===//
//
// One opc op for each direction; the layouts are transposes around it.
//
//===----------------------------------------------------------------------===//
#include "QuantiseNodes.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using llvm::formatv;

namespace opc::onnx {
namespace {

struct ActivationRow {
  StringRef name;
  /// What an absent alpha and beta are; NaN: the function has none.
  double alpha, beta;
};
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr ActivationRow kActivations[] = {
    {"Affine", 1, 0},
    {"Elu", 1, kNone},
    {"HardSigmoid", 0.2f, 0.5f},
    {"LeakyRelu", 0.01f, kNone},
    {"Relu", kNone, kNone},
    {"ScaledTanh", 1, 1},
    {"Sigmoid", kNone, kNone},
    {"Softplus", kNone, kNone},
    {"Softsign", kNone, kNone},
    {"Tanh", kNone, kNone},
    {"ThresholdedRelu", 1, kNone},
};

/// The functions of one direction with their parameters.
struct Activations {
  SmallVector<StringRef> names;
  SmallVector<double> alphas, betas;
};

/// Takes parameters from the front of the attributes' lists, in the order of
/// the functions that have one.
std::optional<Activations> takeActivations(Node &n, ArrayRef<std::string> names,
                                           ArrayRef<double> &alphas,
                                           ArrayRef<double> &betas) {
  Activations result;
  auto take = [](ArrayRef<double> &list, double absent) {
    if (absent != absent)
      return 0.0;
    if (list.empty())
      return absent;
    double value = list.front();
    list = list.drop_front();
    return value;
  };
  for (const std::string &name : names) {
    const auto *row = llvm::find_if(kActivations, [&](const ActivationRow &r) {
      return r.name.equals_insensitive(name);
    });
    if (row == std::end(kActivations)) {
      n.fail("activation " + quoted(name) + " is not supported");
      return std::nullopt;
    }
    result.names.push_back(row->name);
    result.alphas.push_back(take(alphas, row->alpha));
    result.betas.push_back(take(betas, row->beta));
  }
  return result;
}

/// One kind of layer: RNN, GRU or LSTM.
struct Layer {
  StringRef op;
  int64_t gates;
  SmallVector<std::string> defaults;
};

/// What `v` has for `direction`, without its first axis, the directions; null
/// if `v` is.
Value ofDirection(Node &n, Value v, int64_t direction) {
  if (!v)
    return v;
  return n.squeeze(n.slice(v, 0, n.expr(direction), n.expr(1)), {0});
}

struct Parts {
  Value x, lengths;
  SmallVector<Value> initial;
  int64_t directions = 1;
  bool batchFirst = false;
};

bool checkShapes(Node &n, const Layer &layer, const Parts &p) {
  Value w = n.need(1), r = n.need(2);
  if (n.failed() || n.rank(p.x) != 3 || n.rank(w) != 3 || n.rank(r) != 3) {
    n.fail("X, W or R has no rank of 3");
    return false;
  }
  AffineExpr hidden = n.dim(r, 2), directions = n.expr(p.directions);
  if (!constantOf(hidden)) {
    n.fail("the last extent of R, the hidden size, is not known; nearest "
           "supported form: a number");
    return false;
  }
  n.requireEqual(n.dim(w, 0), directions);
  n.requireEqual(n.dim(r, 0), directions);
  n.requireEqual(n.dim(w, 1), hidden * layer.gates);
  n.requireEqual(n.dim(r, 1), hidden * layer.gates);
  n.requireEqual(n.dim(w, 2), n.dim(p.x, 2));
  if (n.has(3)) {
    n.requireEqual(n.dim(n.in(3), 0), directions);
    n.requireEqual(n.dim(n.in(3), -1), hidden * (2 * layer.gates));
  }
  if (p.lengths)
    n.requireEqual(n.dim(p.lengths, 0), n.dim(p.x, 1));
  for (Value state : p.initial) {
    if (!state)
      continue;
    n.requireEqual(n.dim(state, 0), directions);
    n.requireEqual(n.dim(state, 1), n.dim(p.x, 1));
    n.requireEqual(n.dim(state, -1), hidden);
  }
  if (n.hasAttr("hidden_size"))
    n.requireEqual(hidden, n.expr(n.integer("hidden_size", 0)));
  return !n.failed();
}

std::optional<Parts> readParts(Node &n, int64_t states) {
  Parts p;
  p.x = n.need(0);
  p.lengths = n.in(4);
  p.batchFirst = n.flag("layout", false);
  std::string direction = n.string("direction", "forward");
  if (direction != "forward" && direction != "reverse" &&
      direction != "bidirectional")
    n.fail("direction " + quoted(direction) + " is not known");
  p.directions = direction == "bidirectional" ? 2 : 1;
  for (int64_t i = 0; i < states; ++i)
    p.initial.push_back(n.in(5 + i));
  if (p.batchFirst) {
    p.x = n.transpose(p.x, {1, 0, 2});
    for (Value &state : p.initial)
      state = state ? n.transpose(state, {1, 0, 2}) : state;
  }
  return n.failed() ? std::nullopt : std::optional(p);
}

/// Halves run in f32 from the first step to the last, and are rounded once.
Type stateType(Node &n, Type element) {
  return element.isF16() || element.isBF16() ? Type(n.f32Type()) : element;
}

/// Results of one direction: y [steps, batch, hidden] and last states.
SmallVector<Value> runDirection(Node &n, const Layer &layer, const Parts &p,
                                int64_t direction, const Activations &a) {
  bool isLstm = layer.op == LstmOp::getOperationName();
  SmallVector<Value> operands;
  SmallVector<int32_t> segments;
  Type element = n.elementOf(p.x), inside = stateType(n, element);
  auto add = [&](Value v, bool optional) {
    if (v)
      operands.push_back(isa<FloatType>(n.elementOf(v)) ? n.cast(v, inside)
                                                        : v);
    segments.push_back(v || !optional ? 1 : 0);
  };
  add(p.x, false);
  add(ofDirection(n, n.in(1), direction), false);
  add(ofDirection(n, n.in(2), direction), false);
  add(ofDirection(n, n.in(3), direction), true);
  add(p.lengths, true);
  for (Value state : p.initial)
    add(ofDirection(n, state, direction), true);
  if (isLstm)
    add(ofDirection(n, n.in(7), direction), true);
  bool reverse =
      direction == 1 || n.string("direction", "forward") == "reverse";
  SmallVector<std::pair<StringRef, Attribute>> attrs{
      {"reverse", n.boolean(reverse)},
      {"activations", n.state.builder.getStrArrayAttr(a.names)},
      {"alphas", n.doubles(a.alphas)},
      {"betas", n.doubles(a.betas)},
      {"operandSegmentSizes", n.state.builder.getDenseI32ArrayAttr(segments)}};
  if (n.hasAttr("clip"))
    attrs.push_back({"clip", n.f64(n.real("clip", 0))});
  if (isLstm)
    attrs.push_back({"input_forget", n.boolean(n.flag("input_forget", false))});
  if (layer.op == GruOp::getOperationName())
    attrs.push_back({"linear_before_reset",
                     n.boolean(n.flag("linear_before_reset", false))});
  SmallVector<Type> types(isLstm ? 3 : 2, inside);
  SmallVector<Value> results = n.emitAll(layer.op, operands, attrs, types);
  for (Value &result : results)
    result = n.cast(result, element);
  return results;
}

void buildLayer(Node &n, const Layer &layer) {
  int64_t states = layer.gates == 4 ? 2 : 1;
  std::optional<Parts> p = readParts(n, states);
  if (!p || !checkShapes(n, layer, *p))
    return;
  SmallVector<std::string> names = n.strings("activations");
  size_t each = layer.defaults.size();
  if (names.empty())
    for (int64_t d = 0; d < p->directions; ++d)
      llvm::append_range(names, layer.defaults);
  if (names.size() != each * p->directions)
    return n.fail(formatv("{0} activations for {1} directions", names.size(),
                          p->directions));
  SmallVector<double> alphaList =
      n.realList("activation_alpha").value_or(SmallVector<double>());
  SmallVector<double> betaList =
      n.realList("activation_beta").value_or(SmallVector<double>());
  ArrayRef<double> alphas = alphaList, betas = betaList;
  SmallVector<SmallVector<Value>> parts(1 + states);
  for (int64_t d = 0; d < p->directions; ++d) {
    auto a = takeActivations(n, ArrayRef(names).slice(d * each, each), alphas,
                             betas);
    if (!a)
      return;
    auto results = runDirection(n, layer, *p, d, *a);
    for (auto [i, value] : llvm::enumerate(results))
      parts[i].push_back(n.unsqueeze(value, {i == 0 ? 1 : 0}));
  }
  for (auto [i, values] : llvm::enumerate(parts)) {
    Value joined = n.concat(values, i == 0 ? 1 : 0);
    if (p->batchFirst)
      joined = n.transpose(joined, i == 0 ? Ints{2, 0, 1, 3} : Ints{1, 0, 2});
    n.out(i, joined);
  }
}

void buildRnn(Node &n) {
  buildLayer(n, {RnnOp::getOperationName(), 1, {"Tanh"}});
}
void buildGru(Node &n) {
  buildLayer(n, {GruOp::getOperationName(), 3, {"Sigmoid", "Tanh"}});
}
} // namespace

void buildLstm(Node &n) {
  buildLayer(n, {LstmOp::getOperationName(), 4, {"Sigmoid", "Tanh", "Tanh"}});
}

namespace {

constexpr OpRow kRows[] = {
    {"GRU", 7, kLatest, buildGru},
    {"LSTM", 7, kLatest, buildLstm},
    {"RNN", 7, kLatest, buildRnn},
};

} // namespace

ArrayRef<OpRow> recurrentRows() { return kRows; }

} // namespace opc::onnx
