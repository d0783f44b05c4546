//===- RecurrentNodes.cpp - RNN, GRU, LSTM --------------------------------===//
//
// One opc op for each direction; the layouts are transposes around it.
//
//===----------------------------------------------------------------------===//
#include "QuantiseNodes.h"
#include "opc/Frontend/Graph/Layers/RecurrentLayer.h"
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
      n.refuse("activation " + quoted(name) + " is not supported");
      return std::nullopt;
    }
    result.names.push_back(row->name);
    result.alphas.push_back(take(alphas, row->alpha));
    result.betas.push_back(take(betas, row->beta));
  }
  return result;
}

/// One kind of layer: RNN, GRU or LSTM.
struct Kind {
  StringRef op;
  int64_t gates;
  SmallVector<std::string> defaults;
};

/// The functions of all directions; false after a failure.
bool readActivations(Node &n, const Kind &kind, int64_t directions,
                     RecurrentLayer &layer) {
  SmallVector<std::string> names = n.strings("activations");
  size_t each = kind.defaults.size();
  if (names.empty())
    for (int64_t d = 0; d < directions; ++d)
      llvm::append_range(names, kind.defaults);
  if (names.size() != each * directions)
    n.fail(formatv("{0} activations for {1} directions", names.size(),
                   directions));
  SmallVector<double> alphaList =
      n.realList("activation_alpha").value_or(SmallVector<double>());
  SmallVector<double> betaList =
      n.realList("activation_beta").value_or(SmallVector<double>());
  ArrayRef<double> alphas = alphaList, betas = betaList;
  for (int64_t d = 0; d < directions && !n.failed(); ++d)
    if (auto a = takeActivations(n, ArrayRef(names).slice(d * each, each),
                                 alphas, betas))
      layer.activations.push_back(*a);
  return !n.failed();
}

void readOperands(Node &n, RecurrentLayer &layer) {
  layer.x = n.need(0);
  layer.w = n.need(1);
  layer.r = n.need(2);
  layer.bias = n.in(3);
  layer.lengths = n.in(4);
  layer.initial.push_back(n.in(5));
  if (layer.op == LstmOp::getOperationName()) {
    layer.initial.push_back(n.in(6));
    layer.peephole = n.in(7);
  }
}

void readAttributes(Node &n, RecurrentLayer &layer) {
  if (n.hasAttr("clip"))
    layer.clip = n.real("clip", 0);
  if (layer.op == LstmOp::getOperationName())
    layer.inputForget = n.flag("input_forget", false);
  if (layer.op == GruOp::getOperationName())
    layer.linearBeforeReset = n.flag("linear_before_reset", false);
  if (n.hasAttr("hidden_size") && n.rank(layer.r) == 3)
    n.requireEqual(n.dim(layer.r, 2), n.expr(n.integer("hidden_size", 0)));
}

void buildLayer(Node &n, const Kind &kind) {
  RecurrentLayer layer;
  layer.op = kind.op;
  layer.gates = kind.gates;
  layer.batchFirst = n.flag("layout", false);
  std::string direction = n.string("direction", "forward");
  if (direction != "forward" && direction != "reverse" &&
      direction != "bidirectional")
    n.fail("direction " + quoted(direction) + " is not known");
  layer.reverse = direction == "reverse";
  readOperands(n, layer);
  readAttributes(n, layer);
  if (!readActivations(n, kind, direction == "bidirectional" ? 2 : 1, layer))
    return;
  for (auto [i, value] : llvm::enumerate(runLayer(n, layer)))
    n.out(i, value);
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
